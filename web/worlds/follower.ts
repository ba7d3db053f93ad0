import { type ReadonlySignal, signal } from "@preact/signals";
import type { Connection, Stream, StreamEvent } from "../../client/types.ts";
import { type Failure, failureOf } from "../state/failure.ts";
import { GONE } from "./definitions.ts";

/** `away`: the server is not reached, and it is tried again by itself. `ended`: there is no such world any more. */
export type FollowStatus = "off" | "connecting" | "live" | "away" | "ended";

export type Follower = {
  readonly status: ReadonlySignal<FollowStatus>;
  readonly failure: ReadonlySignal<Failure | undefined>;
  /** Follows the feed, from after `lastEventId` if given. Does nothing while it follows already. */
  follow(lastEventId?: string): void;
  /** Lets go. */
  leave(): void;
};

export type FollowerSettings = {
  open: (options: { lastEventId?: string; onConnection: (connection: Connection) => void }) => Stream;
  onEvent: (event: StreamEvent, lastEventId: string | undefined) => void;
  /** The server does not keep what came after the last event; the feed begins anew, at the present. */
  onLost: () => void;
  /** There is no such world any more. */
  onEnded: () => void;
  after: (ms: number, run: () => void) => () => void;
};

/** How long, in ms, until a feed that could not be followed is tried again. */
const AGAIN_MS = 15_000;

/** Of a position that the server cannot go on from. */
const LOST: ReadonlySet<string> = new Set([
  "stream_expired",
  "stream_not_found",
  "cursor_ahead",
  "cursor_void",
  "invalid_cursor",
]);

/** Follows a world's feed for as long as there is one, through cuts, restarts of the server and positions it has forgotten. */
export function createFollower({ open, onEvent, onLost, onEnded, after }: FollowerSettings): Follower {
  const status = signal<FollowStatus>("off");
  const failure = signal<Failure>();
  let stream: Stream | undefined;
  let cancelRetry: (() => void) | undefined;
  let at: string | undefined;

  const connected = (mine: () => boolean) => (connection: Connection) => {
    if (!mine()) return;
    if (connection.status === "open") status.value = "live";
    if (connection.status === "waiting") status.value = "away";
  };

  async function read(lastEventId: string | undefined): Promise<void> {
    status.value = "connecting";
    failure.value = undefined;
    let current: Stream | undefined;
    const mine = () => stream === current;
    try {
      const position = lastEventId === undefined ? {} : { lastEventId };
      stream = current = open({ ...position, onConnection: connected(mine) });
      for await (const event of current) {
        if (!mine()) return;
        at = current.save()?.lastEventId ?? at;
        onEvent(event, at);
      }
      if (mine()) ended();
    } catch (error) {
      if (mine()) failed(failureOf(error), lastEventId);
    }
  }

  function over(how: FollowStatus) {
    stream = undefined;
    status.value = how;
  }

  function ended() {
    over("ended");
    onEnded();
  }

  function failed(why: Failure, lastEventId: string | undefined) {
    failure.value = why;
    if (GONE.has(why.code)) return ended();
    over("away");
    if (LOST.has(why.code) && (at ?? lastEventId) !== undefined) {
      at = undefined;
      onLost();
      return void read(undefined);
    }
    cancelRetry = after(AGAIN_MS, () => void read(at ?? lastEventId));
  }

  function leave() {
    cancelRetry?.();
    cancelRetry = undefined;
    const left = stream;
    over("off");
    left?.detach();
  }

  return {
    status,
    failure,
    leave,
    follow: (lastEventId) => {
      if (stream) return;
      leave();
      at = lastEventId;
      void read(lastEventId);
    },
  };
}
