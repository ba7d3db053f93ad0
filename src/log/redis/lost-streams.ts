import { type Clock, timestampOf } from "../../clock.ts";
import type { ErrorCode } from "../../protocol/errors.ts";
import type { OpenDraft, StreamEvent, TerminalDraft } from "../../protocol/events.ts";
import { endingOf } from "../endings.ts";
import { createMemoryLog } from "../memory-log.ts";
import type { StreamLog } from "../stream-log.ts";
import { jsonFrom, jsonOf } from "./event-json.ts";
import type { FollowedLog } from "./followed-log.ts";
import type { ProducedLog } from "./produced-log.ts";
import type { StreamStore, Writer } from "./stream-store.ts";

/** What becomes of a stream that cannot be written as it was meant to be. */

const eventsOf = (log: StreamLog): StreamEvent[] =>
  Array.from({ length: log.lastSeq }, (_, index) => log.event(index + 1));

/**
 * All that readers have seen of a log, and the end that it has with this error: in an epoch of its own, for the store may have other
 * events at its numbers.
 */
export function endedCopy(log: ProducedLog, code: ErrorCode, clock: Clock): StreamLog {
  const { id, kind, world, createdAt, names, lastSeq } = log;
  const boundless = { maxBytes: Number.POSITIVE_INFINITY, grow: () => true, onSealed() {} };
  const copy = createMemoryLog({ id, kind, world, createdAt, epochs: [...names.epochs, lastSeq], ...boundless });
  const events = eventsOf(log);
  for (const { seq: _, ...draft } of events) copy.append(draft as OpenDraft);
  const { ends, terminal } = endingOf(events, code, timestampOf(clock.wall()));
  for (const draft of ends) copy.append(draft);
  copy.seal(terminal);
  return copy;
}

/** Puts events of the store into an empty log. Where it has no room for them, returns the end that it gets instead. */
export function fillFrom(log: StreamLog, events: readonly StreamEvent[]): TerminalDraft | undefined {
  for (const { seq: _, ...draft } of events) {
    if (log.append(draft as OpenDraft)) return endingOf([], "generation_lost", "").terminal;
  }
  return undefined;
}

export type EndInStore = {
  id: string;
  writer: Writer;
  code: ErrorCode;
  clock: Clock;
  /** The stream with that end, and how much of it readers have seen: for a store that knows less of it. */
  restored?: { copy: StreamLog; seen: number };
};

/** Ends a stream in the store, after all that the store has of it. */
export async function endInStore(store: StreamStore, { id, writer, code, clock, restored }: EndInStore): Promise<void> {
  const found = await store.read(id, 0);
  if (found?.batch.sealed) return;
  const written = found?.batch.events ?? [];
  const events =
    restored && written.length <= restored.seen
      ? jsonFrom(restored.copy, written.length + 1)
      : endsAfter(written, code, timestampOf(clock.wall()));
  const names = found?.names ?? writer.names;
  await store.append(id, { ...writer, names }, { first: written.length + 1, events, sealed: true, freesKeys: true });
}

function endsAfter(written: readonly string[], code: ErrorCode, timestamp: string): string[] {
  const events = written.map((event) => JSON.parse(event) as StreamEvent);
  const { ends, terminal } = endingOf(events, code, timestamp);
  return [...ends, terminal].map((draft, index) => jsonOf({ ...draft, seq: written.length + index + 1 }));
}

/**
 * Ends a stream of a dead server that the store has lost altogether: what is left of it begins another epoch, for others may have seen
 * more of it.
 */
export async function endForgotten(store: StreamStore, log: FollowedLog, fence: string, clock: Clock): Promise<void> {
  const { id, names, lastSeq } = log;
  const events = jsonFrom(log, 1);
  const ends = endsAfter(events, "generation_lost", timestampOf(clock.wall()));
  const writer = { fence, names: { ...names, epochs: [...names.epochs, lastSeq] } };
  await store.append(id, writer, { first: 1, events: [...events, ...ends], sealed: true, freesKeys: true });
}
