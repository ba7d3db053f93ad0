import type { Clock } from "../../clock.ts";
import type { AppendOutcome, Batch, StreamStore, Writer } from "./stream-store.ts";

/** What one stream has still to write to the store. */
export type Outbox = {
  /** Takes one event, as JSON on one line. It is on its way at the latest when what is on its way now has arrived. */
  push(json: string, sealed?: { freesKeys: boolean }): void;
  /** Looks whether the store still has what was written, and whether the stream is still to be written here. */
  check(): void;
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
  /** Everything up to `seq` is in the store. */
  onStored(seq: number, sealed: boolean): void;
  /** Another server writes this stream now. */
  onFenced(): void;
  /** The store has been away for {@link AWAY_MS}. */
  onAway(): void;
};

/** Before a write that failed is tried again: the connection has a back-off of its own. */
const RETRY_MS = 100;
/** How long a generation goes on without the store (R-STORE). */
const AWAY_MS = 30_000;

type Keyed = Batch & { freesKeys: boolean };

/**
 * Batches by themselves: what is pushed while a batch is on its way goes with the next one, so that nothing waits longer than
 * one round trip, and a quiet stream not at all.
 */
export function createOutbox(options: OutboxOptions): Outbox {
  const { store, clock, id, writer } = options;
  let waiting: string[] = [];
  let { stored } = options;
  let end: { freesKeys: boolean } | undefined;
  let running: Promise<void> | undefined;
  let stopped = false;
  let isDue = false;
  let endPause = () => {};
  let awayTimer: (() => void) | undefined;

  function start() {
    running ??= run();
  }

  async function run() {
    // What is appended in this turn of the event loop is one batch.
    await undefined;
    while ((waiting.length > 0 || isDue) && !stopped) await writeWaiting();
    running = undefined;
  }

  async function writeWaiting() {
    const events = waiting;
    waiting = [];
    isDue = false;
    const batch = { first: stored + 1, events, sealed: end !== undefined, freesKeys: end?.freesKeys ?? false };
    const outcome = await write(batch);
    if (outcome === "stopped") return;
    if (outcome === "fenced") {
      stop();
      return options.onFenced();
    }
    stored += events.length;
    options.onStored(stored, batch.sealed);
  }

  /** Writes a batch however long it takes. */
  async function write(batch: Keyed): Promise<"ok" | "fenced" | "stopped"> {
    let pending = batch;
    while (!stopped) {
      const outcome = await store.append(id, writer, pending).catch((): AppendOutcome | undefined => undefined);
      if (outcome) endAway();
      if (outcome?.state === "ok" || outcome?.state === "fenced") return outcome.state;
      if (outcome) pending = withLost(pending, outcome.seq);
      else await pause();
    }
    return "stopped";
  }

  /** The batch, and before it what the store has lost. */
  function withLost(batch: Keyed, seq: number): Keyed {
    const lost = Array.from({ length: batch.first - seq - 1 }, (_, index) => options.event(seq + index + 1));
    return { ...batch, first: seq + 1, events: [...lost, ...batch.events] };
  }

  function pause(): Promise<void> {
    if (stopped) return Promise.resolve();
    awayTimer ??= clock.after(AWAY_MS, options.onAway);
    return new Promise((resolve) => {
      const takeBack = clock.after(RETRY_MS, resolve);
      endPause = () => {
        takeBack();
        resolve();
      };
    });
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

  return {
    push(json, sealed) {
      if (stopped) return;
      waiting.push(json);
      end ??= sealed;
      start();
    },
    check() {
      isDue = true;
      start();
    },
    stop,
    drained: async () => {
      while (running) await running;
    },
  };
}
