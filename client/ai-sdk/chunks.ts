import type { FinishReason, UIMessageChunk } from "ai";
import type { Message, StreamEvent } from "../types.ts";
import { byline, type Head, headOf, isOver, metadataOf, noticeOf, type Voice } from "./metadata.ts";
import type { AnswerMetadata, Notice } from "./types.ts";

type Chunk = UIMessageChunk<AnswerMetadata, { notice: Notice }>;

export type ChunkWriter = {
  /** What is known of the answer so far; changes as events come. */
  readonly head: Head;
  /** The answer as it stood when it was left, each message in one piece. */
  begin(messages: readonly Message[]): Chunk[];
  of(event: StreamEvent): Chunk[];
};

/** Where a reason is missing here, `useChat` is told `other`; the metadata has it in our words. */
const FINISH: Record<string, FinishReason> = {
  stop: "stop",
  length: "length",
  content_filter: "content-filter",
  cancelled: "interrupted",
  completed: "stop",
  silence: "stop",
};

/** Turns the events of one answer or turn into the chunks of one UI message: a text part for each message of the stream. */
export function chunkWriter(known: Head = {}): ChunkWriter {
  const head: Head = { ...known };
  const speaking = new Map<string, Voice>();
  let hasBegun = false;

  // A turn has a name at once. The answer of a chat is named after its message, and there may never be one.
  function begun(): Chunk[] {
    if (hasBegun || head.id === undefined) return [];
    hasBegun = true;
    const { id, ...messageMetadata } = head;
    return [{ type: "start", messageId: id, messageMetadata }];
  }

  function startText(voice: Voice): Chunk[] {
    head.id ??= voice.message_id;
    speaking.set(voice.message_id, voice);
    return [...begun(), { type: "text-start", id: voice.message_id, ...byline(head, voice) }];
  }

  function endText(voice: Voice): Chunk[] {
    if (!speaking.delete(voice.message_id)) return [];
    return [{ type: "text-end", id: voice.message_id, ...byline(head, voice) }];
  }

  const soFar = (message: Voice & { content: string }): Chunk[] => [
    ...startText(message),
    { type: "text-delta", id: message.message_id, delta: message.content },
  ];

  function finish(finishReason: FinishReason, messageMetadata: AnswerMetadata): Chunk[] {
    const texts = [...speaking.values()].flatMap(endText);
    return [...texts, { type: "finish", finishReason, messageMetadata }];
  }

  return {
    head,
    begin: (messages) => [
      ...begun(),
      ...messages.flatMap((message) => [...soFar(message), ...(isOver(message) ? endText(message) : [])]),
    ],
    of(event) {
      switch (event.type) {
        case "start":
          Object.assign(head, headOf(event));
          return begun();
        case "message_start":
          return startText(event);
        case "token":
          return [{ type: "text-delta", id: event.message_id, delta: event.text }];
        case "message_end":
          return endText(event);
        case "message":
          return [...soFar(event), ...endText(event)];
        case "system":
          return [{ type: "data-notice", data: noticeOf(event), transient: true }];
        case "done":
          return finish(FINISH[event.reason] ?? "other", metadataOf(event));
        case "error":
          return hasBegun ? finish("error", { reason: "error" }) : [];
        default:
          return [];
      }
    },
  };
}
