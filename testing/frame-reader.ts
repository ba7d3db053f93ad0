import { createParser } from "eventsource-parser";
import type { Clock } from "../src/clock.ts";
import type { FrameSource } from "../src/log/cursor.ts";
import { type LiveFramesOptions, liveFrames } from "../src/readers/live-frames.ts";
import type { Received } from "./sse-client.ts";

/** A client of an event stream without a network: it has what was written, at once. */
export type FrameReader = {
  readonly events: readonly Received[];
  /** Bytes so far. */
  readonly bytes: number;
  /** How it ended: by itself, or cut. */
  readonly over: "end" | "cut" | undefined;
  /** From now on each write fills the connection. */
  pause(): void;
  /** Takes a little, and stays full. */
  sip(): void;
  /** The connection is empty, and fills no more. */
  resume(): void;
  /** Leaves, as a client does whose network fails. */
  leave(): void;
};

/** Reads after `after`, after a preface if there is one. `left` is called once, however the reader ends. */
export function frameReader(
  log: FrameSource,
  clock: Clock,
  { left = () => {}, ...where }: Pick<LiveFramesOptions, "after" | "preface"> & { left?(): void },
): FrameReader {
  const events: Received[] = [];
  const seen = { full: false, bytes: 0, sips: 0, over: undefined as FrameReader["over"] };
  const parser = createParser({
    onEvent: ({ id = "", data }) => events.push({ ...JSON.parse(data), id }),
  });
  const over = (how: "end" | "cut") => () => {
    seen.over = how;
  };
  const sink = {
    write(latin1: string) {
      if (seen.over) throw new Error("written after its end");
      seen.bytes += latin1.length;
      parser.feed(Buffer.from(latin1, "latin1").toString());
      return !seen.full;
    },
    progress: () => seen.sips,
    end: over("end"),
    cut: over("cut"),
  };
  const reader = liveFrames({ log, clock, sink, heartbeatMs: 10_000, closed: left, ...where });
  return {
    events,
    get bytes() {
      return seen.bytes;
    },
    get over() {
      return seen.over;
    },
    pause() {
      seen.full = true;
    },
    sip() {
      seen.sips++;
    },
    resume() {
      seen.full = false;
      reader.drained();
    },
    leave() {
      reader.close();
      left();
    },
  };
}
