import type { ChatRequest } from "../../client/types.ts";
import type { Failure } from "./failure.ts";

/** One message as it is kept in the browser. */
export type Entry = {
  id: string;
  role: "user" | "assistant";
  content: string;
  /** RFC 3339. */
  at: string;
  /** Of an answer: how it ended; `stop` is the usual end. */
  reason?: string;
  failure?: Failure;
  /** What happened on the way, in words: resumes and their exactness. */
  notes?: string[];
};

export type Mode = "stream" | "wait";

/** What is asked for beside the message. An absent field leaves it to the server. */
export type ChatSettings = {
  mode: Mode;
  model?: string;
  instructions?: string;
  temperature?: number;
};

export type Conversation = {
  v: 1;
  id: string;
  title: string;
  /** Whether a person gave the title: then it stays. */
  named?: boolean;
  updatedAt: string;
  settings: ChatSettings;
  entries: Entry[];
};

const LONGEST_TITLE = 60;

/** As many as a server takes (PROTOCOL.md, section 3). */
const MOST_CONTEXT = 200;

/** In UTF-16 code units; the body may have 1 MiB, and a code unit is at most three bytes in it. */
const LONGEST_CONTEXT = 300_000;

/** A title from the first message: its first line, cut at a word. */
export function titleOf(text: string): string {
  const line = text.trim().split("\n", 1)[0]?.replace(/\s+/g, " ").trim() ?? "";
  if (line.length <= LONGEST_TITLE) return line || "New conversation";
  const cut = line.slice(0, LONGEST_TITLE);
  const space = cut.lastIndexOf(" ");
  return (space > LONGEST_TITLE / 2 ? cut.slice(0, space) : cut) + "…";
}

/** Adds a message at the end; the first one gives the title. */
export function withEntry(conversation: Conversation, entry: Entry): Conversation {
  const { entries, named } = conversation;
  const title = entries.length === 0 && !named ? titleOf(entry.content) : conversation.title;
  return { ...conversation, entries: [...entries, entry], title, updatedAt: entry.at };
}

/**
 * Puts an answer after the message that it answers, in the place of another answer to it; two tabs can ask at once, and then
 * another question follows. Where that message has gone, or the conversation has gone on from another answer, it changes nothing.
 */
export function withAnswer(conversation: Conversation, asked: string, entry: Entry): Conversation {
  const at = conversation.entries.findIndex(({ id }) => id === asked);
  const [next, ...more] = conversation.entries.slice(at + 1);
  if (at < 0 || (next?.role === "assistant" && more.length > 0)) return conversation;
  const after = next?.role === "user" ? [next, ...more] : [];
  return { ...conversation, entries: [...conversation.entries.slice(0, at + 1), entry, ...after], updatedAt: entry.at };
}

/** Takes away the message with that id and all that follow it. */
export function before(conversation: Conversation, id: string): Conversation {
  const at = conversation.entries.findIndex((entry) => entry.id === id);
  return at < 0 ? conversation : { ...conversation, entries: conversation.entries.slice(0, at) };
}

/** What is sent so that the last message, which a user wrote, is answered. */
export function requestOf({ entries, settings }: Conversation): ChatRequest {
  const { model, instructions, temperature } = settings;
  const messages = contextOf(entries.slice(0, -1));
  return {
    message: entries.at(-1)?.content ?? "",
    ...(messages.length ? { context: { messages } } : {}),
    ...(model ? { model } : {}),
    ...(instructions?.trim() ? { instructions } : {}),
    ...(temperature === undefined ? {} : { temperature }),
  };
}

type ContextMessage = { role: "user" | "assistant"; content: string; timestamp: string };

/** The newest messages that a request has room for; an answer that failed before its first word says nothing. */
function contextOf(entries: readonly Entry[]): ContextMessage[] {
  const said = entries.filter(({ content }) => content.trim() !== "").slice(-MOST_CONTEXT);
  let room = LONGEST_CONTEXT;
  const firstFitting = said.findLastIndex(({ content }) => {
    room -= content.length;
    return room < 0;
  });
  return said.slice(firstFitting + 1).map(({ role, content, at }) => ({ role, content, timestamp: at }));
}
