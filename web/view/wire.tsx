import type { Answer } from "../state/answer.ts";
import { exactnessText } from "../state/resumes.ts";
import { wireOpen } from "../state/wire-open.ts";
import { IconButton } from "./icon-button.tsx";
import { TraceList } from "./trace-list.tsx";
import { latencyRows } from "./wire-words.ts";

/** The wire panel: what stands behind the text. */
export function Wire({ answer }: { answer: Answer | undefined }) {
  return (
    <aside class="wire" id="wire" aria-label="The wire">
      <div class="wire-head">
        <h2>The wire</h2>
        <IconButton
          icon="close"
          label="Close the wire panel"
          onClick={() => {
            wireOpen.value = false;
          }}
        />
      </div>
      {answer ? (
        <WireDetails answer={answer} />
      ) : (
        <p class="quiet wire-hint">The events of the next answer appear here, as they come.</p>
      )}
    </aside>
  );
}

function WireDetails({ answer }: { answer: Answer }) {
  return (
    <>
      <Resumes answer={answer} />
      <Pace answer={answer} />
      <TraceList answer={answer} />
    </>
  );
}

function Pace({ answer }: { answer: Answer }) {
  answer.pulse.value;
  return (
    <section class="latency figures" aria-label="Latency">
      <h3>Latency, as this page saw it</h3>
      <dl>
        {latencyRows(answer.latency()).map(([label, value]) => (
          <div key={label}>
            <dt>{label}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

function Resumes({ answer }: { answer: Answer }) {
  const exact = answer.exact.value;
  const resumes = answer.resumes.value;
  if (resumes.length === 0) return null;
  return (
    <section class="resumes" aria-label="Resumes">
      <ul>
        {resumes.map(({ text }, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: the list only grows at its end
          <li key={index}>{text}</li>
        ))}
      </ul>
      <p class={exact === false ? "inexact" : "quiet"}>{exactnessText(exact)}</p>
    </section>
  );
}
