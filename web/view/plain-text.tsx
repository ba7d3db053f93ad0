import { useSignal } from "@preact/signals";

/** What is longer, in characters or lines, is folded at first: somebody who pasted a log need not scroll past it each time. */
const LONG_TEXT = 2500;
const MANY_LINES = 30;

/** A text as it was written. */
export function PlainText({ text }: { text: string }) {
  const whole = useSignal(false);
  const long = text.length > LONG_TEXT || text.split("\n", MANY_LINES + 1).length > MANY_LINES;
  if (!long) return <p class="plain">{text}</p>;
  return (
    <>
      <p class={whole.value ? "plain" : "plain folded"}>{text}</p>
      <button
        type="button"
        class="button small plain"
        aria-expanded={whole.value}
        onClick={() => {
          whole.value = !whole.value;
        }}
      >
        {whole.value ? "Show less" : "Show the whole message"}
      </button>
    </>
  );
}
