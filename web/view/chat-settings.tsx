import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import type { ChatSettings } from "../state/conversation.ts";
import { IconButton } from "./icon-button.tsx";

type ChatSettingsProps = { settings: ChatSettings; onChange: (settings: ChatSettings) => void; onClose: () => void };

/** What is asked for beside the message; it holds from the next message on. */
export function ChatSettingsPopover({ settings, onChange, onClose }: ChatSettingsProps) {
  const box = useRef<HTMLDivElement>(null);
  const draft = useSignal(settings);
  useEffect(() => closeOutside(box.current, onClose), [onClose]);
  // Kept when it closes: a long conversation is not to be written with each key.
  const keep = useRef(onChange);
  keep.current = (changed) => changed !== settings && onChange({ ...changed, mode: settings.mode });
  useEffect(() => () => keep.current(draft.peek()), [draft]);
  const change = (changed: ChatSettings) => {
    draft.value = changed;
  };
  return (
    <div class="popover" ref={box} role="dialog" aria-label="Settings of this conversation">
      <div class="row">
        <h2>Settings of this conversation</h2>
        <IconButton small icon="close" label="Close the settings" onClick={onClose} />
      </div>
      <Instructions settings={draft.value} onChange={change} />
      <Temperature settings={draft.value} onChange={change} />
    </div>
  );
}

type PartProps = Omit<ChatSettingsProps, "onClose">;

function Instructions({ settings, onChange }: PartProps) {
  const { instructions = "", ...rest } = settings;
  const field = useRef<HTMLTextAreaElement>(null);
  useEffect(() => field.current?.focus(), []);
  return (
    <label class="field">
      <span>Instructions</span>
      <textarea
        class="input"
        ref={field}
        rows={4}
        maxLength={32_000}
        value={instructions}
        placeholder="For example: Answer briefly, and in Latin."
        onInput={({ currentTarget: { value } }) => onChange(value ? { ...rest, instructions: value } : rest)}
      />
      <small>Told to the model before the conversation. Empty leaves it to the server.</small>
    </label>
  );
}

function Temperature({ settings, onChange }: PartProps) {
  const { temperature, ...rest } = settings;
  return (
    <label class="field">
      <span>Temperature</span>
      <input
        class="input"
        type="number"
        min="0"
        max="2"
        step="0.1"
        value={temperature ?? ""}
        placeholder="The model's own"
        onInput={({ currentTarget: { value, valueAsNumber } }) => {
          if (value === "") onChange(rest);
          else if (valueAsNumber >= 0 && valueAsNumber <= 2) onChange({ ...rest, temperature: valueAsNumber });
        }}
      />
      <small>From 0, the most likely words, to 2, the most surprising ones.</small>
    </label>
  );
}

/** Closes when something else is pressed or focused; the button that opened it closes it by itself. */
function closeOutside(box: HTMLElement | null, onClose: () => void): () => void {
  const away = ({ target }: Event) => {
    if (!(target instanceof Element) || box?.contains(target) || target.closest("[aria-haspopup=dialog]")) return;
    onClose();
  };
  const onKey = (event: KeyboardEvent) => {
    if (event.key !== "Escape") return;
    event.preventDefault();
    onClose();
    document.querySelector<HTMLElement>("[aria-haspopup=dialog]")?.focus();
  };
  document.addEventListener("keydown", onKey, true);
  document.addEventListener("pointerdown", away);
  document.addEventListener("focusin", away);
  return () => {
    document.removeEventListener("keydown", onKey, true);
    document.removeEventListener("pointerdown", away);
    document.removeEventListener("focusin", away);
  };
}
