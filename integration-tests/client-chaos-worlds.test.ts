import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import fc from "fast-check";
import type { Message, StreamEvent, WorldChat } from "../client/types.ts";
import { anyTreatment } from "../testing/any-treatment.ts";
import { type ChaosNetwork, chaosNetwork } from "../testing/chaos-network.ts";
import { anyFate, anyWords, CHAOS_SEED, collect, inParallel } from "../testing/client-scenario.ts";
import type { Treatment } from "../testing/cutting-proxy.ts";
import type { ServerCall } from "../testing/model-server.ts";
import { until } from "../testing/until.ts";
import { agentOf, toldTo } from "../testing/upstream-world.ts";
import { assertWholeTurn } from "../testing/world-app.ts";

const TURNS = 40;
const CLIENTS = 8;
const AGENTS = ["Vera", "Otto"] as const;

/** What each agent says in a turn, and what happens to the client that begins it. */
const anyTurn = fc.record({ Vera: anyWords, Otto: anyWords, fate: anyFate }, { noNullPrototype: true });

type Turn = { Vera: string[]; Otto: string[]; fate: Treatment[] };

/** A network with a world of two agents, and the turns that are to happen in it. */
async function worldNetwork(t: TestContext) {
  const turns: Turn[] = fc.sample(anyTurn, { seed: CHAOS_SEED, numRuns: TURNS });
  const turnOf = (call: ServerCall) => turns[Number(/\d+/.exec(toldTo(call).at(-1)?.content ?? "")?.[0])];
  const network = await chaosNetwork(t, (call) => turnOf(call)?.[agentOf(call) as "Vera"] ?? []);
  const { worlds } = network.client("keeper");
  await worlds.create({ name: "kitchen", memory: false });
  for (const name of AGENTS) await worlds.agents.create("kitchen", { name });
  return { network, turns, worlds };
}

/** Follows the feed to its end through a fate of its own. Resolves once it has begun. */
async function followed(network: ChaosNetwork) {
  const [fate = []] = fc.sample(fc.array(anyTreatment, { minLength: 20, maxLength: 20 }), {
    ...{ seed: CHAOS_SEED, numRuns: 1 },
  });
  const seen: StreamEvent[] = [];
  const { promise: begun, resolve: begin } = Promise.withResolvers<void>();
  const ended = (async () => {
    for await (const event of network.client("onlooker", fate).world("kitchen").feed()) {
      seen.push(event);
      begin();
    }
  })();
  await Promise.race([begun, ended]);
  return { seen, ended };
}

async function take(world: WorldChat, n: number, turn: Turn): Promise<void> {
  const message = String(n);
  const said = (messages: readonly Message[]) => messages.map(({ sender, content }) => [sender, content]).sort();
  const expected = AGENTS.map((agent) => [agent, turn[agent].join("")]).sort();
  if (n % 4 === 0) {
    const reply = await world.wait({ message });
    assert.deepEqual([reply.reason, said(reply.messages)], ["completed", expected]);
    return;
  }
  if (n % 4 === 1) {
    const { message_id, turn_id } = await world.publish({ message });
    assert.ok(message_id && turn_id);
    return;
  }
  const stream = world.stream({ message });
  assertWholeTurn(await collect(stream));
  assert.deepEqual(said(stream.messages), expected);
}

test("turns and the feed of a world arrive whole through the same network, each message once", async (t) => {
  const { network, turns, worlds } = await worldNetwork(t);
  const feed = await followed(network);
  await inParallel([...turns.entries()], CLIENTS, ([n, turn]) => {
    const name = `turn ${n}`;
    return take(network.client(name, turn.fate).world("kitchen"), n, turn).catch((cause) => {
      throw new Error(`Turn ${n} of CHAOS_SEED=${CHAOS_SEED}: ${cause.message}\n${network.storyOf(name)}`, { cause });
    });
  });
  // Nobody waits for what was only published.
  await until(async () => (await network.counts()).running === 0, "every turn is over");
  assert.equal(network.upstream.calls.length, TURNS * AGENTS.length, "one call for each agent in each turn");
  await network.calm("onlooker");
  await worlds.delete("kitchen");
  await feed.ended;
  checkFeed(feed.seen);
  t.diagnostic(
    `CHAOS_SEED=${CHAOS_SEED}: ${network.proxy.exchanges.length} requests, ${feed.seen.length} events in the feed`,
  );
  await network.released();
});

/** All that happened, once: from where the feed began to the end of the world. */
function checkFeed(seen: readonly StreamEvent[]) {
  const first = seen[0]?.seq ?? 0;
  assert.deepEqual(
    seen.map(({ seq }) => seq),
    seen.map((_, index) => first + index),
  );
  assert.equal(seen.at(-1)?.type, "done");
  const published = seen.flatMap((event) => (event.type === "message" ? [event.content] : []));
  assert.deepEqual(published.toSorted(), Array.from({ length: TURNS }, (_, n) => String(n)).sort());
  assert.equal(seen.filter(({ type }) => type === "message_end").length, TURNS * AGENTS.length);
}
