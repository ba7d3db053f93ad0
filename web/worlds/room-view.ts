import type { Message, StreamEvent } from "../../client/types.ts";
import { type Asked, lost, type Phase, type Said, type Turn, withItem } from "./turn.ts";
import { turnAfter, type Woken } from "./turn-events.ts";

/** All that is shown of a room: its turns in the order in which they began here. */
export type RoomView = {
  turns: readonly Turn[];
  /** The last event of the feed that is in it; what comes again is not shown again. */
  feedSeq: number;
  /** Something was said that nobody can tell any more, after the last turn. */
  missed: boolean;
};

export const emptyRoom = (): RoomView => ({ turns: [], feedSeq: 0, missed: false });

/** A turn that begins here; its key will be its stream's idempotency key. */
export const begun = (room: RoomView, key: string, asked: Asked): RoomView =>
  added(room, { key, mine: true, asked, items: [], phases: {} });

function added({ turns, missed, feedSeq }: RoomView, turn: Turn): RoomView {
  return { turns: [...turns, missed ? { ...turn, missedBefore: true } : turn], missed: false, feedSeq };
}

/** Changes the turn of that key. */
export function changed(room: RoomView, key: string, change: (turn: Turn) => Turn): RoomView {
  return { ...room, turns: room.turns.map((turn) => (turn.key === key ? change(turn) : turn)) };
}

/** An event of the stream of one's own turn. What the feed told of that turn gives way to it. */
export function ownEvent(room: RoomView, key: string, event: StreamEvent, woken?: Woken): RoomView {
  if (event.type !== "start") return changed(room, key, (turn) => turnAfter(turn, event, woken));
  const { turn_id, message_id, created_at } = event;
  const turns = room.turns.filter((turn) => turn.key === key || turn.turnId === undefined || turn.turnId !== turn_id);
  return changed({ ...room, turns }, key, (turn) => ({
    ...turn,
    ...(turn_id === undefined ? {} : { turnId: turn_id }),
    ...(turn.asked ? { asked: { ...turn.asked, at: created_at, ...(message_id ? { id: message_id } : {}) } } : {}),
  }));
}

/** An event of the room's feed: of others' turns, for one's own have a stream that tells more. */
export function feedEvent(room: RoomView, event: StreamEvent, woken?: Woken): RoomView {
  if (event.type === "start" && event.kind === "feed") return { ...room, feedSeq: event.seq };
  if (event.seq <= room.feedSeq) return room;
  const next = { ...room, feedSeq: event.seq };
  const { turn_id } = event;
  if (turn_id === undefined) return next;
  const known = room.turns.find((turn) => turn.turnId === turn_id);
  if (known) return known.mine ? next : changed(next, known.key, (turn) => turnAfter(turn, event, woken));
  if (event.type === "done" || event.type === "error") return next;
  return added(next, turnAfter(heardOf(turn_id, event), event, woken));
}

function heardOf(turnId: string, event: StreamEvent): Turn {
  const begins = event.type === "start" && event.message_id !== undefined;
  const asked = begins ? { id: event.message_id, sender: "", content: "", at: event.created_at } : undefined;
  return { key: turnId, turnId, mine: false, items: [], phases: {}, ...(asked ? { asked: asked as Asked } : {}) };
}

/** The feed begins anew and knows nothing of what was under way: those turns will never be told to an end. */
export function feedLost(room: RoomView): RoomView {
  const turns = room.turns.map((turn) => (turn.mine || turn.ending ? turn : lost(turn)));
  return { turns, missed: true, feedSeq: 0 };
}

/** What is there to see: a turn of which the feed tells before its own stream does is not shown twice. */
export function visibleTurns({ turns }: RoomView): readonly Turn[] {
  const awaited = turns.filter(({ mine, turnId, ending }) => mine && turnId === undefined && !ending);
  return turns.filter((turn) => {
    if (turn.mine) return true;
    if (awaited.some(({ asked }) => isSame(asked, turn.asked))) return false;
    return turn.items.length > 0 || Boolean(turn.asked?.content);
  });
}

const isSame = (one: Asked | undefined, other: Asked | undefined): boolean =>
  one !== undefined && one.content.trim() === other?.content.trim() && one.sender === other.sender;

/** Brings the messages of a turn to where its saved stream stands: the rest follows from there. */
export function broughtUp(turn: Turn, messages: readonly Message[]): Turn {
  let next = turn;
  for (const message of messages) next = withItem(next, saidAs(message));
  return next;
}

const saidAs = ({ message_id, sender, role, content, timestamp, reason, error_code }: Message): Said => ({
  ...{ kind: "said", id: message_id, sender, role, content },
  ...(timestamp === undefined ? {} : { at: timestamp }),
  ...(reason === undefined ? {} : { reason }),
  ...(error_code === undefined ? {} : { errorCode: error_code }),
});

/** How agents stand: in the turns that are under way, the latest last, else in the last turn of all. */
export function currentPhases(turns: readonly Turn[]): Readonly<Record<string, Phase>> {
  const open = turns.filter(({ ending }) => !ending);
  return Object.assign({}, turns.at(-1)?.phases, ...open.map(({ phases }) => phases));
}
