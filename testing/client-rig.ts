import assert from "node:assert/strict";
import type { TestContext } from "node:test";
import { createClient } from "../client/index.ts";
import type { Client, ClientOptions, Stream, StreamEvent } from "../client/types.ts";
import { type CuttingProxy, startCuttingProxy, type Treatment } from "./cutting-proxy.ts";
import { type DrivenServer, drivenServer } from "./driven-server.ts";
import { fastSurroundings } from "./fast-surroundings.ts";
import { until } from "./until.ts";

/** The client, a proxy, and the whole server behind it, whose time and whose model are in the test's hands. */
export type ClientRig = DrivenServer & {
  client: Client;
  proxy: CuttingProxy;
  /** The client's time, ms. */
  now(): number;
  /** The requests so far, like `GET /chat/streaming/ID`. */
  requests(): string[];
  /** Spoils the next requests, one each. */
  spoil(...treatments: Treatment[]): void;
  /** Resolves once nothing is open; fails if the client still holds a timer or a listener. */
  released(): Promise<void>;
};

/** So many of the client's milliseconds pass in one of ours. */
const SPEED = 100;

/**
 * A rig for one test; it ends with the test. Unless `options` say otherwise, the client never takes a connection for dead, for
 * the server's heart beats in the test's time.
 */
export async function clientRig(t: TestContext, options: ClientOptions = {}): Promise<ClientRig> {
  const server = await drivenServer(t);
  const treatments: Treatment[] = [];
  const proxy = await startCuttingProxy(server.url, () => treatments.shift() ?? {});
  t.after(() => proxy.close());
  const { surroundings, pending } = fastSurroundings(SPEED);
  return {
    ...{ ...server, proxy },
    now: () => surroundings.now?.() ?? 0,
    client: createClient({ baseUrl: proxy.url, idleMs: 10_000_000, surroundings, ...options }),
    requests: () => proxy.exchanges.map(({ method, path }) => `${method} ${path}`),
    spoil: (...next) => void treatments.push(...next),
    async released() {
      await until(() => proxy.open() === 0, "the proxy has nothing open");
      await server.readers(0);
      assert.equal(pending(), 0, "timers and listeners of the client");
    },
  };
}

/** A stream that is read as fast as it comes. */
export type Read = {
  stream: Stream;
  /** What came so far. */
  events: StreamEvent[];
  /** Resolves once there are so many events. */
  count(events: number): Promise<void>;
  /** All events, once it has ended. */
  whole: Promise<StreamEvent[]>;
};

/** Begins to read a stream. */
export function read(stream: Stream): Read {
  const events: StreamEvent[] = [];
  const whole = (async () => {
    for await (const event of stream) events.push(event);
    return events;
  })();
  // Whoever waits for the whole sees why it failed.
  whole.catch(() => {});
  return { stream, events, whole, count: (count) => until(() => events.length >= count, `${count} events`) };
}
