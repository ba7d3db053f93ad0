import type { ChatRequest, SavedStream } from "../../client/types.ts";
import type { Conversation, Mode } from "./conversation.ts";

/** What is needed of `localStorage`. */
export type Shelf = Pick<Storage, "getItem" | "setItem" | "removeItem" | "key" | "length">;

/** An answer under way, as a reload needs it. Its stream's id is the key to it, and never leaves the browser. */
export type Running = {
  v: 1;
  /** The message in the conversation that it will become. */
  entryId: string;
  /** The message that it answers. */
  asked: string;
  mode: Mode;
  request: ChatRequest;
  /** The idempotency key: a repeated request finds its stream instead of asking the model twice. */
  key: string;
  /** RFC 3339. */
  startedAt: string;
  saved?: SavedStream;
  savedAt?: string;
  notes?: string[];
};

const CONVERSATION = "chatwait/conversation/";
const RUNNING = "chatwait/running/";

export type Changed = { id: string; what: "conversation" | "running" };

/**
 * Each conversation has a key of its own, and there is no list beside them: two tabs that write different conversations
 * cannot undo each other's work. Writing throws where the browser has no room left.
 */
export type ConversationStore = {
  /** The ids of all conversations, in no order. */
  ids(): string[];
  read(id: string): Conversation | undefined;
  write(conversation: Conversation): void;
  /** Takes away what is running as well. */
  remove(id: string): void;
  running(id: string): Running | undefined;
  setRunning(id: string, running: Running): void;
  clearRunning(id: string): void;
};

export function createStore(shelf: Shelf): ConversationStore {
  return {
    ids: () => keysOf(shelf).flatMap((key) => (key.startsWith(CONVERSATION) ? [key.slice(CONVERSATION.length)] : [])),
    read: (id) => readAs<Conversation>(shelf, CONVERSATION + id),
    write: (conversation) => shelf.setItem(CONVERSATION + conversation.id, JSON.stringify(conversation)),
    remove: (id) => {
      shelf.removeItem(CONVERSATION + id);
      shelf.removeItem(RUNNING + id);
    },
    running: (id) => readAs<Running>(shelf, RUNNING + id),
    setRunning: (id, running) => shelf.setItem(RUNNING + id, JSON.stringify(running)),
    clearRunning: (id) => shelf.removeItem(RUNNING + id),
  };
}

const keysOf = (shelf: Shelf): string[] =>
  Array.from({ length: shelf.length }, (_, index) => shelf.key(index)).filter((key) => key !== null);

/** A later version of this page may write another `v`; what is not understood is left alone, and not shown. */
function readAs<T extends { v: 1 }>(shelf: Shelf, key: string): T | undefined {
  try {
    const value: unknown = JSON.parse(shelf.getItem(key) ?? "null");
    return typeof value === "object" && value !== null && "v" in value && value.v === 1 ? (value as T) : undefined;
  } catch {
    return undefined;
  }
}

/** Of which conversation a `storage` event speaks; undefined where of none of ours. */
export function changeOf(key: string | null): Changed | undefined {
  if (key?.startsWith(CONVERSATION)) return { id: key.slice(CONVERSATION.length), what: "conversation" };
  if (key?.startsWith(RUNNING)) return { id: key.slice(RUNNING.length), what: "running" };
  return undefined;
}

/** A shelf that forgets: where the browser keeps nothing (private windows, blocked storage). */
export function memoryShelf(): Shelf {
  const kept = new Map<string, string>();
  return {
    get length() {
      return kept.size;
    },
    key: (index) => [...kept.keys()][index] ?? null,
    getItem: (key) => kept.get(key) ?? null,
    setItem: (key, value) => void kept.set(key, value),
    removeItem: (key) => void kept.delete(key),
  };
}
