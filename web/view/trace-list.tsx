import { useSignal } from "@preact/signals";
import { useMemo, useRef } from "preact/hooks";
import type { Answer } from "../state/answer.ts";
import type { TraceLine } from "../state/trace.ts";
import { plural } from "../state/words.ts";
import { IconButton } from "./icon-button.tsx";

/** So many lines are drawn; the trace keeps more. */
const SHOWN = 200;

/** The latest events, newest first, as they come; can be held still, and tokens can be left out. */
export function TraceList({ answer }: { answer: Answer }) {
  answer.beat.value;
  const tokens = useSignal(true);
  const paused = useSignal(false);
  const held = useRef<readonly TraceLine[]>([]);
  if (!paused.value) held.current = answer.trace.lines();
  const lines = held.current.filter(({ type }) => tokens.value || type !== "token").slice(-SHOWN);
  return (
    <section class="trace" aria-label="Trace of events">
      <div class="trace-head">
        <h3>Events</h3>
        <label class="check">
          <input
            type="checkbox"
            checked={tokens.value}
            onChange={(event) => {
              tokens.value = event.currentTarget.checked;
            }}
          />
          Tokens
        </label>
        <IconButton
          small
          icon={paused.value ? "play" : "pause"}
          label={paused.value ? "Go on with the trace" : "Hold the trace"}
          aria-pressed={paused.value}
          onClick={() => {
            paused.value = !paused.value;
          }}
        />
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard */}
      <ol class="trace-lines figures" tabIndex={0} aria-label="Events, newest first">
        {lines.toReversed().map((line) => (
          <Line key={line.key} line={line} />
        ))}
      </ol>
      <p class="quiet trace-foot">{footText(answer.trace.dropped(), paused.value)}</p>
    </section>
  );
}

/** A line never changes, so it is drawn once. */
const Line = ({ line }: { line: TraceLine }) =>
  useMemo(
    () => (
      <li class={`trace-line ${line.type}`}>
        <span class="seq">{line.seq ?? "·"}</span>
        <span class="type">{line.type}</span>
        <span class="preview">{line.preview}</span>
        <span class="at">{Math.round(line.at)}</span>
      </li>
    ),
    [line],
  );

const footText = (dropped: number, paused: boolean): string => {
  const kept =
    dropped === 0 ? "Position, type, content, ms since the start" : `${plural(dropped, "earlier line")} not kept`;
  return paused ? `Held. ${kept}` : kept;
};
