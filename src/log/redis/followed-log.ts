import type { StreamEvent } from "../../protocol/events.ts";
import { frameOfJson } from "../../protocol/frames.ts";
import { createBells, hang, ringSoon } from "../bells.ts";
import { appendFrame, createFrameStore, frameAt, sliceOf } from "../frame-store.ts";
import type { Away, StreamLog } from "../stream-log.ts";
import type { Batch, SharedNames, StreamStore } from "./stream-store.ts";

/** A log that another server writes: a copy for this server's readers, kept up to date by its bell. */
export type FollowedLog = StreamLog & {
  /** Reads what the store has more: for where the bell may have been missed. */
  catchUp(): Promise<void>;
  /** Bytes of its frames. */
  readonly bytes: number;
  /** Tells its readers to go. */
  sendAway(away: Away): void;
  leave(): void;
};

/** Opens a copy of a stream; undefined where the store has none. The bell is hung before anything is read, so that nothing is missed. */
export async function followLog(store: StreamStore, id: string): Promise<FollowedLog | undefined> {
  const early: Batch[] = [];
  let take = (batch: Batch): void => {
    early.push(batch);
  };
  const leave = await store.follow(id, (batch) => take(batch));
  const found = await store.read(id, 0).catch((error: unknown) => {
    leave();
    throw error;
  });
  if (!found) {
    leave();
    return undefined;
  }
  const { log, add } = openCopy(store, id, found.names, leave);
  add(found.batch);
  take = add;
  for (const batch of early) add(batch);
  return log;
}

function openCopy(store: StreamStore, id: string, names: SharedNames, leave: () => void) {
  const frames = createFrameStore();
  const bells = createBells();
  const idPrefix = `${id}.${names.epoch}.`;
  let catching: Promise<void> | undefined;

  function add({ first, events, sealed }: Batch): void {
    if (log.sealed) return;
    if (first > log.lastSeq + 1) {
      log.catchUp().catch(() => {});
      return;
    }
    const fresh = events.slice(log.lastSeq + 1 - first);
    for (const json of fresh) {
      const frame = frameOfJson(idPrefix, ++log.lastSeq, json);
      appendFrame(frames, frame, Buffer.byteLength(frame));
    }
    if (sealed) log.sealed = true;
    if (fresh.length > 0 || sealed) ringSoon(bells);
    if (sealed) leave();
  }

  async function read() {
    try {
      const found = await store.read(id, log.lastSeq);
      if (found) add(found.batch);
    } finally {
      catching = undefined;
    }
  }

  const refuse = () => {
    throw new Error("Another server writes this log.");
  };
  const log: { -readonly [Field in keyof FollowedLog]: FollowedLog[Field] } = {
    ...{ id, kind: names.kind, world: names.world, createdAt: names.createdAt, epoch: names.epoch },
    ...{ lastSeq: 0, sealed: false, away: undefined, append: refuse, seal: refuse, leave },
    slice: (after, maxBytes) => sliceOf(frames, after, maxBytes),
    event: (seq) => JSON.parse(frameAt(frames, seq).split("\ndata: ", 2)[1] as string) as StreamEvent,
    sharedUpTo: (epoch) => (epoch === names.epoch ? Number.POSITIVE_INFINITY : -1),
    listen: (bell) => hang(bells, bell),
    sendAway(away) {
      log.away = away;
      ringSoon(bells);
    },
    catchUp() {
      catching ??= read();
      return catching;
    },
    get bytes() {
      return frames.size;
    },
  };
  return { log, add };
}
