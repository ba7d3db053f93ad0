import type { Clock } from "../clock.ts";

/** One thing said in a world, as agents are told it. `agent`: the speaker is an agent of the world. */
export type Line = { sender: string; agent: boolean; content: string };

/** What was said in all worlds of late (R-MEMORY): on this server, or on all that share them. */
export type Memories = {
  /** Oldest first. Never rejects: a store that is away leaves what this server knows. */
  recall(world: string): Promise<readonly Line[]>;
  /** Adds what a turn has said, oldest first. It counts once, however often it is given. */
  add(world: string, turnId: string, lines: readonly Line[]): void;
  forget(world: string): void;
};

/** What was said in one world of late, in this process's memory alone. */
export type Memory = {
  /** Oldest first. The list stays as it is, whatever is added later. */
  lines(): readonly Line[];
  /** Adds lines, oldest first; what was said longest ago is forgotten to make room for them. */
  add(lines: readonly Line[]): void;
  readonly isEmpty: boolean;
  /** Forgets all at once, and releases the timer. */
  clear(): void;
};

export const MOST_LINES = 50;
/** Fifty of the longest messages would be several times that. */
export const MOST_BYTES = 2 ** 20;
/** A conversation that nobody went on with for so long is over. */
export const FORGOTTEN_MS = 3_600_000;

/** A memory of nothing yet. It sets one timer while it holds anything. */
export function createMemory(clock: Clock): Memory {
  let kept: readonly Line[] = [];
  let stopForgetting = () => {};

  function clear() {
    stopForgetting();
    kept = [];
  }

  return {
    lines: () => kept,
    add(lines) {
      if (lines.length === 0) return;
      kept = newest([...kept, ...lines], sizeOf);
      stopForgetting();
      if (kept.length > 0) stopForgetting = clock.after(FORGOTTEN_MS, clear);
    },
    get isEmpty() {
      return kept.length === 0;
    },
    clear,
  };
}

/** The newest lines that have room. One that is too large for all the room is left out alone, not all that went before it. */
export function newest<Kept>(lines: readonly Kept[], sizeOf: (line: Kept) => number): Kept[] {
  const kept: Kept[] = [];
  let bytes = 0;
  for (const line of lines.toReversed()) {
    const size = sizeOf(line);
    if (size > MOST_BYTES) continue;
    bytes += size;
    if (bytes > MOST_BYTES || kept.length === MOST_LINES) break;
    kept.push(line);
  }
  return kept.reverse();
}

/** Of UTF-8, names included. */
export const sizeOf = ({ sender, content }: Line): number => Buffer.byteLength(sender) + Buffer.byteLength(content);
