import type { ChatTransport, UIMessage } from "ai";
import type { Stream } from "../types.ts";
import { asker } from "./asking.ts";
import { chunkWriter } from "./chunks.ts";
import { connector } from "./connection.ts";
import { keepPosition, surroundings } from "./keeper.ts";
import type { Head } from "./metadata.ts";
import { defaultStorage, type Positions, positionsIn } from "./positions.ts";
import { type Reading, readAnswer } from "./reading.ts";
import type { ChatTransportOptions, ChatWaitUIMessage } from "./types.ts";

export type ChatWaitTransport<M extends UIMessage = ChatWaitUIMessage> = ChatTransport<M> & {
  /** What a resume gives begins with the answer so far, out of the storage: `useChat` builds the message anew from it. */
  readonly resumeStreamIsReplay: true;
  /** Ends the answer of a chat at the server, also where `onAbort` is `detach`. False where this transport reads none. */
  stop(chatId: string): boolean;
};

/** One call of `useChat`: known from the moment at which it comes, its reading once there is one. */
type Attempt = { isResume: boolean; reading?: Reading };

/**
 * A transport for the AI SDK's `useChat` that talks to a ChatWait server itself, without a route of yours in between. An answer
 * survives cuts of the network inside the transport, and a reload with `useChat({ id, resume: true })`; `stop` ends it at the server.
 * @throws TypeError where options contradict each other
 */
export function createChatTransport<M extends UIMessage = ChatWaitUIMessage>(
  options: ChatTransportOptions<M> = {},
): ChatWaitTransport<M> {
  const ask = asker(options);
  const connect = connector(options);
  const watch = { ...surroundings, ...(options.surroundings?.after ? { after: options.surroundings.after } : {}) };
  const attempts = new Map<string, Attempt>();
  let opened: Positions | undefined;
  // Not before it is used: a page that is rendered on a server has no storage yet.
  const positions = () => (opened ??= positionsIn(options.storage ?? defaultStorage()));

  /** What comes of an attempt, which ends with what it gives or with nothing. */
  async function attempted<T>(chatId: string, isResume: boolean, run: (attempt: Attempt) => Promise<T>): Promise<T> {
    const attempt: Attempt = { isResume };
    attempts.set(chatId, attempt);
    try {
      return await run(attempt);
    } finally {
      if (!attempt.reading) release(chatId, attempt);
    }
  }

  function release(chatId: string, attempt: Attempt): void {
    if (attempts.get(chatId) === attempt) attempts.delete(chatId);
  }

  function read(chatId: string, attempt: Attempt, stream: Stream, head: Head, signal: AbortSignal | undefined) {
    const writer = chunkWriter(head);
    const keeper = keepPosition({ chatId, stream, head: writer.head, positions: positions(), ...watch }, ended);
    const reading = readAnswer(stream, writer, keeper, signal);
    const abort = () => queueMicrotask(() => (isLeft() ? reading.detach() : reading.stop()));

    // A resume that takes the place of another one aborts it, in the same breath; nobody wants the answer to stop then.
    function isLeft(): boolean {
      const latest = attempts.get(chatId);
      return options.onAbort === "detach" || (latest !== attempt && latest?.isResume === true);
    }

    function ended(): void {
      signal?.removeEventListener("abort", abort);
      release(chatId, attempt);
    }

    attempt.reading = reading;
    signal?.addEventListener("abort", abort);
    return reading.chunks;
  }

  return {
    resumeStreamIsReplay: true,
    sendMessages({ abortSignal, chatId, headers, body, messageId, ...asked }) {
      return attempted(chatId, false, async (attempt) => {
        const question = { chatId, messageId, metadata: undefined, ...asked };
        const [start, client] = await Promise.all([ask(question, body), connect(headers)]);
        abortSignal?.throwIfAborted();
        return read(chatId, attempt, start(client), {}, abortSignal);
      });
    },
    async reconnectToStream({ abortSignal, chatId, headers }) {
      // One reader a chat. Where it was it writes down as it leaves.
      attempts.get(chatId)?.reading?.detach();
      const position = positions().read(chatId);
      if (!position) return null;
      return attempted(chatId, true, async (attempt) => {
        const client = await connect(headers);
        // An abort before there is anything to stop: React's strict mode mounts, unmounts and mounts again.
        if (abortSignal?.aborted) return null;
        return read(chatId, attempt, client.restore(position.stream), position.head, abortSignal);
      });
    },
    stop(chatId) {
      const reading = attempts.get(chatId)?.reading;
      reading?.stop();
      return reading !== undefined;
    },
  };
}
