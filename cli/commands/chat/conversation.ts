import type { ChatRequest, WorldChatStart } from "../../../client/index.ts";
import { LONGEST_CONTEXT } from "../../../src/protocol/requests.ts";

/** What was said so far; the server remembers nothing of a chat. */

export type Said = { role: "user" | "assistant"; content: string; sender?: string; timestamp?: string };

export type Conversation = {
  /** The world that it takes place in; else a chat with a model. */
  world?: string;
  model?: string;
  instructions?: string;
  messages: Said[];
};

/** Below the server's 1 MiB for a body, with room for the question. */
const MOST_BYTES = 900_000;

/** The newest messages, as many as a request may bring. */
export function contextOf(messages: readonly Said[]): Said[] {
  const kept: Said[] = [];
  let bytes = 0;
  for (const message of messages.slice(-LONGEST_CONTEXT).reverse()) {
    bytes += Buffer.byteLength(JSON.stringify(message));
    if (bytes > MOST_BYTES) break;
    kept.unshift(message);
  }
  return kept;
}

export type Asking = { model?: string | undefined; instructions?: string | undefined };

/** The request for the next answer of a chat. */
export function chatRequest(message: string, messages: readonly Said[], { model, instructions }: Asking): ChatRequest {
  const context = contextOf(messages).map(({ sender: _, ...said }) => said);
  return {
    message,
    ...(context.length > 0 ? { context: { messages: context } } : {}),
    ...(model === undefined ? {} : { model }),
    ...(instructions === undefined ? {} : { instructions }),
  };
}

/** The request for a turn of a world, which remembers by itself: `messages` take the place of its memory where there are any. */
export function worldRequest(message: string, messages: readonly Said[], sender: string | undefined): WorldChatStart {
  const context = contextOf(messages);
  return {
    message,
    ...(sender === undefined ? {} : { sender }),
    ...(context.length > 0 ? { context: { messages: context } } : {}),
  };
}
