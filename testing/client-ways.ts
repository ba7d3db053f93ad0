import assert from "node:assert/strict";
import type { Client, StreamEvent } from "../client/types.ts";
import type { ChaosNetwork } from "./chaos-network.ts";
import { collect, type Scenario } from "./client-scenario.ts";
import type { ServerCall } from "./model-server.ts";
import { textOf } from "./sse-client.ts";

type Life = Scenario & {
  message: string;
  client: Client;
  /** Another client, as after a reload. */
  next: Client;
};

/** What came of a question: its events where there were some, and the answer. */
export type Told = { events?: StreamEvent[]; content: string; reason: string };

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

function told(events: StreamEvent[]): Told {
  const last = events.at(-1);
  return { events, content: textOf(events), reason: last?.type === "done" ? last.reason : JSON.stringify(last) };
}

/** The number of the stream that a call to the model is for: what it is asked. */
export const askedBy = ({ body }: ServerCall) => Number((body["messages"] as { content: string }[]).at(-1)?.content);

/** One client's whole life with one stream. */
export function live(network: ChaosNetwork, n: number, scenario: Scenario): Promise<Told> {
  const client = network.client(String(n), scenario.treatments, scenario.jitter);
  const next = network.client(`${n}, later`);
  return WAYS[scenario.way]({ ...scenario, client, next, message: String(n) }).catch((cause) => {
    const story = `${scenario.way} at ${scenario.at}: ${network.storyOf(String(n))}`;
    throw new Error(`Stream ${n}: ${cause.message}\n${story}`, { cause });
  });
}
