import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { Client, StreamEvent } from "../client/types.ts";
import { type ChaosNetwork, chaosNetwork } from "../testing/chaos-network.ts";
import { anyScenario, CHAOS_SEED, collect, inParallel, type Scenario } from "../testing/client-scenario.ts";
import type { ServerCall } from "../testing/model-server.ts";
import { textOf } from "../testing/sse-client.ts";

const STREAMS = 200;
const CLIENTS = 24;
const FEWEST_CUTS = 300;

type Life = Scenario & {
  message: string;
  client: Client;
  /** Another client, as after a reload. */
  next: Client;
};

/** What came of a question: its events where there were some, and the answer. */
type Told = { events?: StreamEvent[]; content: string; reason: string };

const WAYS: Record<Scenario["way"], (life: Life) => Promise<Told>> = {
  reads: async ({ client, message }) => told(await collect(client.chat.stream({ message }))),

  async waits({ client, message }) {
    const { reason, message: answer } = await client.chat.wait({ message });
    return { reason, content: answer.content };
  },

  async stops({ client, message, at }) {
    const stream = client.chat.stream({ message });
    let stopped: Promise<void> | undefined;
    const events = await collect(stream, at, () => {
      stopped = stream.stop();
    });
    await stopped;
    return told(events);
  },

  async saves({ client, next, message, at }) {
    const stream = client.chat.stream({ message });
    let paper: string | undefined;
    const events = await collect(stream, Math.max(at, 1), () => {
      paper = JSON.stringify(stream.save());
      stream.detach();
    });
    if (paper === undefined) return told(events);
    const saved = JSON.parse(paper);
    assert.equal(saved.seq, events.length);
    const restored = next.restore(saved);
    assert.equal(restored.messages[0]?.content ?? "", textOf(events));
    events.push(...(await collect(restored)));
    assert.equal(restored.messages[0]?.content, textOf(events));
    return told(events);
  },

  async aborts({ client, next, message, at }) {
    const leaving = new AbortController();
    const stream = client.chat.stream({ message }, { signal: leaving.signal });
    const events = collect(stream, Math.max(at, 1), () => leaving.abort());
    const outcome = await events.catch((error) => error);
    if (Array.isArray(outcome)) return told(outcome);
    assert.deepEqual([outcome.name, outcome.code], ["ChatWaitError", "aborted"]);
    return told(await collect(next.chat.resume(stream.id ?? assert.fail("no id"))));
  },

  async drops({ client, message, at }) {
    const stream = client.chat.stream({ message });
    return told(await collect(stream, at, () => stream.drop()));
  },

  async leaves({ client, next, message, at }) {
    const stream = client.chat.stream({ message });
    const events: StreamEvent[] = [];
    let lastEventId: string | undefined;
    for await (const event of stream) {
      lastEventId = stream.save()?.lastEventId;
      if (events.push(event) >= Math.max(at, 1)) break;
    }
    if (lastEventId === undefined) return told(events);
    const streamId = stream.id ?? assert.fail("no id");
    return told([...events, ...(await collect(next.chat.resume({ streamId, lastEventId })))]);
  },
};

/** R-SEQ, R-ONE, R-TEXT: each event once and in order, and one end. */
function told(events: StreamEvent[]): Told {
  assert.deepEqual(
    events.map(({ seq }) => seq),
    events.map((_, index) => index + 1),
  );
  const ends = events.filter(({ type }) => type === "done" || type === "error");
  const last = events.at(-1);
  assert.deepEqual(ends, [last]);
  assert.ok(last?.type === "done", JSON.stringify(last));
  const end = events.find(({ type }) => type === "message_end");
  const content = textOf(events);
  if (end?.type === "message_end") assert.equal(end.content, content);
  return { events, content, reason: last.reason };
}

const askedBy = ({ body }: ServerCall) => Number((body["messages"] as { content: string }[]).at(-1)?.content);

async function live(network: ChaosNetwork, n: number, scenario: Scenario): Promise<void> {
  const { treatments, jitter, words } = scenario;
  const client = network.client(String(n), treatments, jitter);
  const next = network.client(`${n}, later`);
  const { reason, content } = await WAYS[scenario.way]({ ...scenario, client, next, message: String(n) });
  const said = words.join("");
  if (scenario.way === "stops" && reason === "cancelled") assert.ok(said.startsWith(content), content);
  else assert.deepEqual([reason, content], ["stop", said]);
}

test("hundreds of streams through a network that does all it can arrive whole, each asked for once", async (t) => {
  const scenarios = fc.sample(anyScenario, { seed: CHAOS_SEED, numRuns: STREAMS });
  const network = await chaosNetwork(t, (call) => scenarios[askedBy(call)]?.words ?? []);
  const { upstream, proxy } = network;
  await inParallel([...scenarios.entries()], CLIENTS, ([n, scenario]) =>
    live(network, n, scenario).catch((cause) => {
      const story = `${scenario.way} at ${scenario.at}: ${network.storyOf(String(n))}`;
      throw new Error(`Stream ${n} of CHAOS_SEED=${CHAOS_SEED}: ${cause.message}\n${story}`, { cause });
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
