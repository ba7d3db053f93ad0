import type { ConversationMessage } from "./types.ts";

/** The newest messages that fit, whole and in order. `maxBytes` are those of their JSON in UTF-8. */
export function fitting(
  messages: readonly ConversationMessage[],
  maxMessages: number,
  maxBytes: number,
): ConversationMessage[] {
  // A server refuses a question that asks nothing, also one of the past.
  const sendable = messages.filter(({ role, content }) => role === "assistant" || content.trim()).slice(-maxMessages);
  let bytes = 0;
  const tooOld = sendable.findLastIndex((message) => {
    bytes += new TextEncoder().encode(JSON.stringify(message)).length + 1;
    return bytes > maxBytes;
  });
  return sendable.slice(tooOld + 1);
}
