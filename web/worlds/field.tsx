import type { ComponentChildren } from "preact";
import { useId } from "preact/hooks";

type FieldProps = {
  label: string;
  value: string;
  onInput: (value: string) => void;
  /** What it is for. */
  about?: ComponentChildren;
  placeholder?: string | undefined;
  /** What is wrong with it: first what the server said, then what can be seen here. */
  fault?: string | undefined;
  /** Rows of a field of several lines. */
  rows?: number;
  numeric?: boolean;
  readOnly?: boolean;
  class?: string;
};

/** A labelled field of the editor, with what it is for and what is wrong with it. */
export function Field({
  label,
  value,
  onInput,
  about,
  placeholder,
  fault,
  rows,
  numeric,
  readOnly,
  class: more,
}: FieldProps) {
  const id = useId();
  const shared = {
    id,
    value,
    placeholder,
    readOnly,
    class: "input",
    "aria-invalid": fault !== undefined,
    "aria-describedby": `${id}-about`,
    autocomplete: "off",
    onInput: (event: { currentTarget: { value: string } }) => onInput(event.currentTarget.value),
  } as const;
  return (
    <div class={`field ${more ?? ""}`}>
      <label for={id}>{label}</label>
      {rows ? (
        <textarea {...shared} rows={rows} />
      ) : (
        <input {...shared} type="text" inputMode={numeric ? "decimal" : "text"} />
      )}
      <FieldNote id={`${id}-about`} about={about} fault={fault} />
    </div>
  );
}

/** What a field is for and, instead while there is something, what is wrong with it. */
export function FieldNote({ id, about, fault }: { id: string; about?: ComponentChildren; fault?: string | undefined }) {
  return (
    <small id={id} class={fault ? "fault" : undefined}>
      {fault ?? about}
    </small>
  );
}
