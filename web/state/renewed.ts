import type { Message } from "../../client/types.ts";

/** The messages as they are now; what has not changed stays the same object, so that it need not be drawn again. */
export function renewed(shown: readonly Message[], current: readonly Message[]): readonly Message[] {
  return current.map((message, index) => {
    const before = shown[index];
    const same = before && before.content.length === message.content.length && before.reason === message.reason;
    return same && before.message_id === message.message_id ? before : { ...message };
  });
}
