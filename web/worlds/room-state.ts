import type { Client, StreamEvent } from "../../client/types.ts";
import type { Shelf } from "../state/storage.ts";
import { createFollower, type Follower } from "./follower.ts";
import { createOwnTurns, type OwnTurns } from "./own-turns.ts";
import { createBoard, type RoomBoard, withoutOrphans } from "./room-board.ts";
import { createRoomStore } from "./room-store.ts";
import { begun, changed, feedEvent, feedLost, visibleTurns } from "./room-view.ts";
import { asking } from "./turn.ts";
import type { Woken } from "./turn-events.ts";
import { NOBODY, shownName } from "./words.ts";

/** One room as this page knows it; it lives as long as the page, so that turns go on while something else is looked at. */
export type RoomState = Pick<RoomBoard, "view" | "full"> &
  Pick<OwnTurns, "running" | "latest" | "stop"> & {
    readonly follower: Pick<Follower, "status" | "failure">;
    send(speech: Speech): void;
    /** Says again what a turn began with; only `mentions` answer, if given. */
    sayAgain(key: string, mentions?: readonly string[]): void;
    follow(): void;
    /** Lets go of the feed. `forGood`: it will not be gone on with. */
    leave(how?: { forGood: boolean }): void;
    /** Forgets what was said, in this browser. */
    clear(): void;
    /** Writes down how things stand: the page is about to go. */
    keep(): void;
    /** Another tab wrote something, under this key. */
    changedElsewhere(key: string | null): void;
  };

export type Speech = {
  text: string;
  /** Undefined: nobody in particular. */
  sender: string | undefined;
  mentions?: readonly string[];
  /** Who is known to be woken. */
  expected?: readonly string[];
};

export type RoomWiring = {
  client: Client;
  shelf: Shelf;
  newId: () => string;
  /** ms on a clock that never goes back. */
  now: () => number;
  /** Milliseconds since 1970. */
  wall: () => number;
  frame: (run: () => void) => () => void;
  after: (ms: number, run: () => void) => () => void;
  announce: (text: string) => void;
  /** Whom an agent's words wake, as the room is now. */
  woken: Woken;
  /** The feed says that the world, or somebody in it, was changed. */
  onDefinition: () => void;
};

/** Opens a room with what this browser keeps of it, and goes on with the turns that were under way. */
export function createRoom(world: string, wiring: RoomWiring): RoomState {
  const { client, shelf, newId, wall, frame, after, announce, woken, onDefinition } = wiring;
  const store = createRoomStore(shelf, world);
  const board = createBoard({ store, frame, after });
  const own = createOwnTurns({ ...wiring, world, board, store });
  const isOwn = ({ key }: { key: string }) => own.running.peek().has(key);

  const follower = createFollower({
    after,
    open: (options) => client.world(world).feed(options),
    onEvent: heard,
    onEnded: onDefinition,
    onLost: () => {
      board.followedTo(undefined);
      board.change(feedLost);
    },
  });

  function heard(event: StreamEvent, lastEventId: string | undefined) {
    board.followedTo(lastEventId);
    board.change((room) => feedEvent(room, event, woken));
    if (event.type === "system" && /^(world|agent)_/.test(event.code)) onDefinition();
    if (event.type === "message" && event.role === "user") announceOther(event);
  }

  /** For those who listen: somebody else is speaking. */
  function announceOther({ sender: name, turn_id }: { sender: string; turn_id?: string | undefined }) {
    const turn = visibleTurns(board.now()).find(({ turnId }) => turnId === turn_id);
    if (turn && !turn.mine) announce(`${shownName(name, false)} has said something`);
  }

  function send({ text, sender, mentions, expected = [] }: Speech) {
    const key = newId();
    const startedAt = new Date(wall()).toISOString();
    const asked = { sender: sender ?? NOBODY, content: text, at: startedAt };
    board.change((room) => changed(begun(room, key, asked), key, (turn) => asking(turn, expected)));
    const request = { message: text, ...(sender ? { sender } : {}), ...(mentions ? { mentions: [...mentions] } : {}) };
    own.begin({ v: 1, key, request, startedAt });
    announce("Sent");
  }

  function sayAgain(key: string, mentions?: readonly string[]) {
    const turn = board.now().turns.find((other) => other.key === key);
    if (!turn?.asked) return;
    const { sender, content } = turn.asked;
    // Where nothing came of it, the new turn takes its place.
    const nothing = turn.turnId === undefined;
    if (nothing) board.change((room) => ({ ...room, turns: room.turns.filter((other) => other !== turn) }));
    const who = mentions ? { mentions, expected: mentions } : {};
    send({ text: content, sender: sender === NOBODY ? undefined : sender, ...who });
  }

  own.goOn();
  board.change((room) => withoutOrphans(room, (turn) => !turn.mine || isOwn(turn)));
  return {
    view: board.view,
    full: board.full,
    running: own.running,
    latest: own.latest,
    stop: own.stop,
    follower,
    send,
    sayAgain,
    follow: () => follower.follow(board.feedAt()),
    leave: ({ forGood } = { forGood: false }) => {
      follower.leave();
      if (forGood) {
        board.followedTo(undefined);
        board.change((room) => withoutOrphans(room, isOwn));
      }
      board.write();
    },
    clear: board.clear,
    keep: () => {
      own.keep();
      board.write();
    },
    changedElsewhere: (key) => {
      if (store.isOurs(key)) board.takeOver();
    },
  };
}
