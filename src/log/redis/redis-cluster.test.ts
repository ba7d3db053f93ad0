import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { claimContract } from "../../../testing/claim-contract.ts";
import { unlessInstalled } from "../../../testing/installed.ts";
import { logContract } from "../../../testing/log-contract.ts";
import { done, openStream, sealed, textsOf, token, visible } from "../../../testing/log-environment.ts";
import { startRedisCluster } from "../../../testing/redis-cluster.ts";
import { newPrefix } from "../../../testing/redis-server.ts";
import { sharedEnvironment, startSharedServer } from "../../../testing/shared-server.ts";
import { shelfContract } from "../../../testing/shelf-contract.ts";

type Cluster = Awaited<ReturnType<typeof startRedisCluster>>;

const skip = unlessInstalled("redis-server", "--version");

describe("a Redis Cluster of one node, which refuses what is not in one slot", { skip }, () => {
  let cluster: Cluster;
  before(async () => {
    cluster = await startRedisCluster(1);
  });
  after(() => cluster.close());

  for (const contract of [logContract, shelfContract, claimContract])
    contract("clustered", (limits) => sharedEnvironment(cluster.nodes[0]?.url ?? "", limits));
});

describe("a Redis Cluster of three nodes", { skip }, () => {
  let cluster: Cluster;
  before(async () => {
    cluster = await startRedisCluster(3);
  });
  after(() => cluster.close());

  test("a cluster has only database 0", async () => {
    const place = { url: `${cluster.nodes[0]?.url}/3`, prefix: newPrefix() };
    await assert.rejects(startSharedServer(place, "a"), /SELECT is not allowed in cluster mode/);
  });

  test("R-ANY R-TAKEOVER streams are read on another server, which goes on with them, by whichever node the cluster is named", async () => {
    const prefix = newPrefix();
    const [one, , other] = cluster.nodes;
    const a = await startSharedServer({ url: one?.url ?? "", prefix }, "a");
    const b = await startSharedServer({ url: other?.url ?? "", prefix }, "b");
    const streams = await Promise.all(Array.from({ length: 20 }, () => openStream(a.shelf, { resume: {} })));
    for (const { log } of streams) log.append(token("one"));
    await Promise.all(streams.map(({ log }) => visible(log, 1)));
    const copies = await Promise.all(
      streams.map(async ({ log }) => {
        const copy = await b.found(log.id);
        b.shelf.attach(copy);
        return copy;
      }),
    );
    for (const { log } of streams) log.append(token("two"));
    await Promise.all(copies.map((copy) => visible(copy, 2)));
    await a.cutOff();
    await b.forgetSign("a");
    await b.passUntil(() => b.taken.length === 20, "all are taken over");
    for (const { log } of b.taken) log.seal(done);
    await Promise.all(copies.map(sealed));
    for (const copy of copies) {
      assert.equal(copy.epoch, 0, "each node is the one that it was");
      assert.deepEqual(textsOf(copy), ["one", "two", "done"]);
    }
    await b.close();
    await a.abandon();
  });
});
