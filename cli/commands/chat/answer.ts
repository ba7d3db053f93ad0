import type { Message, Stream, StreamEvent } from "../../../client/index.ts";
import { cliError, errorLines, isChatWaitError } from "../../failures.ts";
import type { Said } from "./conversation.ts";

/** `reason` of `done`, the outcome of each agent of a turn, and how many messages there were. */
export type Done = {
  type: "done";
  reason: string;
  agents: readonly { agent: string; outcome: string }[];
  messages: number;
};

/** How an answer came out. */
export type Outcome =
  | Done
  /** The server's terminal `error`, or what the client threw. */
  | { type: "failed"; error: unknown }
  /** Somebody left without waiting for the end. */
  | { type: "left" };

export type Listener = { take(event: StreamEvent): void };

/**
 * Reads a stream to its end.
 * @param left resolves when somebody leaves; the answer is then not read any further
 */
export async function readAnswer(stream: Stream, listener: Listener, left: Promise<void>): Promise<Outcome> {
  const leaving = left.then((): Outcome => {
    stream.detach();
    return { type: "left" };
  });
  return Promise.race([readAll(stream, listener), leaving]);
}

async function readAll(stream: Stream, listener: Listener): Promise<Outcome> {
  let outcome: Outcome = { type: "left" };
  try {
    for await (const event of stream) {
      listener.take(event);
      if (event.type === "done") outcome = doneOf(event, stream);
      else if (event.type === "error") outcome = { type: "failed", error: asError(event, stream.id) };
    }
    return outcome;
  } catch (error) {
    return { type: "failed", error };
  }
}

const doneOf = ({ reason, agents = [] }: Extract<StreamEvent, { type: "done" }>, { messages }: Stream): Done => ({
  ...{ type: "done", reason, agents },
  messages: messages.filter(({ role, content }) => role === "assistant" && content !== "").length,
});

/** Whether there is an answer: it was not stopped by others, and not every agent has failed. */
export const succeeded = ({ reason, agents, messages }: Done): boolean =>
  reason !== "cancelled" && (messages > 0 || !agents.some(({ outcome }) => outcome in TROUBLES));

const TROUBLES: Readonly<Record<string, string>> = {
  failed: "could not answer: its model failed",
  timed_out: "took too long to answer",
};

/** How it ended, where the text does not say it. */
export function afterwords({ reason, agents, messages }: Done): string[] {
  const troubled = agents.flatMap(({ agent, outcome }) => {
    const trouble = TROUBLES[outcome];
    return trouble === undefined ? [] : [`(${agent} ${trouble}.)`];
  });
  if (reason === "no_recipient") return ["(Nobody answered. Name somebody with @.)"];
  return reason === "cancelled" && messages === 0 ? ["(stopped)"] : troubled;
}

/** A terminal `error` event in the form in which the client throws what it cannot read. */
function asError(
  { error_code, message, retryable }: Extract<StreamEvent, { type: "error" }>,
  streamId: string | undefined,
): Error {
  const fields = {
    name: "ChatWaitError",
    code: error_code,
    retryable,
    ...(streamId === undefined ? {} : { streamId }),
  };
  return Object.assign(new Error(message), fields);
}

/** Of an answer that was begun here: that its stream is not there any more means that the server has begun anew. */
export function asLost(outcome: Outcome): Outcome {
  if (outcome.type !== "failed" || !isChatWaitError(outcome.error) || outcome.error.code !== "stream_not_found")
    return outcome;
  const message = "The server was restarted meanwhile, and the rest of this answer is lost. Ask again.";
  return { type: "failed", error: cliError("answer_lost", message) };
}

/** What went wrong, and what can be done now, as lines for people. */
export function failureLines(error: unknown, url: string, resume: string | undefined): string[] {
  const lines = errorLines(error, url);
  const lost = isChatWaitError(error) && error.code === "network" && resume !== undefined;
  return lost ? [...lines, `The answer goes on being written. To read it later: ${resume}`] : lines;
}

/** Messages of a stream as a conversation keeps them; of a chat, whose only voice is the model, without the name. */
export const saidOf = (messages: readonly Message[], inWorld: boolean): Said[] =>
  messages.map(({ role, content, sender, timestamp }) => ({
    role,
    ...(inWorld ? { sender } : {}),
    content,
    ...(timestamp === undefined ? {} : { timestamp }),
  }));
