import type { Clock } from "../../clock.ts";
import type { AppendedToFeed, FeedBatch, FeedStore } from "./feed-store.ts";

/** What this server has still to add to the feed of one world. While nobody wants it, nothing is taken. */
export type FeedOutbox = {
  /** Takes an event as JSON. It is on its way at the latest when what is on its way now has arrived. */
  push(json: string): void;
  /** The same for the last one: the feed ends with it. */
  end(json: string): void;
  /** Somebody may want to read: what comes next is offered again, and what waits is tried at once. */
  look(): void;
  /** Nobody wants it, as far as is known here. */
  readonly isUnwanted: boolean;
  readonly isEmpty: boolean;
  /** Resolves when all that waits has been added, or never will be. */
  drained(): Promise<void>;
  stop(): void;
};

export type FeedOutboxOptions = {
  store: FeedStore;
  clock: Clock;
  /** The world's name in small letters. */
  key: string;
  server: string;
  /** Greater with each call, also for other feeds and for those that were. */
  nextBatch(): number;
};

/** In characters; a few seconds of a busy world. Who reads is told where more had to be left out. */
const MOST_WAITING = 1024 * 1024;
const LONGEST_BATCH = 128 * 1024;
/** Before a write that failed is tried again. */
const RETRY_MS = 250;
/** For how long events wait for a store that is away (R-STORE), or for the server that puts back what it has lost. */
const PATIENCE_MS = 30_000;

type Outcome = AppendedToFeed | { state: "lost" };

export function createFeedOutbox({ store, clock, key, server, nextBatch }: FeedOutboxOptions): FeedOutbox {
  let waiting: string[] = [];
  let size = 0;
  let known: string | undefined;
  let isUnwanted = false;
  let isAfterLoss = false;
  let isEnding = false;
  let isStopped = false;
  let running: Promise<void> | undefined;
  let endPause = () => {};

  function push(json: string) {
    if (isUnwanted || isEnding || isStopped) return;
    if (size + json.length > MOST_WAITING) lose();
    waiting.push(json);
    size += json.length;
    running ??= run();
  }

  function clear() {
    waiting = [];
    size = 0;
  }

  function lose() {
    clear();
    isAfterLoss = true;
  }

  async function run() {
    // What is added in this turn of the event loop is one batch.
    await undefined;
    let goesOn = true;
    while (goesOn && (waiting.length > 0 || isAfterLoss) && !isStopped) goesOn = await writeNext();
    running = undefined;
  }

  function takeBatch(): string[] {
    let length = 0;
    const next = waiting.findIndex((event, index) => {
      length += event.length;
      return index > 0 && length > LONGEST_BATCH;
    });
    const events = next < 0 ? waiting : waiting.slice(0, next);
    waiting = next < 0 ? [] : waiting.slice(next);
    for (const event of events) size -= event.length;
    return events;
  }

  /** False: the store is away. */
  async function writeNext(): Promise<boolean> {
    const events = takeBatch();
    const batch = { server, batch: nextBatch(), isAfterLoss, sealed: isEnding && waiting.length === 0, known, events };
    isAfterLoss = false;
    const outcome = await offer(batch);
    if (outcome.state === "ok") known = outcome.id;
    else if (outcome.state === "lost") lose();
    else leaveOff();
    return outcome.state !== "lost";
  }

  function leaveOff() {
    isUnwanted = true;
    known = undefined;
    isAfterLoss = false;
    clear();
  }

  /** Offers a batch until there is an answer, or for as long as it may take. */
  async function offer(batch: FeedBatch): Promise<Outcome> {
    const until = clock.now() + PATIENCE_MS;
    while (!isStopped) {
      const outcome = await store.append(key, batch).catch(() => undefined);
      // What was there a moment ago will be put back by whoever follows it.
      const isOpen = !outcome || (outcome.state === "unknown" && batch.known !== undefined);
      if (!isOpen) return outcome;
      if (clock.now() >= until) return outcome ?? { state: "lost" };
      await pause();
    }
    return { state: "unwanted" };
  }

  function pause(): Promise<void> {
    return new Promise((resolve) => {
      const go = () => {
        takeBack();
        resolve();
      };
      const takeBack = clock.after(RETRY_MS, go);
      endPause = go;
    });
  }

  return {
    push,
    end(json) {
      // The store must hear of it even so: whoever makes the world again begins another feed.
      isUnwanted = false;
      push(json);
      isEnding = true;
    },
    look() {
      isUnwanted = false;
      if (isAfterLoss) running ??= run();
      endPause();
    },
    get isUnwanted() {
      return isUnwanted;
    },
    get isEmpty() {
      return !running && !isAfterLoss;
    },
    drained: async () => {
      while (running) await running;
    },
    stop() {
      isStopped = true;
      endPause();
    },
  };
}
