import type { UIMessage } from "ai";
import { chatWaitError } from "../errors.ts";
import type { ChatRequest, WorldChatStart } from "../types.ts";

type Context = NonNullable<NonNullable<ChatRequest["context"]>["messages"]>;
type Parts = UIMessage["parts"];

/** What the server takes (PROTOCOL.md, section 3). */
const MOST_MESSAGES = 200;
/** Of the 1 MiB of a request: what is left when message and instructions are as long as they may be, each character escaped. */
const MOST_BYTES = 640 * 1024;

export type Conversation = { message: string; context?: { messages: Context }; instructions?: string };

/**
 * The last message as the question, those before it as its context, those of `system` as instructions. Of a context that is
 * too long the newest messages are sent.
 * @throws ChatWaitError `message_required` where the last message is not a person's or has no text, `invalid_request` where it has a file
 */
export function conversationOf(messages: readonly UIMessage[]): Conversation {
  const said = messages.filter(({ role }) => role !== "system");
  const message = questionOf(said.at(-1));
  const context = newest(said.slice(0, -1).flatMap(earlier));
  const instructions = joined(messages.filter(({ role }) => role === "system").map(({ parts }) => textOf(parts)));
  return {
    message,
    ...(context.length > 0 ? { context: { messages: context } } : {}),
    ...(instructions === "" ? {} : { instructions }),
  };
}

function questionOf(last: UIMessage | undefined): string {
  if (last?.role !== "user") {
    throw chatWaitError(
      "message_required",
      "There is nothing to answer: the last message of the chat is not the user's.",
    );
  }
  const file = last.parts.find((part) => part.type === "file");
  if (file) {
    const told = `The message has a file (${file.filename ?? file.mediaType}), and ChatWait takes text only.`;
    throw chatWaitError("invalid_request", `${told} Put what matters into the text.`);
  }
  const text = textOf(last.parts);
  if (text.trim() === "") throw chatWaitError("message_required", "The message has no text. Write something in it.");
  return text;
}

/** A message without text has nothing to say to the model, and the server refuses a blank one. */
function earlier({ role, parts }: UIMessage): Context {
  const content = textOf(parts);
  return content.trim() === "" ? [] : [{ role: role === "user" ? "user" : "assistant", content }];
}

/** Text as it is. That there was a file is told, for the text may speak of it. */
const textOf = (parts: Parts): string =>
  joined(
    parts.map((part) => {
      if (part.type === "text") return part.text;
      return part.type === "file" ? `[file: ${part.filename ?? part.mediaType}]` : "";
    }),
  );

const joined = (texts: readonly string[]) => texts.filter((text) => text !== "").join("\n\n");

function newest(context: Context): Context {
  let left = MOST_BYTES;
  const fits = (message: Context[number]) => {
    left -= new TextEncoder().encode(JSON.stringify(message)).length + 1;
    return left >= 0;
  };
  const latest = context.slice(-MOST_MESSAGES);
  const tooMuch = latest.findLastIndex((message) => !fits(message));
  return latest.slice(tooMuch + 1);
}

export type Settings = Pick<ChatRequest, "model" | "instructions" | "temperature" | "max_tokens">;

/** What a chat is asked. */
export function chatRequest(messages: readonly UIMessage[], settings: Settings): ChatRequest {
  const { instructions, ...conversation } = conversationOf(messages);
  const both = joined([settings.instructions ?? "", instructions ?? ""]);
  return { ...settings, ...conversation, ...(both === "" ? {} : { instructions: both }) };
}

/**
 * What a world is asked: the last message alone, for a world remembers the others.
 * @throws ChatWaitError as {@link conversationOf}, and `invalid_request` where there is a message of `system`
 */
export function worldRequest(messages: readonly UIMessage[], sender: string | null | undefined): WorldChatStart {
  const { message, instructions } = conversationOf(messages);
  if (instructions === undefined) return { message, ...(sender ? { sender } : {}) };
  throw chatWaitError(
    "invalid_request",
    "A world takes no message of the system: each of its agents has its own instructions.",
  );
}
