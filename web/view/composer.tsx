import type { Signal } from "@preact/signals";
import type { ComponentChildren, RefObject } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import { IconButton } from "./icon-button.tsx";

export type ComposerProps = {
  value: Signal<string>;
  /** The accessible name of the field. */
  label: string;
  placeholder: string;
  /** An answer is under way: Stop takes the place of Send. */
  busy?: boolean;
  /** Why nothing can be sent at the moment. */
  blocked?: string | undefined;
  /** The text is not blank. The composer empties itself. */
  onSend: (text: string) => void;
  onStop?: () => void;
  /** Sees each key first; true says that it has dealt with it. */
  onKey?: (event: KeyboardEvent, field: HTMLTextAreaElement) => boolean;
  /** The text or the caret has moved. */
  onCaret?: (field: HTMLTextAreaElement) => void;
  onBlur?: () => void;
  /** What pops up above the field, such as completions. */
  above?: ComponentChildren;
  /** Settings and hints in the row of the button. */
  below?: ComponentChildren;
  /** For a field with completions: role, aria-controls, aria-activedescendant and the like. */
  aria?: Record<string, string | boolean | undefined>;
  fieldRef?: RefObject<HTMLTextAreaElement>;
};

/** The field in which a message is written: it grows with the text; Enter sends, Shift+Enter begins a line. */
export function Composer(props: ComposerProps) {
  const own = useRef<HTMLTextAreaElement>(null);
  const field = props.fieldRef ?? own;
  const { value, label, placeholder, onCaret, onBlur, above, below, aria } = props;
  const text = value.value;
  // biome-ignore lint/correctness/useExhaustiveDependencies: the height depends on the text
  useLayoutEffect(() => grow(field.current), [text, field]);
  const caret = () => field.current && onCaret?.(field.current);
  return (
    <form
      class="composer"
      onSubmit={(event) => {
        event.preventDefault();
        send(props);
      }}
    >
      {above}
      <textarea
        ref={field}
        rows={1}
        value={text}
        aria-label={label}
        placeholder={placeholder}
        data-composer
        enterkeyhint="send"
        {...aria}
        onInput={(event) => {
          value.value = event.currentTarget.value;
          caret();
        }}
        onKeyDown={(event) => onKeyDown(event, props)}
        onKeyUp={caret}
        onClick={caret}
        onBlur={() => onBlur?.()}
      />
      <div class="composer-row">
        <div class="composer-below">{below}</div>
        <SendButton {...props} />
      </div>
    </form>
  );
}

function SendButton({ value, busy, blocked, onStop }: ComposerProps) {
  const empty = value.value.trim() === "";
  if (busy && onStop) return <IconButton class="send stop" icon="stop" label="Stop" onClick={onStop} />;
  const label = blocked ?? "Send";
  return <IconButton class="send" type="submit" icon="send" label={label} disabled={empty || blocked !== undefined} />;
}

function onKeyDown(event: KeyboardEvent, props: ComposerProps): void {
  // While an input method composes a character, Enter is its key and not ours.
  if (event.isComposing || event.keyCode === 229) return;
  if (event.currentTarget instanceof HTMLTextAreaElement && props.onKey?.(event, event.currentTarget)) {
    event.preventDefault();
    return;
  }
  if (event.key !== "Enter" || event.shiftKey || event.altKey) return;
  event.preventDefault();
  send(props);
}

function send({ value, busy, blocked, onSend }: ComposerProps): void {
  const text = value.peek();
  if (text.trim() === "" || busy || blocked !== undefined) return;
  value.value = "";
  onSend(text);
}

/** Browsers that know `field-sizing` do this by themselves. */
function grow(field: HTMLTextAreaElement | null): void {
  if (!field || CSS.supports("field-sizing", "content")) return;
  field.style.height = "auto";
  field.style.height = `${field.scrollHeight}px`;
}
