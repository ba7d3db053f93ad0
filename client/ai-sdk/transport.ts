import type { ChatTransport, UIMessage } from "ai";
import type { Stream } from "../types.ts";
import { asker } from "./asking.ts";
import { chunkWriter } from "./chunks.ts";
import { connector } from "./connection.ts";
import { keepPosition, surroundings } from "./keeper.ts";
import type { Head } from "./metadata.ts";
import { defaultStorage, type Positions, positionsIn } from "./positions.ts";
import { type Reading, readAnswer } from "./reading.ts";
import type { ChatSettings, ChatTransportOptions, ChatWaitUIMessage, ConnectionOptions } from "./types.ts";

export type ChatWaitTransport<M extends UIMessage = ChatWaitUIMessage> = ChatTransport<M> & {
  /** What a resume gives begins with the answer so far, out of the storage: `useChat` builds the message anew from it. */
  readonly resumeStreamIsReplay: true;
  /**
   * Ends the answer of a chat at the server, also where `onAbort` is `detach`, and where it was left and nobody reads it now.
   * Does nothing where none is known.
   * @throws ChatWaitError `network` where the server could not be told
   */
  stop(chatId: string): Promise<void>;
};

/**
 * A transport for the AI SDK's `useChat` that talks to a ChatWait server itself, without a route of yours in between. An answer
 * survives cuts of the network inside the transport, and a reload with `useChat({ id, resume: true })`; `stop` ends it at the server.
 * @throws TypeError where options contradict each other
 */
export function createChatTransport<M extends UIMessage = ChatWaitUIMessage>(
  options?: ConnectionOptions & ChatSettings<M>,
): ChatWaitTransport<M>;
// By itself the union of the two would leave the parameters of `prepare` without a type.
export function createChatTransport<M extends UIMessage = ChatWaitUIMessage>(
  options: ChatTransportOptions<M>,
): ChatWaitTransport<M>;
export function createChatTransport<M extends UIMessage = ChatWaitUIMessage>(
  options: ChatTransportOptions<M> = {},
): ChatWaitTransport<M> {
  const ask = asker(options);
  const connect = connector(options);
  const watch = { ...surroundings, ...(options.surroundings?.after ? { after: options.surroundings.after } : {}) };
  const readings = new Map<string, Reading>();
  let opened: Positions | undefined;
  // Not before it is used: a page that is rendered on a server has no storage yet.
  const positions = () => (opened ??= positionsIn(options.storage ?? defaultStorage()));

  function read(chatId: string, stream: Stream, head: Head, signal: AbortSignal | undefined) {
    const writer = chunkWriter(head);
    const keeper = keepPosition({ chatId, stream, head: writer.head, positions: positions(), ...watch }, ended);
    const reading = readAnswer(stream, writer, keeper, signal);
    const leave = options.onAbort === "detach" ? reading.detach : () => reading.stop().catch(unheard);
    // Not at once: a resume that takes the place of this reading aborts it in the same breath, and does not want a stop.
    const abort = () => queueMicrotask(leave);

    function ended(): void {
      signal?.removeEventListener("abort", abort);
      if (readings.get(chatId) === reading) readings.delete(chatId);
    }

    readings.set(chatId, reading);
    signal?.addEventListener("abort", abort);
    return reading.chunks;
  }

  return {
    resumeStreamIsReplay: true,
    async sendMessages({ abortSignal, chatId, headers, body, messageId, ...asked }) {
      const question = { chatId, messageId, metadata: undefined, ...asked };
      const [start, client] = await Promise.all([ask(question, body), connect(headers)]);
      abortSignal?.throwIfAborted();
      const left = positions().read(chatId);
      // Of an answer that was lost or left: a reload before the new one begins must not bring it back.
      positions().remove(chatId, left?.stream.path);
      if (left && !readings.has(chatId)) client.restore(left.stream).stop().catch(unheard);
      return read(chatId, start(client), {}, abortSignal);
    },
    async reconnectToStream({ abortSignal, chatId, headers }) {
      // One reader a chat. Where it was it writes down as it leaves.
      readings.get(chatId)?.detach();
      const position = positions().read(chatId);
      if (!position) return null;
      const client = await connect(headers);
      // An abort before there is anything to stop: React's strict mode mounts, unmounts and mounts again.
      if (abortSignal?.aborted) return null;
      return read(chatId, client.restore(position.stream), position.head, abortSignal);
    },
    async stop(chatId) {
      const reading = readings.get(chatId);
      const left = positions().read(chatId)?.stream;
      if (reading || !left) return reading?.stop();
      const client = await connect(undefined);
      await client.restore(left).stop();
      positions().remove(chatId, left.path);
    },
  };
}

/** `useChat` does not wait for its `stop` to arrive, and has nowhere to hear of it. A generation that nobody reads ends by itself. */
function unheard(): void {}
