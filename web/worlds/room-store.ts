import type { SavedStream, WorldChatStart } from "../../client/types.ts";
import type { Shelf } from "../state/storage.ts";
import { mergedTurns, notCleared } from "./merged-turns.ts";
import type { Turn } from "./turn.ts";

/** What this browser keeps of a room; nobody else does. */
export type KeptRoom = {
  v: 1;
  turns: readonly Turn[];
  missed: boolean;
  /** How far the feed was followed. */
  feed?: { lastEventId: string; seq: number };
  /** Turns that were over by then (RFC 3339) were cleared away; no tab brings them back. */
  clearedAt?: string;
};

/** A turn under way, as a reload needs it. The id of its stream is the key to it, and never leaves the browser. */
export type RunningTurn = {
  v: 1;
  /** The turn's key, and the idempotency key of its request. */
  key: string;
  request: WorldChatStart;
  /** RFC 3339. */
  startedAt: string;
  saved?: SavedStream;
  savedAt?: string;
};

const ROOM = "chatwait/room/";
const RUNNING = "chatwait/turn/";
const SENDER = "chatwait/sender";

/** As much as a browser keeps of one room: the newest turns. */
const MOST_TURNS = 100;
const MOST_CHARS = 400_000;

export type RoomStore = {
  read(): KeptRoom | undefined;
  /** What another tab wrote meanwhile is kept. False: the browser has no room left. */
  write(room: KeptRoom): boolean;
  running(): RunningTurn[];
  setRunning(turn: RunningTurn): void;
  clearRunning(key: string): void;
  /** Whether a `storage` event is about this room's turns. */
  isOurs(key: string | null): boolean;
};

/** The keys of a room's name without regard to case, as the server takes it. */
export function createRoomStore(shelf: Shelf, world: string): RoomStore {
  const name = world.toLowerCase();
  const running = `${RUNNING}${name}/`;
  return {
    read: () => readAs<KeptRoom>(shelf, ROOM + name),
    write: (room) => {
      const stored = readAs<KeptRoom>(shelf, ROOM + name);
      const clearedAt = [stored?.clearedAt ?? "", room.clearedAt ?? ""].sort()[1];
      const turns = trimmed(notCleared(mergedTurns(stored?.turns ?? [], room.turns), clearedAt));
      const kept = { ...room, turns, ...(clearedAt ? { clearedAt } : {}) };
      return attempt(() => shelf.setItem(ROOM + name, JSON.stringify(kept)));
    },
    running: () => keysOf(shelf, running).flatMap((key) => readAs<RunningTurn>(shelf, key) ?? []),
    // Where there is no room, the turn goes on here all the same, and only a reload would lose it.
    setRunning: (turn) => void attempt(() => shelf.setItem(running + turn.key, JSON.stringify(turn))),
    clearRunning: (key) => shelf.removeItem(running + key),
    isOurs: (key) => key === null || key === ROOM + name,
  };
}

function trimmed(turns: readonly Turn[]): readonly Turn[] {
  let room = MOST_CHARS;
  const first = turns.findLastIndex((turn) => {
    room -= turn.items.reduce(
      (sum, item) => sum + (item.kind === "said" ? item.content.length : 0),
      turn.asked?.content.length ?? 0,
    );
    return room < 0;
  });
  return turns.slice(first + 1).slice(-MOST_TURNS);
}

/** Who speaks here, in all rooms; undefined where no name was given. */
export const readSender = (shelf: Shelf): string | undefined => readAs<{ v: 1; name: string }>(shelf, SENDER)?.name;

export function writeSender(shelf: Shelf, name: string | undefined): void {
  if (name === undefined) shelf.removeItem(SENDER);
  else attempt(() => shelf.setItem(SENDER, JSON.stringify({ v: 1, name })));
}

const keysOf = (shelf: Shelf, prefix: string): string[] =>
  Array.from({ length: shelf.length }, (_, index) => shelf.key(index)).filter(
    (key): key is string => key?.startsWith(prefix) ?? false,
  );

function attempt(write: () => void): boolean {
  try {
    write();
    return true;
  } catch {
    return false;
  }
}

/** What a later version of this page wrote is not understood, and left alone. */
function readAs<T extends { v: 1 }>(shelf: Shelf, key: string): T | undefined {
  try {
    const value: unknown = JSON.parse(shelf.getItem(key) ?? "null");
    return typeof value === "object" && value !== null && "v" in value && value.v === 1 ? (value as T) : undefined;
  } catch {
    return undefined;
  }
}
