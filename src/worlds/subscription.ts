import type { WorldEvent } from "../protocol/events.ts";
import { oneLine } from "../protocol/frames.ts";
import { withoutKey } from "./world-event.ts";

/**
 * Somebody who follows a world, free of any transport. Without `onWorldEvent`, events go to `send` as one line of JSON each.
 */
export type ClientConnection = {
  send(data: string): void;
  /** Once false, the subscription is released. */
  readonly isOpen: boolean;
  /** It is counted and told nothing: its events come another way. */
  readonly quiet?: boolean;
  /** `message`: a whole one. `sse`: the beginning, a piece or the end of one that is streamed. `system`: all else. */
  onWorldEvent?(type: WorldEventType, event: WorldEvent): void;
  onError?(message: string): void;
};

export type WorldEventType = "message" | "sse" | "system";

/** Who subscribed: what it publishes itself does not come back to it. */
export type Subscriber = Readonly<Record<never, never>>;

export type Subscribers = {
  add(client: ClientConnection): { id: Subscriber; release(): void };
  /** Tells all but the publisher. What a client throws is told to itself, and releases it. */
  deliver(event: WorldEvent, publisher?: Subscriber): void;
  readonly count: number;
  /** Whether anybody is told anything. */
  readonly anyTold: boolean;
  /** Ends all subscriptions, after what has happened is told. */
  endAll(): void;
};

const TYPES: Partial<Record<WorldEvent["type"], WorldEventType>> = {
  message: "message",
  message_start: "sse",
  token: "sse",
  message_end: "sse",
};

/** Nobody has subscribed yet. */
export function createSubscribers(): Subscribers {
  const all = new Set<Subscriber>();
  // Those that are told nothing cost nothing per event, however many turns run.
  const told = new Map<Subscriber, ClientConnection>();
  // A client may bring about the next event while it is told of this one; whoever comes after it hears them in order.
  const waiting: ({ event: WorldEvent; publisher: Subscriber | undefined } | "end")[] = [];

  function release(subscriber: Subscriber) {
    all.delete(subscriber);
    told.delete(subscriber);
  }

  function fail(subscriber: Subscriber, client: ClientConnection, error: unknown) {
    const isFirst = told.has(subscriber);
    release(subscriber);
    if (isFirst) complain(client, error);
  }

  function tell(subscriber: Subscriber, client: ClientConnection, event: WorldEvent, json: () => string) {
    try {
      if (!client.isOpen) return release(subscriber);
      const taken: unknown = client.onWorldEvent
        ? client.onWorldEvent(TYPES[event.type] ?? "system", event)
        : client.send(json());
      // TypeScript takes an async function here too, and its rejection would end the process.
      if (taken instanceof Promise) taken.catch((error) => fail(subscriber, client, error));
    } catch (error) {
      fail(subscriber, client, error);
    }
  }

  function tellAll(event: WorldEvent, publisher: Subscriber | undefined) {
    let encoded: string | undefined;
    const json = () => {
      encoded ??= oneLine(event);
      return encoded;
    };
    // Of those who are there now, not of who comes while they are told.
    for (const [subscriber, client] of [...told]) {
      if (subscriber !== publisher && told.has(subscriber)) tell(subscriber, client, event, json);
    }
  }

  function tellWaiting() {
    for (const next of waiting) {
      if (next === "end") told.clear();
      else tellAll(next.event, next.publisher);
    }
    waiting.length = 0;
  }

  return {
    add(client) {
      const subscriber: Subscriber = {};
      all.add(subscriber);
      if (!client.quiet) told.set(subscriber, client);
      return { id: subscriber, release: () => release(subscriber) };
    },
    deliver(event, publisher) {
      if (told.size === 0) return;
      waiting.push({ event: withoutKey(event), publisher });
      if (waiting.length === 1) tellWaiting();
    },
    get count() {
      return all.size;
    },
    get anyTold() {
      return told.size > 0;
    },
    endAll() {
      all.clear();
      // What has happened already is still told.
      waiting.push("end");
      if (waiting.length === 1) tellWaiting();
    },
  };
}

/** What is wrong with a client's own functions is nobody else's trouble. */
export function complain(client: ClientConnection, error: unknown) {
  try {
    const heard: unknown = client.onError?.(error instanceof Error ? error.message : String(error));
    if (heard instanceof Promise) heard.catch(() => {});
  } catch {
    // There is nobody left to tell.
  }
}
