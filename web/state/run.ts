import { type ReadonlySignal, signal } from "@preact/signals";
import type { Client, Connection, StreamEvent } from "../../client/types.ts";
import { type Answer, type AnswerSettings, readAnswer } from "./answer.ts";
import { failureOf } from "./failure.ts";
import type { Outcome } from "./outcome.ts";
import type { Resume } from "./resumes.ts";
import type { Running } from "./storage.ts";

/** An answer under way in one conversation, streamed or waited for. */
export type Run = {
  readonly entryId: string;
  readonly mode: Running["mode"];
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  readonly active: ReadonlySignal<boolean>;
  /** What happened before this page went on with it, in words. */
  readonly earlier: readonly string[];
  /** Of a streamed answer; stays readable after the end. */
  readonly answer?: Answer;
  /** Ends the answer for everybody. */
  stop(): Promise<void>;
  /** Settles with what became of it. Never fails. */
  readonly outcome: Promise<Outcome>;
};

export type RunSettings = Pick<AnswerSettings, "now" | "frame"> & {
  client: Client;
  /** Milliseconds since 1970. */
  wall: () => number;
  onEvent: (event: StreamEvent, answer: Answer) => void;
  onResume: (resume: Resume) => void;
  onConnection: (connection: Connection) => void;
};

/** Begins what `running` says, or goes on with it: after a reload its stream is resumed where it was. */
export const begin = (running: Running, settings: RunSettings): Run =>
  running.mode === "wait" ? waitFor(running, settings) : stream(running, settings);

function stream(running: Running, settings: RunSettings): Run {
  const { client, now, frame, wall } = settings;
  const { saved, savedAt, request, key } = running;
  const active = signal(true);
  const answer = readAnswer(
    (tell) => {
      const onConnection = (connection: Connection) => {
        tell(connection);
        settings.onConnection(connection);
      };
      return saved
        ? client.restore(saved, { onConnection })
        : client.chat.stream(request, { idempotencyKey: key, onConnection });
    },
    {
      now,
      frame,
      ...(saved && savedAt ? { restored: { savedMsAgo: Math.max(0, wall() - Date.parse(savedAt)) } } : {}),
      onEvent: (event) => settings.onEvent(event, answer),
      onResume: settings.onResume,
    },
  );
  const outcome = answer.finished.then(() => {
    active.value = false;
    return outcomeOf(answer);
  });
  return { ...facts(running), active, answer, stop: () => answer.stop(), outcome };
}

function outcomeOf(answer: Answer): Outcome {
  const message = answer.messages.peek().at(-1);
  const failure = answer.failure.peek();
  const reason = answer.reason.peek() ?? message?.reason;
  const exact = answer.exact.peek();
  return {
    content: message?.content ?? "",
    ...(reason ? { reason } : {}),
    ...(failure ? { failure } : {}),
    ...(exact === undefined ? {} : { exact }),
  };
}

function waitFor(running: Running, { client }: RunSettings): Run {
  const active = signal(true);
  const leave = new AbortController();
  const { request, key } = running;
  let stopped: Promise<Outcome> | undefined;
  const asked = client.chat.wait(request, { signal: leave.signal, idempotencyKey: key }).then(
    ({ message, reason }): Outcome => ({ content: message.content, reason }),
    (error: unknown) => stopped ?? { content: "", failure: failureOf(error) },
  );
  const outcome = asked.finally(() => {
    active.value = false;
  });
  const stop = async () => {
    stopped ??= stopByKey(client, running);
    leave.abort();
    await stopped;
  };
  return { ...facts(running), active, stop, outcome };
}

/** Whoever waits does not know the stream's id; the same key leads to it, and to the text so far. */
async function stopByKey(client: Client, { request, key }: Running): Promise<Outcome> {
  const stream = client.chat.stream(request, { idempotencyKey: key });
  try {
    const [result] = await Promise.all([stream.result(), stream.stop()]);
    return { content: result.content, reason: result.reason };
  } catch (error) {
    return { content: "", failure: failureOf(error) };
  }
}

const facts = ({ entryId, mode, startedAt, notes = [] }: Running) => ({
  entryId,
  mode,
  startedAt: Date.parse(startedAt),
  earlier: notes,
});
