import { type Clock, timestampOf } from "../clock.ts";
import { codePointGate, textJoiner } from "../generation/text.ts";
import { type ErrorCode, failure } from "../protocol/errors.ts";
import type { MessageReason, OpenDraft } from "../protocol/events.ts";
import type { TimingEvent } from "./timing.ts";

/** A message that a program outside streams into a turn. What comes after its end is dropped. */
export type OutsideMessage = {
  chunk(text: string): void;
  /** Its end; `content`, where given, is the whole text: what is missing of it is sent first. */
  end(content?: string): void;
  /** Ends it for a fault of the program, or from this side. */
  close(reason: "cancelled" | "timeout" | "error", code?: ErrorCode): void;
  /** A piece that is in the log already. */
  relive(text: string): void;
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

  function finish(reason: MessageReason, code?: ErrorCode) {
    if (over) return;
    over = true;
    const content = joiner.join();
    const timestamp = timestampOf(clock.wall());
    const message = { message_id: messageId, sender, content, timestamp, in_reply_to: inReplyTo };
    emit({ type: "message_end", ...message, reason, ...(code ? { error_code: code } : {}) });
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
    close(reason, code) {
      if (reason === "error") tell({ type: "outside_ended", message: messageId });
      finish(reason, code);
    },
    relive: token,
  };
}

/** The messages that programs outside stream into one turn. */
export type OutsideMessages = {
  /** @throws Failure `invalid_request` where a message of that id has begun before */
  open(messageId: string, sender: string): OutsideMessage;
  timeOut(messageId: string): void;
  closeAll(reason: "cancelled" | "error", code?: ErrorCode): void;
  readonly anyOpen: boolean;
};

export type OutsideMessagesOptions = Pick<OutsideOptions, "inReplyTo" | "clock" | "emit" | "tell"> & {
  /** Something was said. `complete`: the program has ended it. */
  ended(message: { messageId: string; sender: string; content: string; complete: boolean }): void;
};

/** None is open yet. */
export function createOutsideMessages({ ended, ...options }: OutsideMessagesOptions): OutsideMessages {
  const open = new Map<string, OutsideMessage>();
  const used = new Set<string>();
  return {
    open(messageId, sender) {
      // One id for one message (R-TEXT).
      if (used.has(messageId)) throw failure("invalid_request", "A message of this message_id has begun already.");
      used.add(messageId);
      const message = outsideMessage({
        ...{ ...options, messageId, sender },
        ended(content, complete) {
          open.delete(messageId);
          if (content !== "") ended({ messageId, sender, content, complete });
        },
      });
      open.set(messageId, message);
      return message;
    },
    timeOut: (messageId) => open.get(messageId)?.close("timeout"),
    closeAll(reason, code) {
      for (const message of [...open.values()]) message.close(reason, code);
    },
    get anyOpen() {
      return open.size > 0;
    },
  };
}
