import type { Shelf } from "../log/shelf.ts";
import type { StreamLog } from "../log/stream-log.ts";
import type { Subscriber } from "./subscription.ts";

/** Who follows a world reads the turns that it began, without a connection: they are not abandoned while it is there. */
export type Followers = {
  /** Where there are too many readers already, the turn goes on without one. */
  follow(subscriber: Subscriber, log: StreamLog): void;
  leave(subscriber: Subscriber): void;
};

/** Nobody follows a turn yet. */
export function createFollowers(shelf: Pick<Shelf, "attach">): Followers {
  const followed = new Map<Subscriber, Set<() => void>>();

  function attached(log: StreamLog): (() => void) | undefined {
    try {
      return log.sealed ? undefined : shelf.attach(log);
    } catch {
      return undefined;
    }
  }

  return {
    follow(subscriber, log) {
      const leave = attached(log);
      if (!leave) return;
      const all = followed.get(subscriber) ?? new Set();
      const end = () => {
        stopListening();
        leave();
        all.delete(end);
        if (all.size === 0) followed.delete(subscriber);
      };
      const stopListening = log.listen(() => {
        if (log.sealed) end();
      });
      followed.set(subscriber, all.add(end));
    },
    leave(subscriber) {
      for (const end of followed.get(subscriber) ?? []) end();
    },
  };
}
