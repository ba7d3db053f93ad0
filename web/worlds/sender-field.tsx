import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { sender } from "./page.ts";
import { useReturningFocus } from "./returning-focus.ts";

/** Under which name one speaks: a button that becomes a field. */
export function SenderField({ agents }: { agents: readonly string[] }) {
  const editing = useSignal(false);
  const button = useReturningFocus(editing.value);
  if (editing.value) return <NameField agents={agents} onDone={() => (editing.value = false)} />;
  return (
    <button
      type="button"
      ref={button}
      class="button small plain sender-button"
      title="Choose the name under which you speak in rooms"
      onClick={() => (editing.value = true)}
    >
      {sender.value ? (
        <>
          Speaking as <strong>{sender.value}</strong>
        </>
      ) : (
        "Speaking without a name"
      )}
    </button>
  );
}

const LONGEST = 64;

function NameField({ agents, onDone }: { agents: readonly string[]; onDone: () => void }) {
  const field = useRef<HTMLInputElement>(null);
  const name = useSignal(sender.peek() ?? "");
  useEffect(() => field.current?.select(), []);
  const trimmed = name.value.trim();
  const taken = agents.find((agent) => agent.toLowerCase() === trimmed.toLowerCase());
  const fault = taken ? `${taken} is an agent here. Choose another name.` : undefined;
  const isOver = useRef(false);
  const leave = () => {
    isOver.current = true;
    onDone();
  };
  const take = () => {
    // A field that goes away loses the focus as well: what was not wanted is not taken then.
    if (fault || isOver.current) return;
    sender.value = trimmed && trimmed.toUpperCase() !== "HUMAN" ? trimmed : undefined;
    leave();
  };
  return (
    <span class="sender-field">
      <label>
        <span class="unseen">Your name in rooms</span>
        <input
          ref={field}
          class="input"
          value={name.value}
          maxLength={LONGEST}
          placeholder="Your name"
          aria-invalid={fault !== undefined}
          aria-describedby={fault ? "sender-fault" : undefined}
          onInput={(event) => (name.value = event.currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key !== "Escape" && event.key !== "Enter") return;
            event.preventDefault();
            if (event.key === "Enter") take();
            else leave();
          }}
          onBlur={() => (fault ? leave() : take())}
        />
      </label>
      {fault && (
        <span class="fault" id="sender-fault" role="alert">
          {fault}
        </span>
      )}
    </span>
  );
}
