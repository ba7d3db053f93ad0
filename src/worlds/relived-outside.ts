import type { StreamEvent } from "../protocol/events.ts";
import type { OutsideMessage } from "./outside.ts";
import type { TurnWork } from "./turn-work.ts";

/** What programs outside streamed into a turn that is lived through again; and agents that are not to be known any more. */
export function relivedOutside({ openOutside }: Pick<TurnWork, "openOutside">) {
  const open = new Map<string, OutsideMessage>();

  function begin(messageId: string, sender: string): OutsideMessage {
    const message = openOutside(messageId, sender);
    open.set(messageId, message);
    return message;
  }

  function end({ message_id, reason, content }: StreamEvent & { type: "message_end" }) {
    const message = open.get(message_id);
    if (reason === "cancelled" || reason === "timeout" || reason === "error") message?.close(reason);
    else message?.end(content);
  }

  return {
    /** False: it is no event of a message. */
    relive(event: StreamEvent): boolean {
      if (event.type === "message_start") begin(event.message_id, event.sender);
      else if (event.type === "token") open.get(event.message_id)?.relive(event.text);
      else if (event.type === "message") begin(event.message_id, event.sender).end(event.content);
      else if (event.type === "message_end") end(event);
      else return false;
      return true;
    },
  };
}
