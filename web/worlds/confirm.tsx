import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { useReturningFocus } from "./returning-focus.ts";

type ConfirmProps = {
  /** What the button says: "Delete Vera". */
  label: string;
  /** What is asked before it is done. */
  question: string;
  /** What the button says that does it. */
  yes: string;
  onConfirm: () => void;
};

/** A button for what cannot be taken back: it asks once more, in its own place. */
export function Confirm({ label, question, yes, onConfirm }: ConfirmProps) {
  const asking = useSignal(false);
  const button = useReturningFocus(asking.value);
  if (!asking.value) {
    return (
      <button type="button" ref={button} class="button small danger" onClick={() => (asking.value = true)}>
        {label}
      </button>
    );
  }
  return <Question question={question} yes={yes} onConfirm={onConfirm} onKeep={() => (asking.value = false)} />;
}

type QuestionProps = Pick<ConfirmProps, "question" | "yes" | "onConfirm"> & { onKeep: () => void };

function Question({ question, yes, onConfirm, onKeep }: QuestionProps) {
  const keep = useRef<HTMLButtonElement>(null);
  useEffect(() => keep.current?.focus(), []);
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset would draw a frame of its own
    <span
      class="confirm"
      role="group"
      aria-label={question}
      onKeyDown={(event) => {
        if (event.key !== "Escape") return;
        event.preventDefault();
        onKeep();
      }}
    >
      <span>{question}</span>
      <button type="button" class="button small danger" onClick={onConfirm}>
        {yes}
      </button>
      <button type="button" class="button small" ref={keep} onClick={onKeep}>
        Keep
      </button>
    </span>
  );
}
