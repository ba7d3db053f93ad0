import { type Clock, timestampOf } from "../../clock.ts";
import type { ErrorCode } from "../../protocol/errors.ts";
import type { EventDraft, OpenDraft, StreamEvent, TerminalDraft } from "../../protocol/events.ts";
import { oneLine } from "../../protocol/frames.ts";
import { endingOf } from "../endings.ts";
import { createMemoryLog } from "../memory-log.ts";
import type { StreamLog } from "../stream-log.ts";
import type { StreamStore, Writer } from "./stream-store.ts";

/** What becomes of a stream that cannot be written as it was meant to be. */

const eventsOf = (log: StreamLog): StreamEvent[] =>
  Array.from({ length: log.lastSeq }, (_, index) => log.event(index + 1));

/** All that readers have seen of a log, and the end that it has with this error. */
export function endedCopy(log: StreamLog, code: ErrorCode, clock: Clock): StreamLog {
  const { id, kind, world, createdAt } = log;
  const boundless = { maxBytes: Number.POSITIVE_INFINITY, grow: () => true, onSealed() {} };
  const copy = createMemoryLog({ id, kind, world, createdAt, ...boundless });
  const events = eventsOf(log);
  for (const { seq: _, ...draft } of events) copy.append(draft as OpenDraft);
  const { ends, terminal } = endingOf(events, code, timestampOf(clock.wall()));
  for (const draft of ends) copy.append(draft);
  copy.seal(terminal);
  return copy;
}

/** Puts events of the store into an empty log. Where it has no room for them, returns the end that it gets instead. */
export function fillFrom(log: StreamLog, events: readonly string[]): TerminalDraft | undefined {
  for (const event of events) {
    const { seq: _, ...draft } = JSON.parse(event) as StreamEvent;
    if (log.append(draft as OpenDraft)) return endingOf([], "generation_lost", "").terminal;
  }
  return undefined;
}

export type EndInStore = {
  id: string;
  writer: Writer;
  code: ErrorCode;
  clock: Clock;
  /** What a store gets that knows nothing of the stream any more. */
  restored?: StreamLog;
};

/** Ends a stream in the store, after all that the store has of it. */
export async function endInStore(store: StreamStore, { id, writer, code, clock, restored }: EndInStore): Promise<void> {
  const found = await store.read(id, 0);
  if (found?.batch.sealed) return;
  const written = found?.batch.events ?? [];
  const drafts =
    written.length === 0 && restored ? eventsOf(restored) : endsAfter(written, code, timestampOf(clock.wall()));
  const events = drafts.map(({ type, seq: _, ...rest }: EventDraft & { seq?: number }, index) =>
    oneLine({ type, seq: written.length + index + 1, ...rest }),
  );
  await store.append(id, writer, { first: written.length + 1, events, sealed: true, freesKeys: true });
}

function endsAfter(written: readonly string[], code: ErrorCode, timestamp: string): EventDraft[] {
  const events = written.map((event) => JSON.parse(event) as StreamEvent);
  const { ends, terminal } = endingOf(events, code, timestamp);
  return [...ends, terminal];
}
