import type { Message, StreamEvent } from "./types.ts";

/** A feed has no end: of its messages, the newest are kept. No turn has as many. */
const MOST_MESSAGES = 500;

/** The messages after an event. Neither list nor message is changed: what is new is a new object. */
export function fold(messages: readonly Message[], event: StreamEvent): readonly Message[] {
  const { type, seq: _seq, ...rest } = event;
  switch (type) {
    case "message_start":
      return added(messages, { ...(rest as Message), content: "" });
    case "token":
      return messages.map((message) =>
        message.message_id === event.message_id ? { ...message, content: message.content + event.text } : message,
      );
    case "message_end":
    case "message":
      return added(messages, { role: "assistant", ...(rest as Omit<Message, "role">) });
    default:
      return messages;
  }
}

function added(messages: readonly Message[], message: Message): readonly Message[] {
  const index = messages.findIndex(({ message_id }) => message_id === message.message_id);
  return index < 0 ? [...messages, message].slice(-MOST_MESSAGES) : messages.with(index, message);
}
