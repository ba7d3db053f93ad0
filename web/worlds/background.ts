/**
 * A browser has few connections for one server, all tabs together, and a feed takes one for as long as it is followed. So of
 * the tabs that nobody looks at only some go on following; the others come back to where they were when they are looked at.
 */

/** So many tabs follow unseen: with them, the tab that is looked at, and its turn, two of six connections are left. */
const SLOTS = ["chatwait/feed/1", "chatwait/feed/2"];

export type Release = () => void;

/** What is needed of `navigator.locks`; it is absent where a page is not served securely. */
export type Locks = Pick<LockManager, "request">;

/** Holds one of the places of all tabs together; undefined where none is free. */
export async function holdSlot(locks: Locks | undefined): Promise<Release | undefined> {
  for (const name of locks ? SLOTS : []) {
    const release = await hold(locks as Locks, name);
    if (release) return release;
  }
  return undefined;
}

const hold = (locks: Locks, name: string): Promise<Release | undefined> =>
  new Promise((resolve) => {
    const held = locks.request(name, { ifAvailable: true }, (lock) =>
      lock ? new Promise<void>((release) => resolve(release)) : resolve(undefined),
    );
    held.catch(() => resolve(undefined));
  });

export type Background = {
  /** The page is looked at, or not any more. */
  look(isVisible: boolean): void;
  /** Gives the place back. */
  leave(): void;
};

/** Pauses something in a tab that nobody looks at, unless it finds a place. */
export function createBackground(
  holdOne: () => Promise<Release | undefined>,
  { pause, resume }: { pause: () => void; resume: () => void },
): Background {
  let round = 0;
  let release: Release | undefined;

  function leave() {
    round++;
    release?.();
    release = undefined;
  }

  async function hide() {
    leave();
    const mine = round;
    const held = await holdOne();
    if (mine !== round) held?.();
    else if (held) release = held;
    else pause();
  }

  return {
    leave,
    look: (isVisible) => {
      if (!isVisible) return void hide();
      leave();
      resume();
    },
  };
}
