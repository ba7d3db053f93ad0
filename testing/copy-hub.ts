import type { CopyStore } from "../src/worlds/redis/shared-changes.ts";
import type { WorldCopy } from "../src/worlds/world-copies.ts";

/** The servers' common copies of worlds in this process's memory, in place of Redis. */
export type CopyHub = {
  /** What one server has of it. */
  join(line?: CopyLine): CopyStore;
  /** Loses all that it holds. */
  empty(): void;
  /** In a test's own words, without going through a server's line. */
  readonly copies: ReadonlyMap<string, WorldCopy>;
};

/** The way between a server and the hub: what goes over it may take its time, or fail. */
export type CopyLine = {
  /** Resolves when what was asked has arrived, or its answer has; rejects where it is lost. */
  cross(): Promise<void>;
  /** Runs `deliver` when the news arrives, if it does. */
  news(deliver: () => void): void;
};

const PERFECT: CopyLine = { cross: async () => {}, news: (deliver) => deliver() };

export function copyHub(): CopyHub {
  const copies = new Map<string, WorldCopy>();
  const listeners: ((name: string, copy: WorldCopy) => void)[] = [];

  function writeNow(name: string, expected: number, copy: WorldCopy | undefined, most = Number.POSITIVE_INFINITY) {
    const found = copies.get(name);
    if ((found?.rev ?? 0) !== expected) return { written: false, found } as const;
    const others = [...copies].filter(([other, { deleted }]) => other !== name && !deleted);
    const isNew = copy && !copy.deleted && (!found || found.deleted);
    if (isNew && others.length >= most) return { written: false, found: undefined, isFull: true } as const;
    if (!copy) copies.delete(name);
    else {
      copies.set(name, copy);
      for (const listen of listeners) listen(name, copy);
    }
    return { written: true } as const;
  }

  return {
    copies,
    empty: () => copies.clear(),
    join: (line = PERFECT) => ({
      async all() {
        await line.cross();
        const all = new Map(copies);
        await line.cross();
        return all;
      },
      async write(...change) {
        await line.cross();
        const outcome = writeNow(...change);
        await line.cross();
        return outcome;
      },
      onWritten: (take) => void listeners.push((name, copy) => line.news(() => take(name, copy))),
    }),
  };
}
