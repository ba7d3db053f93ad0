import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { StreamEvent } from "../src/protocol/events.ts";
import { type Fleet, startFleet } from "../testing/fleet.ts";
import { unlessInstalled } from "../testing/installed.ts";
import { metrics } from "../testing/metric.ts";
import { startModelServer } from "../testing/model-server.ts";
import { openStream, type Received, requestJson, type SseConnection } from "../testing/sse-client.ts";
import { until } from "../testing/until.ts";

// A server that dies under the turns of its worlds: another one goes on with them (R-TAKEOVER).

const skip = unlessInstalled("redis-server", "--version");

/** Nothing was said before, whatever the room remembers. */
const ALONE = { context: { messages: [] } };
const ASKED = { message: "I want to move to Lisbon. What do you all think?", ...ALONE };

type Body = Record<string, unknown>;

async function chat(url: string, body: Body, world = "default") {
  const stream = await openStream(`${url}/worlds/${world}/chat`, { body });
  const [start] = await stream.take(1);
  assert.ok(start?.type === "start");
  return { stream, id: start.stream_id ?? "", turnId: start.turn_id ?? "" };
}

/** Reads on after what was received, on another server. */
async function readOn(url: string, { events }: SseConnection, world = "default"): Promise<Received[]> {
  const headers = { "last-event-id": events.at(-1)?.id ?? "" };
  const rest = await openStream(`${url}/worlds/${world}/chat`, { headers });
  return [...events, ...(await rest.rest())];
}

const endsOf = (events: readonly StreamEvent[]) =>
  events.flatMap((event) => (event.type === "message_end" ? [event] : []));

/** R-SEQ, R-ONE, R-TEXT: no event is lost or doubled, and each message is as it was streamed. Returns the terminal event. */
function checkWhole(events: readonly Received[]) {
  assert.deepEqual(
    events.map(({ seq }) => seq),
    events.map((_, index) => index + 1),
  );
  const last = events.at(-1);
  assert.ok(last?.type === "done" || last?.type === "error");
  const begun = events.flatMap((event) => (event.type === "message_start" ? [event.message_id] : []));
  assert.equal(new Set(begun).size, begun.length);
  const ends = endsOf(events);
  assert.deepEqual(ends.map(({ message_id }) => message_id).sort(), begun.sort());
  for (const { message_id, content } of ends) {
    const tokens = events.flatMap((one) => (one.type === "token" && one.message_id === message_id ? [one.text] : []));
    assert.equal(tokens.join(""), content);
  }
  return last;
}

async function makeWorld(url: string, world: Body, agents: Body[]) {
  assert.equal((await requestJson(`${url}/worlds`, { body: world })).status, 201);
  for (const body of agents) await requestJson(`${url}/worlds/${world["name"]}/agents`, { body });
}

const speakersOf = ({ events }: SseConnection) =>
  new Set(events.flatMap((event) => (event.type === "message_start" ? [event.sender] : [])));

// Most of each is waiting for a lease to run out, or for a text, and they have nothing in common.
describe("a server that goes under turns", { skip, concurrency: 3 }, () => {
  test("R-TAKEOVER kill -9: rooms go on with the text of an uncut run, a cut agent fails alone, limits hold", async (t) => {
    const model = await startModelServer(async (call) => {
      call.push("Hel");
      await call.cancelled;
    });
    t.after(() => model.close());
    const { servers } = await startFleet(t, 2, {
      ...{
        CHATWAIT_BUILTIN_WORDS_PER_SECOND: "60",
        CHATWAIT_MODELS: "openai-compatible:m",
        CHATWAIT_BASE_URL: model.url,
      },
    });
    const [a, b] = servers;
    assert.ok(a && b);
    await makeWorld(a.url, { name: "lab" }, [{ name: "Ann" }, { name: "Bo", model: "openai-compatible:m" }]);
    await makeWorld(a.url, { name: "pub", turn_limit: 2 }, [{ name: "Otto" }, { name: "Vera" }]);
    const feed = await openStream(`${b.url}/worlds/default/events`);
    const asked = await chat(a.url, ASKED);
    const stopped = await chat(a.url, { message: "Tell me a long story", ...ALONE });
    const mixed = await chat(a.url, { message: "Hello!", ...ALONE }, "lab");
    const limited = await chat(a.url, { message: "@Otto and @Vera, discuss tea with each other", ...ALONE }, "pub");
    await until(() => speakersOf(asked.stream).size === 3, "all three speak");
    assert.ok(endsOf(asked.stream.events).length < 3, "one is cut within its message");
    const finished = endsOf(limited.stream.events).length;
    a.signal("SIGKILL");
    const streams = [asked, stopped, mixed, limited].map(({ stream }) => stream);
    await Promise.all(streams.map(({ closed }) => closed));

    const stopping = readOn(b.url, stopped.stream);
    const added = { message: "Me too.", sender: "Ada", turn_id: stopped.turnId, mentions: [] };
    await until(async () => (await requestJson(`${b.url}/worlds/default/messages`, { body: added })).status === 202);
    assert.equal((await requestJson(`${b.url}/worlds/default/chat/${stopped.id}`, { method: "DELETE" })).status, 200);
    const ended = await stopping;
    const cancelled = checkWhole(ended);
    assert.ok(cancelled.type === "done" && cancelled.reason === "cancelled");
    assert.ok(ended.some((event) => event.type === "message" && event.sender === "Ada"));

    const whole = await readOn(b.url, asked.stream);
    const done = checkWhole(whole);
    const uncut = await requestJson(`${b.url}/worlds/default/chat`, { body: ASKED, headers: JSON_ONLY });
    assert.deepEqual(said(endsOf(whole)), said(uncut.body.messages));
    assert.ok(done.type === "done");
    assert.deepEqual([done.reason, done.agents], [uncut.body.reason, uncut.body.agents]);
    await until(() => feed.events.some((one) => one.type === "done" && one.turn_id === asked.turnId), "the feed tells");

    const lab = await readOn(b.url, mixed.stream, "lab");
    const labDone = checkWhole(lab);
    const lost = endsOf(lab).find(({ sender }) => sender === "Bo");
    assert.deepEqual([lost?.content, lost?.reason, lost?.error_code], ["Hel", "error", "generation_lost"]);
    assert.ok(labDone.type === "done");
    assert.deepEqual(
      labDone.agents?.map(({ agent, outcome }) => `${agent} ${outcome}`),
      ["Ann replied", "Bo failed"],
    );

    const pub = await readOn(b.url, limited.stream, "pub");
    const pubDone = checkWhole(pub);
    assert.ok(pubDone.type === "done");
    assert.equal(pubDone.reason, "turn_limit");
    assert.ok(endsOf(pub).length === 4 && finished < 4, "two calls each, some before, some after");
  });

  test("R-TAKEOVER a turn is gone on with twice at most, and finished messages stay", async (t) => {
    const { servers } = await startFleet(t, 4, { CHATWAIT_BUILTIN_WORDS_PER_SECOND: "10" });
    const alive = [...servers];
    const { stream, id } = await chat(servers[0]?.url ?? "", ASKED);
    await until(() => speakersOf(stream).size === 3, "all three speak");
    const [first] = endsOf(stream.events);
    for (let deaths = 1; deaths <= 3; deaths++) {
      const running = await metrics(alive, "chatwait_streams_running");
      const [writer] = alive.splice(running.indexOf(1), 1);
      writer?.signal("SIGKILL");
      const isTaken = async () => (await metricOf(alive, "chatwait_takeovers_total")) > 0;
      if (deaths < 3) await until(isTaken, `takeover ${deaths}`);
    }
    const read = await openStream(`${alive[0]?.url}/worlds/default/chat/${id}`);
    const events = await read.rest();
    const end = checkWhole(events);
    assert.ok(end.type === "error" && end.error_code === "generation_lost");
    assert.deepEqual(endsOf(events)[0], first);
    assert.ok(events.length > stream.events.length, "it went on in between");
  });

  test("R-DRAIN its turns go on elsewhere, with the text of an uncut run, and nobody is told of an error", async (t) => {
    const { servers } = await startFleet(t, 2, { CHATWAIT_BUILTIN_WORDS_PER_SECOND: "20" });
    const [a, b] = servers;
    assert.ok(a && b);
    const feed = await openStream(`${b.url}/worlds/default/events`);
    const { stream, turnId } = await chat(a.url, ASKED);
    await until(() => speakersOf(stream).size === 3, "all three speak");
    a.signal("SIGTERM");
    await stream.closed;
    const whole = await readOn(b.url, stream);
    const done = checkWhole(whole);
    const uncut = await requestJson(`${b.url}/worlds/default/chat`, { body: ASKED, headers: JSON_ONLY });
    assert.deepEqual(said(endsOf(whole)), said(uncut.body.messages));
    assert.ok(done.type === "done" && done.reason === "completed");
    assert.equal(await a.exited, 0);
    await until(() => feed.events.some((one) => one.type === "done" && one.turn_id === turnId), "the feed tells");
    const told = feed.events.filter((one) => "turn_id" in one && one.turn_id === turnId);
    assert.deepEqual(said(endsOf(told)), said(endsOf(whole)));
    assert.ok(told.every(({ type }) => type !== "error"));
  });
});

const JSON_ONLY = { accept: "application/json" };

const said = (messages: readonly { sender: string; content: string }[]) =>
  messages.map(({ sender, content }) => `${sender}: ${content}`).sort();

/** The same of all servers that live: of those that died nothing is known. */
const metricOf = async (servers: Fleet["servers"], name: string): Promise<number> =>
  Math.max(...(await metrics(servers, name)));
