import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { StreamEvent } from "../client/types.ts";
import { type ChaosNetwork, chaosNetwork } from "../testing/chaos-network.ts";
import { anyScenario, CHAOS_SEED, inParallel, type Scenario } from "../testing/client-scenario.ts";
import { askedBy, live } from "../testing/client-ways.ts";

const STREAMS = 200;
const CLIENTS = 24;
const FEWEST_CUTS = 300;

/** R-SEQ, R-ONE, R-TEXT: each event once and in order, and one end. */
function assertWhole(events: StreamEvent[], content: string): void {
  assert.deepEqual(
    events.map(({ seq }) => seq),
    events.map((_, index) => index + 1),
  );
  const ends = events.filter(({ type }) => type === "done" || type === "error");
  assert.deepEqual(ends, [events.at(-1)]);
  const end = events.find(({ type }) => type === "message_end");
  if (end?.type === "message_end") assert.equal(end.content, content);
}

async function liveWell(network: ChaosNetwork, n: number, scenario: Scenario): Promise<void> {
  const { events, reason, content } = await live(network, n, scenario);
  if (events) assertWhole(events, content);
  const said = scenario.words.join("");
  if (scenario.way === "stops" && reason === "cancelled") assert.ok(said.startsWith(content), content);
  else assert.deepEqual([reason, content], ["stop", said]);
}

test("hundreds of streams through a network that does all it can arrive whole, each asked for once", async (t) => {
  const scenarios = fc.sample(anyScenario, { seed: CHAOS_SEED, numRuns: STREAMS });
  const network = await chaosNetwork(t, (call) => scenarios[askedBy(call)]?.words ?? []);
  const { upstream, proxy } = network;
  await inParallel([...scenarios.entries()], CLIENTS, ([n, scenario]) =>
    liveWell(network, n, scenario).catch((cause) => {
      throw new Error(`Of CHAOS_SEED=${CHAOS_SEED}: ${cause.message}`, { cause });
    }),
  );
  const asked = upstream.calls.map(askedBy);
  assert.equal(new Set(asked).size, asked.length, "one call for each stream, however often it was started");
  const stopped = upstream.calls.filter((call) => scenarios[askedBy(call)]?.way === "stops");
  const cuts = proxy.exchanges.filter(({ did }) => !did.includes("whole")).length;
  t.diagnostic(
    `CHAOS_SEED=${CHAOS_SEED}: ${asked.length} calls of which ${stopped.length} may be stopped, ${cuts} cuts`,
  );
  assert.ok(cuts >= FEWEST_CUTS, `${cuts} cuts`);
  await network.released();
});
