import type { SavedStream } from "../types.ts";
import type { Head } from "./metadata.ts";

/** What is needed of `sessionStorage` or `localStorage`. */
export type PositionStorage = {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
  removeItem(key: string): void;
};

/** A running answer on paper: the cursor together with the text up to it, so that the two can never disagree. */
export type Position = { v: 1; head: Head; stream: SavedStream };

export type Positions = {
  read(chatId: string): Position | undefined;
  write(chatId: string, position: Position): void;
  /** Removes it, unless another stream has taken its place since. */
  remove(chatId: string, path: string | undefined): void;
};

const INDEX = "chatwait:chats";
const keyOf = (chatId: string) => `chatwait:chat:${chatId}`;

/** Chats whose answer was left running and never looked at again. The oldest goes first. */
const MOST_CHATS = 20;

/** The positions of running answers by chat id. A storage that is full or forbidden costs the newest position, never an answer. */
export function positionsIn(storage: PositionStorage): Positions {
  const read = (chatId: string) => parse(attempt(() => storage.getItem(keyOf(chatId))));

  function register(chatId: string): void {
    const known = chatsOf(attempt(() => storage.getItem(INDEX)));
    if (known.at(-1) === chatId) return;
    const chats = [...known.filter((other) => other !== chatId), chatId];
    for (const old of chats.splice(0, chats.length - MOST_CHATS)) storage.removeItem(keyOf(old));
    storage.setItem(INDEX, JSON.stringify(chats));
  }

  return {
    read,
    write(chatId, position) {
      // An older position that stays is still a true one: more of the text is then sent again, and none of it twice.
      attempt(() => {
        register(chatId);
        storage.setItem(keyOf(chatId), JSON.stringify(position));
      });
    },
    remove(chatId, path) {
      if (read(chatId)?.stream.path === path) attempt(() => storage.removeItem(keyOf(chatId)));
    },
  };
}

function attempt<T>(run: () => T): T | undefined {
  try {
    return run();
  } catch {
    return undefined;
  }
}

function parse(text: string | null | undefined): Position | undefined {
  const value = attempt(() => JSON.parse(text ?? "null") as Partial<Position> | null);
  const stream = value?.v === 1 && value.head ? value.stream : undefined;
  const isWhole = stream?.v === 1 && /^\/(chat|worlds)\//.test(stream.path) && Array.isArray(stream.messages);
  return isWhole ? (value as Position) : undefined;
}

function chatsOf(text: string | null | undefined): string[] {
  const value = attempt(() => JSON.parse(text ?? "[]") as unknown);
  return Array.isArray(value) ? value.filter((chat) => typeof chat === "string") : [];
}

/** The page's own storage; where there is none, or it is forbidden, memory. */
export function defaultStorage(): PositionStorage {
  return attempt(() => globalThis.sessionStorage as PositionStorage | undefined) ?? memoryStorage();
}

function memoryStorage(): PositionStorage {
  const values = new Map<string, string>();
  return {
    getItem: (key) => values.get(key) ?? null,
    setItem: (key, value) => void values.set(key, value),
    removeItem: (key) => void values.delete(key),
  };
}
