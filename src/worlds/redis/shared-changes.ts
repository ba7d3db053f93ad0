import { isFailure, storeAway } from "../../protocol/errors.ts";
import type { Changes, WorldChange } from "../sharing.ts";
import { FIRST_REV, type WorldCopies, type WorldCopy } from "../world-copies.ts";
import { MOST_WORLDS, tooMany } from "../world-store.ts";

/** Where the servers' copies of worlds meet. Names are in small letters. */
export type CopyStore = {
  all(): Promise<Map<string, WorldCopy>>;
  /**
   * Writes a copy, or forgets it, where the store has the one of `expected` (0: none), and tells all servers.
   * Otherwise nothing is written, and `found` is what it has. `isFull`: it would be one more than `most` worlds.
   */
  write(name: string, expected: number, copy: WorldCopy | undefined, most?: number): Promise<Written>;
  /** Calls `take` with each copy that any server writes. Some are missed where a connection is lost. */
  onWritten(take: (name: string, copy: WorldCopy) => void): void;
};

export type Written = { written: true } | { written: false; found: WorldCopy | undefined; isFull?: true };

export type SharedChanges = Changes & {
  /** Makes this server's copies and those of the store the same: of each world, the newer one is taken over. */
  merge(): Promise<void>;
};

export type SharedChangesOptions = {
  copies: WorldCopies;
  store: CopyStore;
  /** What another server has written could not be taken over: it is to be merged. */
  onMissed(): void;
};

/** What a Redis says that has no memory left. */
const FULL = /\bOOM\b/;
const FULL_TEXT = "The store is full. Deleting worlds makes room; its operator can give it more memory.";

/**
 * Changes that servers share. A change is tried on this server's copy, written where the store still has what it was made from, and
 * only then made here; one that has come too late is tried again on what there is now.
 */
export function createSharedChanges({ copies, store, onMissed }: SharedChangesOptions): SharedChanges {
  const takers: ((change: WorldChange) => void)[] = [];
  store.onWritten((name, copy) => {
    try {
      tell(takeOver(name, copy));
    } catch {
      onMissed();
    }
  });

  /** What another server, or this one, has written. Nothing, where something newer is known already. */
  function takeOver(name: string, copy: WorldCopy): WorldChange[] {
    const before = copies.find(name);
    if (isNewer(before, copy)) return [];
    copies.take(name, copy);
    return [{ world: name, isOver: isAnother(before, copy), remembers: !copy.deleted && copy.world.memory }];
  }

  function tell(changes: readonly WorldChange[]) {
    for (const change of changes) for (const take of takers) take(change);
  }

  /** All that is newer there. A disk takes a thousand at once in the time of one. */
  function takeNewer(theirs: ReadonlyMap<string, WorldCopy>) {
    const changes = copies.together(() =>
      [...theirs].flatMap(([name, copy]) => (copies.find(name)?.rev === copy.rev ? [] : takeOver(name, copy))),
    );
    tell(changes);
  }

  /** Makes ours and theirs the same. */
  async function settle(name: string, theirs: WorldCopy | undefined): Promise<void> {
    const ours = copies.find(name);
    if (ours?.rev === theirs?.rev) return;
    if (theirs && !isNewer(ours, theirs)) return tell(takeOver(name, theirs));
    if (!ours) return;
    // It is to be shared from now on.
    const copy = ours.rev > 0 ? ours : { ...ours, rev: copies.nextRev(theirs?.rev) };
    const outcome = await store.write(name, theirs?.rev ?? 0, copy);
    if (outcome.written) copies.take(name, copy);
    else await settle(name, outcome.found);
  }

  /** What was deleted long ago is forgotten, here and in the store. */
  async function tidy() {
    for (const { name, rev } of copies.surplus()) {
      await store.write(name, rev, undefined);
      copies.forget(name);
    }
  }

  /** One try. Undefined: what the change was made from is not what there is. */
  async function tryToChange<Result>(name: string, make: () => Result): Promise<{ result: Result } | undefined> {
    const { before, copy, result } = copies.attempt(name, make);
    const outcome = await asked(() => store.write(name, before?.rev ?? 0, copy, MOST_WORLDS));
    if (!outcome.written) {
      if (outcome.isFull) throw tooMany(MOST_WORLDS, "worlds");
      await asked(() => settle(name, outcome.found));
      return undefined;
    }
    copies.take(name, copy);
    // Where that fails, the next merging does it.
    if (copy.deleted) await tidy().catch(() => {});
    return { result };
  }

  return {
    async change(world, make) {
      for (;;) {
        const done = await tryToChange(world.toLowerCase(), make);
        if (done) return done.result;
      }
    },
    onChanged: (take) => void takers.push(take),
    async merge() {
      const theirs = await store.all();
      takeNewer(theirs);
      for (const name of new Set([...copies.names(), ...theirs.keys()])) await settle(name, theirs.get(name));
      await tidy();
    },
  };
}

/** Whether ours is to be written over theirs. What was never shared yields to all but what was deleted, or nobody has changed. */
function isNewer(ours: WorldCopy | undefined, theirs: WorldCopy): boolean {
  if (!ours) return false;
  return ours.rev === 0 ? theirs.deleted === true || theirs.rev === FIRST_REV : ours.rev > theirs.rev;
}

/** Whether what goes on in a world has nothing to do with what it is now. */
function isAnother(before: WorldCopy | undefined, copy: WorldCopy): boolean {
  return copy.deleted === true || (before !== undefined && !before.deleted && before.made !== copy.made);
}

/** What fails for the store's sake, so that a client may be told. */
async function asked<Result>(action: () => Promise<Result>): Promise<Result> {
  try {
    return await action();
  } catch (error) {
    if (isFailure(error)) throw error;
    throw storeAway(FULL.test(String(error)) ? FULL_TEXT : undefined);
  }
}
