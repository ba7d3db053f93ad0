import type { Stream } from "../types.ts";
import type { Head } from "./metadata.ts";
import type { Positions } from "./positions.ts";

/** What keeping a position needs of its surroundings; tests pass their own. */
export type Watch = {
  /** Calls `run` after `ms`; what it returns takes that back. */
  after: (ms: number, run: () => void) => () => void;
  /** Calls `leave` when the page goes away; what it returns takes that back. */
  onLeave: (leave: () => void) => () => void;
};

export type Keeper = {
  /** An event has come. */
  touch(): void;
  /** Nothing more will be written; with `forget`, what was written is removed. False where that was so already. */
  end(forget: boolean): boolean;
};

/**
 * Writing a long text out with each of its tokens would cost more than the tokens. So a page that dies without a word
 * has up to so many milliseconds of text sent again.
 */
const WRITE_EVERY_MS = 100;

export type Kept = Watch & { chatId: string; stream: Pick<Stream, "save">; head: Head; positions: Positions };

/**
 * Keeps the position of a running answer where a reload finds it: at its start, then now and then, and when the page goes.
 * `ended` is called once, at its end.
 */
export function keepPosition(kept: Kept, ended: () => void): Keeper {
  const { chatId, stream, head, positions, after, onLeave } = kept;
  let path = stream.save()?.path;
  let cancelWrite: (() => void) | undefined;
  let isOver = false;

  function write(): void {
    cancelWrite?.();
    cancelWrite = undefined;
    const saved = stream.save();
    if (!saved) return;
    path = saved.path;
    positions.write(chatId, { v: 1, head, stream: saved });
  }

  const stopWatching = onLeave(write);
  return {
    touch() {
      // A stop can come before the first event, whose position nobody would forget any more.
      if (isOver) return;
      if (path === undefined) write();
      else cancelWrite ??= after(WRITE_EVERY_MS, write);
    },
    end(forget) {
      if (isOver) return false;
      isOver = true;
      stopWatching();
      if (!forget) write();
      cancelWrite?.();
      if (forget) positions.remove(chatId, path);
      ended();
      return true;
    },
  };
}

export const surroundings: Watch = {
  after(ms, run) {
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  },
  onLeave(leave) {
    const page = globalThis as Partial<Pick<EventTarget, "addEventListener" | "removeEventListener">>;
    page.addEventListener?.("pagehide", leave);
    return () => page.removeEventListener?.("pagehide", leave);
  },
};
