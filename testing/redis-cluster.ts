import { Redis } from "ioredis";
import { freePort } from "./free-port.ts";
import { NOTHING_ON_DISK, type RedisServer, startRedis } from "./redis-server.ts";
import { until } from "./until.ts";

const SLOTS = 16_384;

/** A Redis Cluster of so many nodes, without replicas. Any of its `nodes` leads to all of it. */
export async function startRedisCluster(count: number): Promise<{ nodes: RedisServer[]; close(): Promise<void> }> {
  const buses = await Promise.all(Array.from({ length: count }, freePort));
  const nodes = await Promise.all(
    buses.map((bus) =>
      startRedis(undefined, [
        ...NOTHING_ON_DISK,
        ...["--cluster-enabled", "yes", "--cluster-port", String(bus), "--cluster-announce-ip", "127.0.0.1"],
      ]),
    ),
  );
  const asked = nodes.map(({ url }) => new Redis(url));
  const first = (index: number) => Math.floor((SLOTS * index) / count);
  for (const [index, node] of asked.entries()) {
    await node.call("CLUSTER", "ADDSLOTSRANGE", first(index), first(index + 1) - 1);
    if (index > 0) await node.call("CLUSTER", "MEET", "127.0.0.1", nodes[0]?.port ?? 0, buses[0] ?? 0);
  }
  await until(async () => {
    const states = await Promise.all(asked.map((node) => node.call("CLUSTER", "INFO")));
    return states.every(
      (state) => /cluster_state:ok/.test(String(state)) && String(state).includes(`cluster_size:${count}`),
    );
  }, "the cluster is whole");
  for (const node of asked) node.disconnect();
  return { nodes, close: async () => void (await Promise.all(nodes.map((node) => node.close()))) };
}
