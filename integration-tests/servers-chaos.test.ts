import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { chaosNetwork, type StartServers } from "../testing/chaos-network.ts";
import { anyScenario, CHAOS_SEED, inParallel } from "../testing/client-scenario.ts";
import { askedBy, live } from "../testing/client-ways.ts";
import { startFleet } from "../testing/fleet.ts";
import { unlessInstalled } from "../testing/installed.ts";
import { metrics } from "../testing/metric.ts";
import { startNginxBefore } from "../testing/nginx-before.ts";
import type { Program } from "../testing/program.ts";
import { requestJson } from "../testing/sse-client.ts";
import { streamChecker } from "../testing/stream-faults.ts";

// Three servers behind nginx, which sends each request to the next of them, and a network that cuts wherever it can (R-ANY).

const STREAMS = 150;
const CLIENTS = 24;
const FEWEST_CUTS = 200;
/** One stream in so many is looked at by somebody else, on whatever server, when it is over. */
const LOOKED_AT = 5;

const skip = unlessInstalled("redis-server", "--version") || unlessInstalled("nginx", "-v");

const sumOf = (numbers: readonly number[]) => numbers.reduce((sum, number) => sum + number, 0);

test("R-ANY streams that are cut anywhere and go on on any server arrive whole, each asked for once", {
  skip,
}, async (t) => {
  let servers: Program[] = [];
  const threeServers: StartServers = async (t, env) => {
    servers = (await startFleet(t, 3, { ...env, CHATWAIT_TRUST_PROXY: "1" })).servers;
    return {
      url: await startNginxBefore(t, servers),
      counts: async () => ({
        readers: sumOf(await metrics(servers, "chatwait_readers")),
        running: sumOf(await metrics(servers, "chatwait_streams_running")),
      }),
    };
  };
  const scenarios = fc.sample(anyScenario, { seed: CHAOS_SEED, numRuns: STREAMS });
  const network = await chaosNetwork(t, (call) => scenarios[askedBy(call)]?.words ?? [], threeServers);
  const checker = streamChecker();
  let waited = 0;

  await inParallel([...scenarios.entries()], CLIENTS, async ([n, scenario]) => {
    const { events, content, reason } = await live(network, n, scenario);
    const text = scenario.words.join("");
    const stopped = scenario.way === "stops" && reason === "cancelled";
    if (!events) {
      waited++;
      return assert.deepEqual([reason, content], ["stop", text], `stream ${n} of CHAOS_SEED=${CHAOS_SEED}`);
    }
    // Stopped before it was begun: nobody was asked.
    if (events.length === 0 && scenario.way === "stops") return;
    const [start] = events;
    const id = start?.type === "start" && start.stream_id ? start.stream_id : "";
    checker.check(events, { id, text, stopped });
    if (n % LOOKED_AT > 0) return;
    const snapshot = await requestJson(`${network.url}/chat/streaming/${id}`, {
      headers: { accept: "application/json" },
    });
    assert.deepEqual([snapshot.status, snapshot.body.messages[0]?.content], [200, content]);
  });

  const asked = network.upstream.calls.map(askedBy);
  assert.equal(new Set(asked).size, asked.length, "one call for each stream, wherever it was started again");
  const cuts = network.proxy.exchanges.filter(({ did }) => !did.includes("whole")).length;
  checker.assertNone(t, `and ${waited} waits over three servers, ${cuts} cuts, CHAOS_SEED=${CHAOS_SEED}`);
  assert.ok(cuts >= FEWEST_CUTS, `${cuts} cuts`);
  for (const resumed of await metrics(servers, "chatwait_resumes_total"))
    assert.ok(resumed > STREAMS / 10, `${resumed}`);
  assert.deepEqual(await metrics(servers, "chatwait_takeovers_total"), [0, 0, 0]);
  await network.released();
});
