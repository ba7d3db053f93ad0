import type { Answer } from "../state/answer.ts";
import { plural } from "../state/words.ts";
import { Icon } from "./icon.tsx";
import { latencyText, wireState } from "./wire-words.ts";

type WireLineProps = {
  answer: Answer | undefined;
  /** A whole answer is waited for: its events are not seen. */
  waiting?: boolean;
};

const WAITING = { tone: "live", text: "Waiting for the whole answer" } as const;

/** The line above the composer: how the connection stands, what it is like, and the button that cuts it. */
export function WireLine({ answer, waiting = false }: WireLineProps) {
  const state = waiting ? WAITING : wireState(answer);
  return (
    <div class="wire-line figures">
      <span class={`dot ${state.tone}`} aria-hidden="true" />
      <span class="wire-state">{state.text}</span>
      {answer && <Figures answer={answer} />}
      <DropButton answer={answer} />
    </div>
  );
}

function Figures({ answer }: { answer: Answer }) {
  answer.beat.value;
  if (answer.seq() === 0) return null;
  return (
    <span class="wire-figures">
      {plural(answer.seq(), "event")}
      <Pace answer={answer} />
    </span>
  );
}

function Pace({ answer }: { answer: Answer }) {
  answer.pulse.value;
  const text = latencyText(answer.latency());
  return text && ` · ${text}`;
}

/** Cuts the connection of a running answer, for everybody to see that nothing is lost. */
function DropButton({ answer }: { answer: Answer | undefined }) {
  const open = answer?.connection.value.status === "open";
  const running = answer && (answer.status.value === "writing" || answer.status.value === "starting");
  return (
    <button
      type="button"
      class="button small drop"
      disabled={!running || !open}
      title="Cuts the connection in the middle of the answer, as a tunnel would"
      onClick={() => answer?.drop()}
    >
      <Icon name="cut" /> Drop the connection
    </button>
  );
}
