import { useId } from "preact/hooks";
import type { World } from "../../client/types.ts";
import { Field } from "./field.tsx";
import type { FieldFaults } from "./field-faults.ts";
import type { Delay, WorldFields } from "./form.ts";
import { hintsFor } from "./hints.ts";

type WorldFieldsProps = {
  fields: WorldFields;
  faults: FieldFaults;
  onChange: (change: Partial<WorldFields>) => void;
};

const RESPOND: readonly [World["respond"], string, string][] = [
  ["everyone", "Everybody", "All agents answer at the same time."],
  ["first", "The first agent", "Only the oldest of them, who may bring in the others by mentioning them."],
  ["mentioned", "Nobody", "Agents speak only when they are mentioned."],
];

/** What a world is, beside its agents. */
export function WorldFieldsView({ fields, faults, onChange }: WorldFieldsProps) {
  const hints = hintsFor(fields);
  const fault = (name: keyof WorldFields) => faults[name] ?? hints[name];
  return (
    <>
      <Field
        label="Title"
        value={fields.title}
        fault={fault("title")}
        about="Shown in the list of worlds and above the room."
        onInput={(title) => onChange({ title })}
      />
      <Field
        label="Description"
        rows={2}
        value={fields.description}
        fault={fault("description")}
        about="One or two sentences for people who come in."
        onInput={(description) => onChange({ description })}
      />
      <RespondChoice value={fields.respond} onChange={(respond) => onChange({ respond })} />
      <Field
        numeric
        class="short"
        label="Turn limit"
        value={fields.turn_limit}
        placeholder="5"
        fault={fault("turn_limit")}
        about="How often one agent may speak in one turn: it keeps agents from talking among themselves for ever."
        onInput={(turn_limit) => onChange({ turn_limit })}
      />
      <label class="check big">
        <input
          type="checkbox"
          checked={fields.memory}
          onChange={(event) => onChange({ memory: event.currentTarget.checked })}
        />
        <span>
          Memory
          <small>Agents are told what was said here lately. It is forgotten an hour after the last message.</small>
        </span>
      </label>
      <TimingFields fields={fields} fault={fault} onChange={onChange} />
    </>
  );
}

function RespondChoice({ value, onChange }: { value: World["respond"]; onChange: (value: World["respond"]) => void }) {
  const name = useId();
  return (
    <fieldset class="choices">
      <legend>Who answers a message that mentions nobody</legend>
      {RESPOND.map(([respond, label, about]) => (
        <label key={respond} class="check big">
          <input type="radio" name={name} checked={value === respond} onChange={() => onChange(respond)} />
          <span>
            {label}
            <small>{about}</small>
          </span>
        </label>
      ))}
    </fieldset>
  );
}

const DELAYS: readonly [Delay, string, string, string][] = [
  ["stall", "Pause", "500", "A message without a new word for so long is shown as pausing. Nothing is cut off."],
  [
    "long_operation",
    "Patience",
    "8000",
    "An agent without a sign for so long is reported as still at work; a message that stops in the middle for so long is cut off.",
  ],
  ["response", "Outside answer", "3000", "Where no agent was addressed, so long a program outside may take to answer."],
  [
    "completion",
    "Outside end",
    "2000",
    "Where a program outside took part, the turn ends so long after its last word.",
  ],
];

type TimingProps = Pick<WorldFieldsProps, "fields" | "onChange"> & { fault: (name: Delay) => string | undefined };

function TimingFields({ fields, fault, onChange }: TimingProps) {
  const isWrong = DELAYS.some(([name]) => fault(name) !== undefined);
  return (
    <details class="timing" open={isWrong || DELAYS.some(([name]) => fields[name] !== "")}>
      <summary>Timing</summary>
      <p class="quiet">In milliseconds. An empty field is the server's own setting.</p>
      <div class="timing-fields">
        {DELAYS.map(([name, label, usual, about]) => (
          <Field
            key={name}
            numeric
            label={label}
            value={fields[name]}
            placeholder={`usually ${usual}`}
            fault={fault(name)}
            about={about}
            onInput={(value) => onChange({ [name]: value })}
          />
        ))}
      </div>
    </details>
  );
}
