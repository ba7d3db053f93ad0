import { useId } from "preact/hooks";
import type { ModelList } from "../../client/types.ts";
import { FieldNote } from "./field.tsx";

type ModelFieldProps = {
  value: string;
  models: ModelList | undefined;
  fault: string | undefined;
  onChange: (model: string) => void;
};

/** Which model plays an agent. */
export function ModelField({ value, models, fault, onChange }: ModelFieldProps) {
  const id = useId();
  const ids = models?.models.map((model) => model.id) ?? [];
  // An agent may still have a model that the server does not offer any more.
  const offered = value === "" || ids.includes(value) ? ids : [...ids, value];
  return (
    <div class="field">
      <label for={id}>Model</label>
      <select
        id={id}
        class="select"
        value={value}
        aria-invalid={fault !== undefined}
        aria-describedby={`${id}-about`}
        onChange={(event) => onChange(event.currentTarget.value)}
      >
        <option value="">The server's default{models ? ` (${models.default})` : ""}</option>
        {offered.map((model) => (
          <option key={model} value={model}>
            {model}
            {ids.includes(model) || !models ? "" : " (not offered any more)"}
          </option>
        ))}
      </select>
      <FieldNote id={`${id}-about`} fault={fault} />
    </div>
  );
}
