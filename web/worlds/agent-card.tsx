import type { ModelList } from "../../client/types.ts";
import { Confirm } from "./confirm.tsx";
import type { AgentDraft } from "./draft.ts";
import { Field } from "./field.tsx";
import type { FieldFaults } from "./field-faults.ts";
import type { AgentFields } from "./form.ts";
import { hintsFor } from "./hints.ts";
import { ModelField } from "./model-field.tsx";

type AgentCardProps = {
  agent: AgentDraft;
  hue: number | undefined;
  faults: FieldFaults;
  models: ModelList | undefined;
  /** Agents cannot be changed here, and what they are told is not shown. */
  isReadOnly: boolean;
  isOpen: boolean;
  onChange: (change: Partial<AgentFields>) => void;
  onRemove: () => void;
};

/** One agent in the editor; closed, its name and its first words. */
export function AgentCard(props: AgentCardProps) {
  const { agent, hue, faults, isOpen, isReadOnly, onRemove } = props;
  const { before, fields } = agent;
  const name = fields.name.trim() || "New agent";
  const isWrong = Object.keys(faults).length > 0;
  return (
    <details class="agent-card" data-hue={hue} open={isOpen || isWrong || !before}>
      <summary>
        <span class="agent-dot" aria-hidden="true" />
        <span class="agent-name">{name}</span>
        <span class="agent-words">{fields.instructions}</span>
      </summary>
      <div class="agent-fields">
        {faults[""] && (
          <p class="fault" role="alert">
            {faults[""]}
          </p>
        )}
        <AgentFieldsView {...props} />
        {!isReadOnly && (
          <div class="agent-end">
            {before ? (
              <Confirm
                label={`Delete ${name}`}
                question={`Delete ${name} for everybody in this room?`}
                yes="Delete"
                onConfirm={onRemove}
              />
            ) : (
              <button type="button" class="button small" onClick={onRemove}>
                Do not add
              </button>
            )}
          </div>
        )}
      </div>
    </details>
  );
}

function AgentFieldsView({ agent, faults, models, isReadOnly, onChange }: AgentCardProps) {
  const { before, fields } = agent;
  const hints = hintsFor(before ? { ...fields, name: "" } : fields);
  const fault = (name: keyof AgentFields) => faults[name] ?? hints[name];
  return (
    <>
      <Field
        label="Name"
        class="short"
        value={fields.name}
        readOnly={before !== undefined}
        fault={fault("name")}
        about={
          before
            ? "A name cannot be changed: mentions and memories go by it."
            : "As it is mentioned: letters, digits, _ and -."
        }
        onInput={(name) => onChange({ name })}
      />
      <Field
        label="Instructions"
        rows={5}
        value={fields.instructions}
        placeholder={isReadOnly ? "Not shown here" : "You are Vera, a sceptic. You ask how we know …"}
        fault={fault("instructions")}
        about="Who the agent is and how it speaks, told to the model before anything else."
        onInput={(instructions) => onChange({ instructions })}
      />
      <div class="field-row">
        <ModelField
          value={fields.model}
          models={models}
          fault={fault("model")}
          onChange={(model) => onChange({ model })}
        />
        <Field
          numeric
          label="Temperature"
          value={fields.temperature}
          placeholder="the model's own"
          fault={fault("temperature")}
          about="0 is sober, 2 is wild."
          onInput={(temperature) => onChange({ temperature })}
        />
        <Field
          numeric
          label="Longest answer"
          value={fields.max_tokens}
          placeholder="no limit"
          fault={fault("max_tokens")}
          about="In tokens."
          onInput={(max_tokens) => onChange({ max_tokens })}
        />
      </div>
      <label class="check big">
        <input
          type="checkbox"
          checked={fields.streaming}
          onChange={(event) => onChange({ streaming: event.currentTarget.checked })}
        />
        <span>
          Streaming
          <small>Its words appear as they come; otherwise each answer appears when it is complete.</small>
        </span>
      </label>
    </>
  );
}
