import { Command, type Redis } from "ioredis";

/** Is told the reply to a command, or why there is none. */
export type Heard = (error: Error | undefined, reply: unknown) => void;

/** When what is to be written leaves: each write costs this server and Redis more than ten commands that are in it. */
export type Departures = {
  /** Calls `write` when the next write leaves. What it sends leaves with it. */
  soon(write: () => void): void;
  /** Calls `write` when what is going on has been done. */
  atOnce(write: () => void): void;
  /** Sends a command that is written as Redis takes it, together with others. */
  send(text: string, heard: Heard): void;
  /** What is sent by other means must keep its place behind what was sent before. */
  keepOrder(): void;
};

/** Nothing may be held for more than 10 ms, and a timer may be late; at 8 each token costs a twentieth less, and comes 3 ms later. */
const LONGEST_GAP_MS = 5;
/** So that a few streams wait for nothing, and many leave together. */
const GAP_MS_EACH = 2;

/**
 * The more streams leave together, the longer the next ones wait, up to {@link LONGEST_GAP_MS}. The time is the machine's, as that of
 * the connection. Without `redis` there are several connections, and each write is its own.
 */
export function createDepartures(redis: Redis | undefined): Departures {
  let waiting: (() => void)[] = [];
  let urgent: (() => void)[] = [];
  let gapEnds = Number.NEGATIVE_INFINITY;
  let text = "";
  let flight: Flight | undefined;
  // One string is written for a quarter of what its pieces cost.
  const collector = redis && {
    isPipeline: true as const,
    destination: { redis },
    write(piece: string | Buffer) {
      text += piece;
    },
  };

  function leave() {
    const writes = waiting;
    waiting = [];
    gapEnds = performance.now() + Math.min(LONGEST_GAP_MS, GAP_MS_EACH * writes.length);
    together(writes);
  }

  function leaveAtOnce() {
    const writes = urgent;
    urgent = [];
    together(writes);
  }

  function together(writes: readonly (() => void)[]) {
    flight = createFlight();
    redis?.stream.cork();
    for (const write of writes) write();
    keepOrder();
    redis?.stream.uncork();
    flight = undefined;
  }

  function keepOrder() {
    if (text !== "") redis?.stream.write(text);
    text = "";
  }

  return {
    keepOrder,
    soon(write) {
      waiting.push(write);
      if (waiting.length > 1) return;
      const wait = gapEnds - performance.now();
      if (wait > 0) setTimeout(leave, wait);
      else setImmediate(leave);
    },
    atOnce(write) {
      urgent.push(write);
      if (urgent.length === 1) process.nextTick(leaveAtOnce);
    },
    send(written, heard) {
      redis?.sendCommand((flight ?? createFlight()).with(written, heard), collector);
      if (!flight) keepOrder();
    },
  };
}

type Flight = { with(text: string, heard: Heard): Command };

/**
 * One command of ioredis for all that leaves at once: it is sent once for each, and given the replies in that order. One for each
 * would have two promises and a timer of its own.
 */
function createFlight(): Flight {
  const command = new Command("xadd", []);
  const { resolve, reject } = command;
  const waiting: Heard[] = [];
  let heard = 0;
  let text = "";
  command.toWritable = () => text;
  command.promise.catch(() => {});

  function answer(error: Error | undefined, reply: unknown) {
    waiting[heard++]?.(error, reply);
    // Which takes back the time limit.
    if (heard === waiting.length) resolve(undefined);
  }

  command.resolve = (reply) => answer(undefined, reply);
  command.reject = (error) => {
    if (error.name === "ReplyError") return answer(error, undefined);
    // The connection is gone, or the time is up: for all of them.
    while (heard < waiting.length) waiting[heard++]?.(error, undefined);
    reject(error);
  };
  return {
    with(written, told) {
      text = written;
      waiting.push(told);
      return command;
    },
  };
}
