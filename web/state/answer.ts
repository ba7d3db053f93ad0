import { type ReadonlySignal, signal } from "@preact/signals";
import type { Connection, Message, SavedStream, Stream, StreamEvent } from "../../client/types.ts";
import { createExactness } from "./exactness.ts";
import { type Failure, failureOf, failureOfEvent } from "./failure.ts";
import { createLatencyMeter, type Latency } from "./latency.ts";
import { createResumes, type Resume } from "./resumes.ts";
import { createShown } from "./shown.ts";
import { createStopping, type Stopping } from "./stopping.ts";
import { createTrace, previewOf, type Trace } from "./trace.ts";

export type AnswerStatus = "starting" | "writing" | "done" | "failed" | "left";

export type Notice = Extract<StreamEvent, { type: "system" }>;

/** One stream while it runs and after: all that the page shows of it. For answers of a chat and for turns of a world. */
export type Answer = Stopping & {
  readonly status: ReadonlySignal<AnswerStatus>;
  readonly connection: ReadonlySignal<Connection>;
  /** Renewed once a frame at most; a message that did not change stays the same object. */
  readonly messages: ReadonlySignal<readonly Message[]>;
  /** The newest notice for people, until the next text comes. */
  readonly notice: ReadonlySignal<Notice | undefined>;
  readonly resumes: ReadonlySignal<readonly Resume[]>;
  /** Whether the reader cut the connection, and it has not come back yet. */
  readonly dropped: ReadonlySignal<boolean>;
  readonly failure: ReadonlySignal<Failure | undefined>;
  /** Of `done`. */
  readonly reason: ReadonlySignal<string | undefined>;
  /** Whether the pieces were, put together, the whole text; undefined before the first message has ended. */
  readonly exact: ReadonlySignal<boolean | undefined>;
  /** Counts up once a frame with news: whoever shows `trace` or `seq` reads it. */
  readonly beat: ReadonlySignal<number>;
  /** The same for `latency`, so slow that its figures can be read; the last ones are shown at the end. */
  readonly pulse: ReadonlySignal<number>;
  readonly trace: Trace;
  latency(): Latency;
  /** The `seq` of the last event that came. */
  seq(): number;
  save(): SavedStream | undefined;
  /** Cuts the connection as a tunnel would; it resumes by itself. */
  drop(): void;
  /** Leaves without stopping it. */
  detach(): void;
  /** Settles when there is nothing more to come; never fails. */
  readonly finished: Promise<void>;
};

export type AnswerSettings = {
  /** ms on a clock that never goes back. */
  now: () => number;
  /** Runs something soon, but not more often than there are frames; returns what takes it back. */
  frame: (run: () => void) => () => void;
  /** Whether the stream was begun elsewhere or earlier: then there is no first token to time. */
  restored?: { savedMsAgo: number };
  onEvent?: (event: StreamEvent) => void;
  onResume?: (resume: Resume) => void;
};

/** Reads a stream to its end. `open` gets what it has to pass on as `onConnection`. */
export function readAnswer(
  open: (onConnection: (connection: Connection) => void) => Stream,
  settings: AnswerSettings,
): Answer {
  const { now, frame, restored } = settings;
  const startedAt = now();
  const meter = createLatencyMeter(restored ? undefined : startedAt);
  const trace = createTrace();
  const exactness = createExactness();
  const status = signal<AnswerStatus>(restored ? "writing" : "starting");
  const connection = signal<Connection>({ status: "connecting", attempt: 1 });
  const notice = signal<Notice>();
  const failure = signal<Failure>();
  const reason = signal<string>();
  const resumes = createResumes(restored, (resume) => {
    trace.add({ seq: undefined, type: "resumed", at: now() - startedAt, preview: resume.text });
    settings.onResume?.(resume);
  });
  const stream = open(connected);
  exactness.begin(stream.messages);
  const shown = createShown({ now, frame, current: () => stream.messages });

  function connected(next: Connection) {
    if (next.status === "waiting" && connection.peek().status !== "waiting") {
      meter.cut();
      trace.add({
        seq: undefined,
        type: "cut",
        at: now() - startedAt,
        preview: resumes.dropped.peek() ? "dropped by you" : next.cause,
      });
    }
    connection.value = next;
    if (next.status === "open" && next.resumed) resumes.resumed(next.resumed);
    shown.news();
  }

  function took(event: StreamEvent) {
    const at = now();
    trace.add({ seq: event.seq, type: event.type, at: at - startedAt, preview: previewOf(event) });
    exactness.took(event);
    if (event.type === "token") {
      if (resumes.replaying(event.seq)) meter.replayed();
      else meter.token(event.message_id, at);
      notice.value = undefined;
    }
    if (event.type === "system") notice.value = event;
    if (event.type === "error") failure.value = failureOfEvent(event);
    if (event.type === "done") reason.value = event.reason;
    if (status.peek() === "starting") status.value = "writing";
    settings.onEvent?.(event);
    shown.news();
  }

  async function read() {
    try {
      for await (const event of stream) took(event);
    } catch (error) {
      failure.value = failureOf(error);
    }
    shown.end();
    const ended = reason.peek() !== undefined;
    status.value = failure.peek() ? "failed" : ended ? "done" : "left";
  }

  return {
    status,
    connection,
    messages: shown.messages,
    notice,
    resumes: resumes.list,
    dropped: resumes.dropped,
    failure,
    reason,
    exact: exactness.exact,
    beat: shown.beat,
    pulse: shown.pulse,
    trace,
    latency: meter.read,
    seq: () => stream.seq,
    save: () => stream.save(),
    drop: () => {
      resumes.dropping();
      stream.drop();
    },
    ...createStopping(() => stream.stop()),
    detach: () => stream.detach(),
    finished: read(),
  };
}
