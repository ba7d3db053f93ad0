import type { Shelf } from "../log/shelf.ts";
import type { StreamLog } from "../log/stream-log.ts";
import type { Subscriber } from "./subscription.ts";

/** Who follows a world reads the turns that it began, without a connection: they are not abandoned while it is there. */
export type Followers = {
  /** @throws Failure `overloaded` where there are too many readers */
  follow(subscriber: Subscriber, log: StreamLog): void;
  leave(subscriber: Subscriber): void;
};

/** Nobody follows a turn yet. */
export function createFollowers(shelf: Pick<Shelf, "attach">): Followers {
  const followed = new Map<Subscriber, Set<() => void>>();

  return {
    follow(subscriber, log) {
      if (log.sealed) return;
      const leave = shelf.attach(log);
      const stopListening = log.listen(() => {
        if (log.sealed) end();
      });
      const all = followed.get(subscriber) ?? new Set();
      followed.set(subscriber, all.add(end));

      function end() {
        stopListening();
        leave();
        all.delete(end);
        if (all.size === 0) followed.delete(subscriber);
      }
    },
    leave(subscriber) {
      for (const end of followed.get(subscriber) ?? []) end();
    },
  };
}
