import type { Clock } from "../../clock.ts";
import { createFeedQueue, notIn, type Place, partsOf } from "./feed-queue.ts";
import type { AppendedToFeed, FeedBatch, FeedStore, Standing } from "./feed-store.ts";

/** What this server has still to add to the feed of one world. While nobody wants it, nothing is taken. */
export type FeedOutbox = {
  /** Takes an event as JSON. It is on its way at the latest when what is on its way now has arrived. */
  push(json: string, place?: Place): void;
  /** The same for the last one: the feed ends with it, if it still has this id, or else the one under which it was written before. */
  end(json: string, id: string | undefined): void;
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
  world: string;
  server: string;
  /** Greater with each call, also for other feeds and for those that were. */
  nextBatch(): number;
  /** How far the feed has got, as it is read here. */
  seen?(): Standing | undefined;
};

/** Before a write that failed is tried again. */
const RETRY_MS = 250;
/** For how long events wait for a store that is away (R-STORE), or for the server that puts back what it has lost. */
const PATIENCE_MS = 30_000;

type Outcome = AppendedToFeed | { state: "lost" };

export function createFeedOutbox({ store, clock, world, server, nextBatch, seen }: FeedOutboxOptions): FeedOutbox {
  const queue = createFeedQueue();
  let known: string | undefined;
  /** How far it had got with what was written last. */
  let written: Standing | undefined;
  let isUnwanted = false;
  let isAfterLoss = false;
  let isEnding = false;
  let isStopped = false;
  let running: Promise<void> | undefined;
  let endPause = () => {};

  function push(json: string, place?: Place) {
    if (isUnwanted || isEnding || isStopped) return;
    if (!queue.takes(json)) lose();
    queue.add({ json, place });
    running ??= run();
  }

  function lose() {
    queue.clear();
    isAfterLoss = true;
  }

  function furthest(): Standing | undefined {
    const read = seen?.();
    return read && !(read.id === written?.id && read.seq < written.seq) ? read : written;
  }

  async function run() {
    // What is added in this turn of the event loop is one batch.
    await undefined;
    let goesOn = true;
    while (goesOn && (!queue.isEmpty || isAfterLoss) && !isStopped) goesOn = await writeNext();
    running = undefined;
  }

  /** False: the store is away. */
  async function writeNext(): Promise<boolean> {
    let events = queue.next();
    // Of which world it is nobody knows who does not know its id.
    const how = { server, isAfterLoss, sealed: isEnding && queue.isEmpty && known !== undefined, known };
    isAfterLoss = false;
    const offerAll = () =>
      offer({
        ...{ ...how, batch: nextBatch(), seen: furthest() },
        ...{ events: events.map(({ json }) => json), turns: partsOf(events) },
      });
    let outcome = await offerAll();
    while (outcome.state === "told") {
      events = notIn(outcome.places, events);
      if (events.length === 0) return leaveOut(how.isAfterLoss);
      outcome = await offerAll();
    }
    if (outcome.state === "ok") note(outcome);
    else if (outcome.state === "lost") lose();
    else if (outcome.state === "behind") giveUp();
    else leaveOff(outcome.state);
    return outcome.state !== "lost";
  }

  function note({ id, seq }: Standing) {
    known = id;
    written = { id, seq };
  }

  /** Nobody has what the store has lost. */
  function giveUp() {
    written = undefined;
    lose();
  }

  /** All of a batch has been told by others; that something was lost is still to be. */
  function leaveOut(wasAfterLoss: boolean): true {
    isAfterLoss ||= wasAfterLoss;
    return true;
  }

  function leaveOff(why: "unwanted" | "unknown" | "sealed") {
    isUnwanted = true;
    // What is over stays over, though a feed of the same name begins.
    if (why !== "sealed") known = undefined;
    isAfterLoss = false;
    queue.clear();
  }

  /** Offers a batch until there is an answer, or for as long as it may take. */
  async function offer(batch: FeedBatch): Promise<Outcome> {
    const until = clock.now() + PATIENCE_MS;
    while (!isStopped) {
      const outcome = await store.append(world, batch).catch(() => undefined);
      // What was there a moment ago will be put back by whoever follows it.
      const isKnown = outcome?.state === "unknown" && batch.known !== undefined;
      const isOpen = !outcome || outcome.state === "behind" || isKnown;
      if (!isOpen) return outcome;
      if (clock.now() >= until) return outcome ?? { state: "lost" };
      if (!isStopped) await pause();
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
    end(json, id) {
      known = id ?? known;
      // The store must hear of it even so: whoever makes the world again begins another feed.
      if (known !== undefined) isUnwanted = false;
      if (known !== undefined) push(json);
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
