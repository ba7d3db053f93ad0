import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, beforeEach, describe } from "node:test";
import { Redis } from "ioredis";
import { type Keys, keysUnder } from "../src/log/redis/keys.ts";
import { unlessInstalled } from "./installed.ts";
import { NOTHING_ON_DISK, newPrefix, type Place, type RedisServer, startRedis } from "./redis-server.ts";

/** The redis-server that a suite has to itself, while its tests run; each test has another prefix. */
export type SuiteRedis = Place & {
  /** The names under the prefix. */
  readonly keys: Keys;
  /** Sees what is there, and does to it what servers do not. */
  readonly direct: Redis;
  /** How many scripts it has run. */
  scripts(): Promise<number>;
  /** A Redis Stream loses all but so many of its entries, as by a failover. */
  loseAllBut(first: number, key: string): Promise<void>;
  /** Breaks the connections of all servers. */
  cut(): Promise<unknown>;
  signal: RedisServer["signal"];
  /** Ends it at once, with all that it holds but what was saved. */
  stop(): Promise<void>;
  /** Starts it again on its port, with what was saved: nothing, unless a test has asked for `SAVE`. */
  startAgain(): Promise<void>;
};

/** A suite of tests with a Redis; it is skipped, and says why, where redis-server is missing. */
export function redisSuite(name: string, body: (redis: SuiteRedis) => void): void {
  describe(name, { skip: unlessInstalled("redis-server", "--version") }, () => {
    const folder = mkdtempSync(join(tmpdir(), "chatwait-suite-"));
    const start = (port?: number) => startRedis(port, [...NOTHING_ON_DISK, "--dir", folder]);
    let server: RedisServer;
    let direct: Redis;
    let prefix: string;
    before(async () => {
      server = await start();
      direct = new Redis(server.url, { lazyConnect: true });
      // What is asked of it while it is away fails by itself.
      direct.on("error", () => {});
    });
    beforeEach(() => {
      prefix = newPrefix();
    });
    after(async () => {
      direct.disconnect();
      await server.close();
      rmSync(folder, { recursive: true, force: true });
    });

    body({
      get url() {
        return server.url;
      },
      get prefix() {
        return prefix;
      },
      get keys() {
        return keysUnder(prefix);
      },
      get direct() {
        return direct;
      },
      signal: (signal) => server.signal(signal),
      async scripts() {
        const stats = await direct.info("commandstats");
        return Number(/^cmdstat_evalsha:calls=(\d+)/m.exec(stats)?.[1] ?? 0);
      },
      async loseAllBut(first, key) {
        const entries = await direct.xrange(key, "-", "+", "COUNT", first);
        await direct.del(key);
        for (const entry of entries) await direct.xadd(key, ...entry.flat());
      },
      cut: () => direct.call("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes"),
      stop: () => server.close(),
      async startAgain() {
        server = await start(server.port);
      },
    });
  });
}
