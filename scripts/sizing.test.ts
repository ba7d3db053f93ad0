import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { FRAME_BYTES, type Load, sizeFor, sizingTable, USUAL, withTables } from "./sizing.ts";
import { type Costs, measuredCosts } from "./sizing-costs.ts";

const COSTS: Costs = {
  ...{ serverUsPerToken: 60, serverKiBPerStream: 100 },
  ...{ redisUsPerToken: 6, redisKiBPerStream: 50, redisBytesPerToken: 100, redisInBytesPerToken: 250 },
  ...{ nginxUsPerToken: 15, nginxKiBPerStream: 20 },
};
const load = (more: Partial<Load>): Load => ({ streams: 1000, ...USUAL, ...more });

test("a server carries 10,000 tokens of 60 µs a second, and there is one more", () => {
  assert.equal(sizeFor(load({}), COSTS).servers, 3);
  assert.equal(sizeFor(load({ streams: 1001 }), COSTS).servers, 4);
  assert.equal(sizeFor(load({ tokensPerSecond: 40 }), COSTS).servers, 5);
});

test("sockets, cores of nginx and the network go with streams and tokens", () => {
  const size = sizeFor(load({ streams: 10_000 }), COSTS);
  assert.equal(size.serverSockets, Math.ceil(20_000 / 21));
  assert.equal(size.nginxCores, 5);
  assert.equal(size.toRedisGbits, 0.4);
  assert.equal(size.toClientsGbits, (200_000 * (FRAME_BYTES + 72) * 8) / 1e9);
});

test("Redis keeps what runs and what has ended, and is split by what is scarcer, CPU or memory", () => {
  const short = sizeFor(load({ streams: 100_000, retentionS: 0 }), COSTS);
  assert.equal(short.redisGiB, (100_000 * 500 * 100) / 2 ** 30);
  assert.equal(short.shards, 20, "two million tokens a second");
  const long = sizeFor(load({ streams: 100_000, retentionS: 3600 }), COSTS);
  assert.equal(long.redisGiB, (100_000 * (500 + 20 * 3600) * 100) / 2 ** 30);
  assert.equal(long.shards, Math.ceil(long.redisGiB / 8));
});

test("a server keeps what has ended up to its limit", () => {
  const kept = ({ retentionS }: { retentionS: number }) => sizeFor(load({ retentionS }), COSTS).serverGiB;
  const streams = 0.1 + (1000 * 100 * 1024) / 3 / 2 ** 30;
  assert.equal(kept({ retentionS: 0 }), streams + (1000 * 500 * FRAME_BYTES) / 3 / 2 ** 30);
  assert.equal(kept({ retentionS: 3600 }), streams + 0.5);
});

test("the table has a row for each number, in words that people read", () => {
  const [, , row] = sizingTable([10_000], USUAL, COSTS).split("\n");
  assert.match(row ?? "", /^\| 10,000 \| 200,000 \| 21 \| /);
});

test("the tables of docs/sizing.md are what is measured and what follows from it", () => {
  const markdown = readFileSync(join(import.meta.dirname, "../docs/sizing.md"), "utf8");
  assert.equal(markdown, withTables(markdown, measuredCosts()), "else: node scripts/sizing.ts --write");
  assert.notEqual(markdown, withTables(markdown, COSTS));
});
