import assert from "node:assert/strict";
import type { TestContext } from "node:test";
import { createClient } from "../client/index.ts";
import type { Client } from "../client/types.ts";
import { type CuttingProxy, type Exchange, startCuttingProxy, type Treatment } from "./cutting-proxy.ts";
import { serverFor } from "./driven-server.ts";
import { fastSurroundings } from "./fast-surroundings.ts";
import { type ModelServer, type ServerCall, startModelServer } from "./model-server.ts";
import { until } from "./until.ts";

/** So many of the clients' milliseconds pass in one of ours: 25 s of silence are 625 ms. */
const SPEED = 40;

/** Between the clients and the model: our server, and a proxy that spoils what it sends. */
export type ChaosNetwork = {
  /** Of what stands behind the proxy. */
  url: string;
  /** What the servers hold, in all. */
  counts(): Promise<Counts>;
  upstream: ModelServer;
  proxy: CuttingProxy;
  /** A client of a name by which the proxy knows it, with its own fate: what happens to its requests, in their order. */
  client(name: string, treatments?: readonly Treatment[], jitter?: number): Client;
  /** What was done to the requests of a client, for whoever looks for a mistake. */
  storyOf(name: string): string;
  /** From now on nothing is spoilt. Resolves once that client has a connection that was opened since. */
  calm(name: string): Promise<void>;
  /** Resolves once no request is open and no stream has a reader; fails if a client still holds anything. */
  released(): Promise<void>;
};

type Counts = { readers: number; running: number };

/** Starts what the network stands in front of, with these settings; it ends with the test. */
export type StartServers = (
  t: TestContext,
  env: Record<string, string>,
) => Promise<{ url: string; counts(): Promise<Counts> }>;

const oneServer: StartServers = async (t, env) => {
  const { url, shelf } = await serverFor(t, { env });
  return { url, counts: async () => shelf.counts() };
};

/** A network for one test, whose model says what `wordsOf` gives for a call. It ends with the test. */
export async function chaosNetwork(
  t: TestContext,
  wordsOf: (call: ServerCall) => readonly string[],
  startServers = oneServer,
): Promise<ChaosNetwork> {
  const upstream = await startModelServer((call) => speak(call, wordsOf(call)));
  t.after(() => upstream.close());
  const { url, counts } = await startServers(t, {
    CHATWAIT_MODEL: "openai-compatible:chaos",
    CHATWAIT_BASE_URL: upstream.url,
    CHATWAIT_RATE_LIMIT: "0",
    CHATWAIT_HEARTBEAT_MS: String(10_000 / SPEED),
  });
  const fates = new Map<string, Treatment[]>();
  const treat = ({ headers }: Exchange) => fates.get(`${headers["x-client"]}`)?.shift() ?? {};
  const proxy = await startCuttingProxy(url, treat);
  t.after(() => proxy.close());
  const exchangesOf = (name: string) => proxy.exchanges.filter(({ headers }) => headers["x-client"] === name);
  const pending: (() => number)[] = [];

  return {
    ...{ url, counts, upstream, proxy },
    client(name, treatments = [], jitter = 0.5) {
      const fast = fastSurroundings(SPEED, () => jitter);
      pending.push(fast.pending);
      if (treatments.length > 0) fates.set(name, [...treatments]);
      const { surroundings } = fast;
      return createClient({ baseUrl: proxy.url, headers: { "x-client": name }, giveUpMs: 3_000_000, surroundings });
    },
    storyOf: (name) => JSON.stringify(exchangesOf(name).map(({ treatment, did }) => ({ treatment, did }))),
    async calm(name) {
      const before = exchangesOf(name).length;
      proxy.treat(() => ({}));
      proxy.cut();
      await until(() => exchangesOf(name).slice(before).at(-1)?.did.at(-1) === "200", `${name} is back`);
    },
    async released() {
      await until(() => proxy.open() === 0, "the proxy has nothing open");
      await until(async () => (await counts()).readers === 0, "no readers");
      assert.equal((await counts()).running, 0);
      assert.deepEqual([...new Set(pending.map((count) => count()))], [0], "timers and listeners of clients");
    },
  };
}

/** Says its words in bursts, with the network's own breaks between them. */
async function speak(call: ServerCall, words: readonly string[]) {
  for (const [index, word] of words.entries()) {
    call.push(word);
    if (index % 3 === 0) await call.pause(index % 5);
  }
  call.finish();
}
