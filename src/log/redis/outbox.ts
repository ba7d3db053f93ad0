import type { AppendOutcome, Batch, SharedNames, SharedStore } from "./shared-store.ts";

/** What one stream has still to write to the store. */
export type Outbox = {
  /** Takes one event, as JSON on one line. It is on its way at the latest when what is on its way now has arrived. */
  push(json: string, sealed?: { freesKeys: boolean }): void;
  /** The store knows that there is such a stream. */
  readonly announced: Promise<void>;
  /** Resolves when everything pushed so far is in the store, or never will be. */
  drained(): Promise<void>;
};

export type OutboxOptions = {
  store: SharedStore;
  id: string;
  fence: string;
  names: SharedNames;
  /** Events that are in the store already: another server has written them. */
  stored: number;
  /** The JSON of an event that was written before: a store that has lost it is given it again. */
  event(seq: number): string;
  /** Everything up to `seq` is in the store. */
  onStored(seq: number, sealed: boolean): void;
  /** Another server writes this stream now. */
  onFenced(): void;
  /** Waits before a write that failed is tried again. */
  pause(): Promise<void>;
};

/**
 * Batches by themselves: what is pushed while a batch is on its way goes with the next one, so that nothing waits longer than
 * one round trip, and a quiet stream not at all.
 */
export function createOutbox(options: OutboxOptions): Outbox {
  const { store, id, fence, names } = options;
  let waiting: string[] = [];
  let { stored } = options;
  let end: { freesKeys: boolean } | undefined;
  let running: Promise<void> | undefined;
  let isFenced = false;

  async function run() {
    // What is appended in this turn of the event loop is one batch.
    await announced;
    while (waiting.length > 0 && !isFenced) await writeWaiting();
    running = undefined;
  }

  async function writeWaiting() {
    const events = waiting;
    waiting = [];
    const batch = { first: stored + 1, events, sealed: end !== undefined, freesKeys: end?.freesKeys ?? false };
    isFenced = !(await write(batch));
    if (isFenced) return options.onFenced();
    stored += events.length;
    options.onStored(stored, batch.sealed);
  }

  /** Writes a batch however long it takes. False where another server holds the stream. */
  async function write(batch: Batch & { freesKeys: boolean }): Promise<boolean> {
    for (;;) {
      const outcome = await store.append(id, fence, names, batch).catch((): AppendOutcome | undefined => undefined);
      if (outcome?.state === "ok") return true;
      if (outcome?.state === "fenced") return false;
      if (outcome) batch = withLost(batch, outcome.seq);
      else await options.pause();
    }
  }

  /** The batch, and before it what the store has lost. */
  function withLost(batch: Batch & { freesKeys: boolean }, seq: number) {
    const lost = Array.from({ length: batch.first - seq - 1 }, (_, index) => options.event(seq + index + 1));
    return { ...batch, first: seq + 1, events: [...lost, ...batch.events] };
  }

  const announced = write({ first: stored + 1, events: [], sealed: false, freesKeys: false }).then(() => {});

  return {
    announced,
    push(json, sealed) {
      if (isFenced) return;
      waiting.push(json);
      end ??= sealed;
      running ??= run();
    },
    drained: async () => {
      while (running) await running;
    },
  };
}
