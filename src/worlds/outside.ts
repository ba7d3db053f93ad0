import { type Clock, timestampOf } from "../clock.ts";
import { codePointGate, textJoiner } from "../generation/text.ts";
import type { MessageReason, OpenDraft } from "../protocol/events.ts";
import type { TimingEvent } from "./timing.ts";

/** A message that a program outside streams into a turn. What comes after its end is dropped. */
export type OutsideMessage = {
  chunk(text: string): void;
  /** Its end; `content`, where given, is the whole text: what is missing of it is sent first. */
  end(content?: string): void;
  /** Ends it for a fault of the program, or from this side. */
  close(reason: "cancelled" | "timeout" | "error"): void;
};

export type OutsideOptions = {
  messageId: string;
  sender: string;
  inReplyTo: string;
  clock: Clock;
  emit(draft: OpenDraft): boolean;
  tell(event: TimingEvent): void;
  /** Called once, with what was said; `complete`: the program ended it. */
  ended(content: string, complete: boolean): void;
};

/** Begins such a message. */
export function outsideMessage(options: OutsideOptions): OutsideMessage {
  const { messageId, sender, inReplyTo, clock, emit, tell, ended } = options;
  const joiner = textJoiner();
  const gate = codePointGate();
  let over = false;

  function token(text: string) {
    if (text !== "" && !over && emit({ type: "token", message_id: messageId, text })) joiner.add(text);
  }

  function finish(reason: MessageReason) {
    if (over) return;
    over = true;
    const content = joiner.join();
    const timestamp = timestampOf(clock.wall());
    const message = { message_id: messageId, sender, content, timestamp, in_reply_to: inReplyTo };
    emit({ type: "message_end", ...message, reason });
    ended(content, reason === "stop");
  }

  tell({ type: "outside_started", message: messageId });
  emit({ type: "message_start", message_id: messageId, sender, role: "assistant", in_reply_to: inReplyTo });

  return {
    chunk(text) {
      if (over) return;
      tell({ type: "outside_chunk", message: messageId });
      token(gate.pass(text));
    },
    end(content) {
      if (over) return;
      tell({ type: "outside_ended", message: messageId });
      const rest = gate.rest();
      const shown = joiner.join();
      // R-TEXT: what readers were shown is never taken back, only added to.
      token(content?.startsWith(shown) ? content.slice(shown.length) : rest);
      finish("stop");
    },
    close(reason) {
      if (reason === "error") tell({ type: "outside_ended", message: messageId });
      finish(reason);
    },
  };
}
