import type { ProviderMetadata, UIMessage } from "ai";
import type { Message, StreamEvent } from "../types.ts";
import type { AnswerMetadata, Notice } from "./types.ts";

/** What the beginning of an answer says of the whole. It is kept with a position, for a resume does not hear it again. */
export type Head = { id?: string; model?: string; world?: string };

/** Who says a message, and how it ended if it has. */
export type Voice = {
  message_id: string;
  sender: string;
  in_reply_to?: string | undefined;
  reason?: string | undefined;
  error_code?: string | undefined;
};

type Event<T extends StreamEvent["type"]> = Extract<StreamEvent, { type: T }>;

/** Messages that came in one piece have no reason, and a time. */
export const isOver = ({ reason, timestamp }: Message): boolean => reason !== undefined || timestamp !== undefined;

export function headOf({ model, world, turn_id }: Event<"start">): Head {
  return {
    ...(turn_id === undefined ? {} : { id: turn_id }),
    ...(model === undefined ? {} : { model }),
    ...(world === undefined ? {} : { world }),
  };
}

export function noticeOf({ code, message, agent }: Event<"system">): Notice {
  return { code, message, ...(agent === undefined ? {} : { agent }) };
}

export function metadataOf({ reason, usage, agents }: Event<"done">): AnswerMetadata {
  return {
    reason,
    ...(usage ? { usage: usageOf(usage.input_tokens, usage.output_tokens) } : {}),
    ...(agents ? { agents } : {}),
  };
}

const usageOf = (inputTokens: number, outputTokens: number) => ({
  inputTokens,
  outputTokens,
  totalTokens: inputTokens + outputTokens,
});

/** Who speaks is said only where there are several. */
export function byline({ world }: Head, voice: Voice): { providerMetadata?: ProviderMetadata } {
  if (world === undefined) return {};
  const { message_id, sender, in_reply_to, reason, error_code } = voice;
  const present = Object.entries({ message_id, sender, in_reply_to, reason, error_code }).filter(isPresent);
  return { providerMetadata: { chatwait: Object.fromEntries(present) } };
}

const isPresent = (entry: [string, string | undefined]): entry is [string, string] => entry[1] !== undefined;

/** Which agent of a world says this part of a message; undefined in a chat, and of parts that are no text. */
export function senderOf(part: UIMessage["parts"][number]): string | undefined {
  if (part.type !== "text") return undefined;
  const sender = part.providerMetadata?.["chatwait"]?.["sender"];
  return typeof sender === "string" ? sender : undefined;
}
