import type { Clock } from "../../clock.ts";
import type { AppendOutcome, StreamStore, Writer, WrittenBatch } from "./stream-store.ts";

/** What one stream has still to write to the store. */
export type Outbox = {
  /** Takes one event, as JSON on one line. It is on its way at the latest when what is on its way now has arrived. */
  push(json: string, sealed?: { freesKeys: boolean }): void;
  /** Looks whether the store still has what was written, and whether the stream is still to be written here. */
  check(): void;
  /** The same where nothing has been written for long: the store forgets what nobody writes. */
  keep(): void;
  /** Tells those who follow how far the log is in the store: they may have missed what was on its way when they came. */
  tell(): void;
  /** Writes nothing any more. What is on its way may still arrive. */
  stop(): void;
  /** Resolves when everything pushed so far is in the store, or never will be. */
  drained(): Promise<void>;
};

export type OutboxOptions = {
  store: StreamStore;
  clock: Clock;
  id: string;
  writer: Writer;
  /** Events that are in the store already: another server has written them. */
  stored: number;
  /** The JSON of an event that was written before: a store that has lost it is given it again. */
  event(seq: number): string;
  /** Whether it may be read on another server. */
  isFollowed(): boolean;
  /** Everything up to `seq` is in the store. */
  onStored(seq: number, sealed: boolean): void;
  /** Another server writes this stream now. */
  onFenced(): void;
  /** The store has been away for {@link AWAY_MS}. */
  onAway(): void;
};

/** Before a write that failed is tried again: the connection has a back-off of its own. */
const RETRY_MS = 100;
/** A model may think for longer than the store keeps a stream that is not written, which is a minute at least. */
const SILENT_MS = 20_000;
/** How long a generation goes on without the store, and its readers wait for it (R-STORE). */
export const AWAY_MS = 30_000;

/**
 * Batches by themselves: what is pushed before a batch leaves, or while one is on its way, goes together. A token passes here
 * on each server of each stream, so nothing of it is an async function: each would cost as much as all the rest.
 */
export function createOutbox(options: OutboxOptions): Outbox {
  const { store, clock, id, writer } = options;
  let waiting: string[] = [];
  let { stored } = options;
  let end: { freesKeys: boolean } | undefined;
  let isWriting = false;
  let stopped = false;
  let isDue = false;
  let isToTell = false;
  let whenDrained: (() => void)[] = [];
  let endPause = () => {};
  let awayTimer: (() => void) | undefined;
  let writtenAt = clock.now();

  function start() {
    if (isWriting || stopped) return;
    isWriting = true;
    store.soon(writeWaiting);
  }

  function writeWaiting() {
    const events = waiting;
    const isOnlyTold = isToTell && !isDue && events.length === 0;
    waiting = [];
    isDue = isToTell = false;
    if (isOnlyTold) {
      store.tell(id, writer.names.epochs, stored + 1);
      return goOn();
    }
    const ending = { sealed: end !== undefined, freesKeys: end?.freesKeys ?? false };
    write({ first: stored + 1, events, ...ending, isUnheard: !options.isFollowed() });
  }

  /** Writes a batch however long it takes. */
  function write(batch: WrittenBatch) {
    if (stopped) return finish();
    store.append(id, writer, batch).then(
      (outcome) => heard(batch, outcome),
      () => pause(() => write(batch)),
    );
  }

  function heard(batch: WrittenBatch, outcome: AppendOutcome) {
    endAway();
    if (outcome.state === "lost") return write(withLost(batch, outcome.seq));
    if (outcome.state === "fenced") {
      stop();
      finish();
      return options.onFenced();
    }
    writtenAt = clock.now();
    stored = batch.first + batch.events.length - 1;
    options.onStored(stored, batch.sealed);
    goOn();
  }

  function goOn() {
    if ((waiting.length > 0 || isDue || isToTell) && !stopped) store.soon(writeWaiting);
    else finish();
  }

  function finish() {
    isWriting = false;
    const drained = whenDrained;
    whenDrained = [];
    for (const resolve of drained) resolve();
  }

  /** The batch, and before it what the store has lost. */
  function withLost(batch: WrittenBatch, seq: number): WrittenBatch {
    const lost = Array.from({ length: batch.first - seq - 1 }, (_, index) => options.event(seq + index + 1));
    return { ...batch, first: seq + 1, events: [...lost, ...batch.events] };
  }

  function pause(goOn: () => void) {
    if (stopped) return goOn();
    awayTimer ??= clock.after(AWAY_MS, options.onAway);
    endPause = () => {
      takeBack();
      endPause = () => {};
      goOn();
    };
    const takeBack = clock.after(RETRY_MS, () => endPause());
  }

  function endAway() {
    awayTimer?.();
    awayTimer = undefined;
  }

  function stop() {
    stopped = true;
    endAway();
    endPause();
  }

  function check() {
    isDue = true;
    start();
  }

  return {
    push(json, sealed) {
      if (stopped) return;
      waiting.push(json);
      end ??= sealed;
      start();
    },
    check,
    keep() {
      if (clock.now() - writtenAt >= SILENT_MS) check();
    },
    tell() {
      isToTell = true;
      start();
    },
    stop,
    drained: () => new Promise((resolve) => (isWriting ? whenDrained.push(resolve) : resolve())),
  };
}
