import type { Clock } from "../../clock.ts";
import type { StreamEvent } from "../../protocol/events.ts";
import { frameData, frameOfJson } from "../../protocol/frames.ts";
import { createBells, hang, ringSoon } from "../bells.ts";
import { agreedUpTo, type Epochs, epochsOfText, sharedUpTo, textOfEpochs } from "../epochs.ts";
import { appendFrame, createFrameStore, frameAt, sliceOf } from "../frame-store.ts";
import type { Away, StreamLog } from "../stream-log.ts";
import { AWAY_MS } from "./outbox.ts";
import { singleFlight } from "./single-flight.ts";
import type { ReadBatch, SharedNames, Stored, StreamStore } from "./stream-store.ts";

/** A log that another server writes: a copy for this server's readers, kept up to date by its bell. */
export type FollowedLog = StreamLog & {
  readonly names: SharedNames;
  /** The server that writes it, when it was last looked at. */
  readonly owner: string;
  /**
   * Compares it with the store: reads what that has more, for the bell may have been missed, and gives back what it has lost.
   * Resolves to whether the store has the stream. Its readers are told to go where that has failed for {@link AWAY_MS}.
   */
  catchUp(): Promise<boolean>;
  /** Bytes of its frames. */
  readonly bytes: number;
  /** Tells its readers to go. */
  sendAway(away: Away): void;
  leave(): void;
};

export type FollowOptions = {
  store: StreamStore;
  clock: Clock;
  id: string;
  /** Whether all that a server has written is known to be in the store. */
  isSettled(owner: string): boolean;
};

/** What this server has of a stream already: it was written here until now. */
export type Had = { names: SharedNames; events: readonly string[] };

/**
 * Opens a copy of a stream; undefined where the store has none. The bell is hung before anything is read, so that nothing is
 * missed.
 */
export async function followLog(options: FollowOptions, had?: Had): Promise<FollowedLog | undefined> {
  const { store, id } = options;
  const early: ReadBatch[] = [];
  let take = (batch: ReadBatch): void => {
    early.push(batch);
  };
  const leave = await store.follow(id, (batch) => take(batch));
  try {
    const found = await store.read(id, had?.events.length ?? 0);
    if (found) {
      const { log, add, fill, settle } = openCopy(options, had?.names ?? found.names, leave);
      if (had) fill(had.events);
      await settle(found);
      take = add;
      for (const batch of early) add(batch);
      return log;
    }
  } catch (error) {
    leave();
    throw error;
  }
  leave();
  return undefined;
}

function openCopy({ store, clock, id, isSettled }: FollowOptions, names: SharedNames, leave: () => void) {
  const frames = createFrameStore();
  const bells = createBells();
  let epochs: Epochs;
  let epochsText: string;
  let idPrefix: string;
  let unheardSince: number | undefined;

  function enter(next: Epochs) {
    epochs = next;
    epochsText = textOfEpochs(next);
    idPrefix = `${id}.${next.length}.`;
  }

  function fill(events: readonly string[]) {
    for (const json of events) {
      const frame = frameOfJson(idPrefix, ++log.lastSeq, json);
      appendFrame(frames, frame, Buffer.byteLength(frame));
    }
  }

  function end() {
    ringSoon(bells);
    leave();
  }

  function becomeVoid() {
    log.isVoid = true;
    end();
  }

  /** Goes over to what has become of the stream. Readers who have seen more than is left of it cannot. */
  function adopt(text: string): boolean {
    if (text === epochsText) return true;
    const next = epochsOfText(text);
    if (log.lastSeq > agreedUpTo(epochs, next)) {
      becomeVoid();
      return false;
    }
    // A store that has forgotten an epoch is behind, and is given it back.
    if (next.length < epochs.length) return false;
    enter(next);
    log.epoch = next.length;
    return true;
  }

  function add({ first, events, sealed, epochs: text }: ReadBatch): void {
    // What an earlier writer says late is in the store as far as it counts.
    const isLate = text !== epochsText && epochsOfText(text).length < epochs.length;
    if (log.sealed || log.isVoid || isLate || !adopt(text)) return;
    if (first > log.lastSeq + 1) {
      log.catchUp().catch(() => {});
      return;
    }
    const fresh = events.slice(log.lastSeq + 1 - first);
    fill(fresh);
    if (sealed) log.sealed = true;
    if (sealed) end();
    else if (fresh.length > 0) ringSoon(bells);
  }

  async function settle({ names: found, owner, seq, batch }: Stored): Promise<void> {
    log.owner = owner;
    const isBehind = found.epochs.length < epochs.length || (batch.epochs === epochsText && seq < log.lastSeq);
    if (isBehind && !log.isVoid) await giveBack(seq + 1);
    else add(batch);
  }

  async function giveBack(first: number): Promise<void> {
    const events = Array.from({ length: log.lastSeq - first + 1 }, (_, index) => jsonAt(first + index));
    const outcome = await store.giveBack(id, epochs, { first, events, sealed: log.sealed });
    if (outcome.state === "lost") return giveBack(outcome.seq + 1);
    if (outcome.state !== "fenced") return;
    const before = epochsText;
    const found = await store.read(id, 0);
    if (!found || !adopt(found.batch.epochs)) return;
    if (epochsText !== before) add(found.batch);
    else becomeVoid();
  }

  function goAway(away: Away) {
    log.away = away;
    ringSoon(bells);
  }

  /** Whoever reads here may find a server that has the store. */
  function missStore() {
    unheardSince ??= clock.now();
    if (clock.now() - unheardSince >= AWAY_MS && !log.away) goAway("storeless");
  }

  function hearStore() {
    unheardSince = undefined;
    if (log.away === "storeless") goAway(undefined);
  }

  async function compare(): Promise<boolean> {
    const found = await store.read(id, log.lastSeq).catch((error: unknown) => {
      missStore();
      throw error;
    });
    hearStore();
    if (found) await settle(found);
    return found !== undefined;
  }

  const jsonAt = (seq: number) => frameData(frameAt(frames, seq));
  const refuse = () => {
    throw new Error("Another server writes this log.");
  };
  const log: { -readonly [Field in keyof FollowedLog]: FollowedLog[Field] } = {
    ...{ id, kind: names.kind, world: names.world, createdAt: names.createdAt, epoch: names.epochs.length },
    ...{ lastSeq: 0, sealed: false, isVoid: false, away: undefined, owner: "", append: refuse, seal: refuse, leave },
    slice: (after, maxBytes, upTo) => sliceOf(frames, after, maxBytes, upTo),
    event: (seq) => JSON.parse(jsonAt(seq)) as StreamEvent,
    sharedUpTo: (epoch) => sharedUpTo(epochs, epoch),
    mayLack: () => !log.sealed && !isSettled(log.owner),
    listen: (bell) => hang(bells, bell),
    sendAway: goAway,
    catchUp: singleFlight(compare),
    get names() {
      return { ...names, epochs };
    },
    get bytes() {
      return frames.size;
    },
  };
  enter(names.epochs);
  return { log, add, fill, settle };
}
