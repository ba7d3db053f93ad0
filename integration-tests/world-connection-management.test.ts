import assert from "node:assert/strict";
import { test } from "node:test";
import { assertProblem } from "../testing/problem.ts";
import { jsonPost, openRaw } from "../testing/raw-http.ts";
import { openStream, requestJson, type SseConnection } from "../testing/sse-client.ts";
import { until } from "../testing/until.ts";
import { doneOf, outcomesOf, saidIn, typesOf, type WorldApp, wholeOf, worldApp } from "../testing/world-app.ts";

const MINUTE = 60_000;

/** What an operator sees of worlds, without the prefix of all names. */
async function gaugesOf({ url }: WorldApp): Promise<Record<string, number>> {
  const { text } = await requestJson(`${url}/metrics`);
  const line =
    /^(?:chatwait_)?(rooms_open|turns_running|turn_timers|world_subscriptions|feed_readers|readers|late_events_total) (\d+)$/gm;
  return Object.fromEntries([...text.matchAll(line)].map(([, name, value]) => [name, Number(value)]));
}

const NOTHING = {
  ...{ readers: 0, turns_running: 0, turn_timers: 0, world_subscriptions: 0, feed_readers: 0 },
  late_events_total: 0,
};

/** Everything but the rooms, which are open for as long as they remember. */
async function assertReleased(server: WorldApp) {
  await server.released();
  const { rooms_open: _rooms, ...gauges } = await gaugesOf(server);
  assert.deepEqual(gauges, NOTHING);
}

/** Has both agents answer, the first time they are asked. */
const answered = ({ says }: WorldApp) => Promise.all([says("Vera", 0, "No."), says("Otto", 0, "Yes.")]);

test("R-COUNT /metrics counts what a world holds while it is at work, and nothing of it afterwards", async (t) => {
  const server = await worldApp(t, { world: { memory: false } });
  const before = await gaugesOf(server);
  assert.deepEqual(before, { rooms_open: 0, ...NOTHING });
  const feed = await server.feed();
  await feed.take(1);
  const [turn, waiting] = [await server.chat(), server.chatJson("@Vera?")];
  await server.voice("Vera").call(1);
  const during = await gaugesOf(server);
  const { turn_timers: timers = 0, ...counted } = during;
  const { turn_timers: _none, ...none } = NOTHING;
  assert.deepEqual(counted, {
    ...none,
    rooms_open: 1,
    readers: 3,
    turns_running: 2,
    world_subscriptions: 2,
    feed_readers: 1,
  });
  assert.ok(timers >= 2, `${timers} timers for 2 turns`);
  await answered(server);
  await server.says("Vera", 1, "Well.");
  await wholeOf(turn);
  assert.equal((await waiting).status, 200);
  feed.cut();
  await assertReleased(server);
  // The feed is held for whoever comes back.
  server.clock.advance(10 * MINUTE);
  assert.deepEqual(await gaugesOf(server), { rooms_open: 0, ...NOTHING });
  // Where there is nobody to come back the room is given up with its last turn.
  assert.equal((await server.publish("@Vera!")).status, 202);
  const call = await server.voice("Vera").call(2);
  assert.equal((await gaugesOf(server))["rooms_open"], 1);
  call.finish();
  assert.deepEqual(await gaugesOf(server), { rooms_open: 0, ...NOTHING });
});

test("a world that remembers is open for an hour after its last message, and holds nothing then", async (t) => {
  const server = await worldApp(t);
  const turn = await server.chat();
  await answered(server);
  await wholeOf(turn);
  server.clock.advance(60 * MINUTE - 1);
  assert.equal((await gaugesOf(server))["rooms_open"], 1);
  server.clock.advance(6 * MINUTE);
  assert.equal((await gaugesOf(server))["rooms_open"], 0);
  assert.equal(server.app.shelf.counts().kept, 0);
});

// ---- However a client leaves

/** Ways in which the connection of a turn ends before the turn; each begins one, and ends it. */
const WAYS: Record<string, (server: WorldApp) => Promise<void>> = {
  "a stream that is cut": async ({ chat }) => (await chat()).stream.cut(),
  "a stream that is cut after its first token": async ({ chat, voice }) => {
    const { stream } = await chat();
    (await voice("Vera").call()).text("N");
    await stream.take(2);
    stream.cut();
  },
  "a request for JSON that is given up": async ({ chatJson, voice }) => {
    const leaving = new AbortController();
    const asking = chatJson("Hi", { signal: leaving.signal });
    await voice("Vera").call();
    leaving.abort();
    await assert.rejects(asking);
  },
  "a socket that is destroyed": async ({ url, voice }) => {
    const raw = await openRaw(url);
    raw.send(jsonPost("/worlds/kitchen/chat", { message: "Hi" }));
    await voice("Vera").call();
    raw.destroy();
  },
  "a client that closes its side": async ({ url, voice }) => {
    const raw = await openRaw(url);
    raw.send(jsonPost("/worlds/kitchen/chat", { message: "Hi" }, "Accept: application/json"));
    await voice("Vera").call();
    raw.socket.end();
    await raw.closed;
  },
};

for (const [way, leave] of Object.entries(WAYS)) {
  test(`R-DETACH ${way} releases its subscription, and the turn goes on to its end`, async (t) => {
    const server = await worldApp(t);
    const seen = await server.timeline();
    await leave(server);
    await until(() => server.app.worlds.counts().subscriptions === 1, "only the timeline follows");
    await server.readers(0);
    assert.equal(server.app.worlds.counts().turns, 1);
    await answered(server);
    await assertReleasedBut(server, 1);
    const done = seen.at(-1)?.event;
    assert.ok(done?.type === "done" && done.reason === "completed");
    const outcomes = done.agents?.map(({ outcome }) => outcome);
    assert.deepEqual(outcomes, ["replied", "replied"]);
  });
}

/** As `assertReleased`, but for subscriptions that the test itself holds. */
async function assertReleasedBut(server: WorldApp, held: number) {
  await server.released();
  const { rooms_open: _rooms, ...gauges } = await gaugesOf(server);
  assert.deepEqual(gauges, { ...NOTHING, world_subscriptions: held });
}

test("a connection on which a turn was streamed or waited for takes the next request", async (t) => {
  const server = await worldApp(t, { agents: ["Vera"] });
  const raw = await openRaw(server.url);
  raw.send(jsonPost("/worlds/kitchen/chat", { message: "Hi" }));
  await server.says("Vera", 0, "One.");
  const streamed = await raw.response();
  assert.deepEqual([streamed.status, /event: done/.test(streamed.body)], [200, true]);
  raw.send(jsonPost("/worlds/kitchen/chat", { message: "Hi" }, "Accept: application/json"));
  await server.says("Vera", 1, "Two.");
  assert.equal((await raw.response()).json.messages[0].content, "Two.");
  raw.send(jsonPost("/worlds/kitchen/messages", { message: "Hi", mentions: [] }));
  assert.equal((await raw.response()).status, 202);
  raw.destroy();
});

// ---- Coming back, and not

test("R-ABANDON a turn without a reader for 5 minutes is cancelled at every agent and forgotten; one that is read is not", async (t) => {
  const server = await worldApp(t, { env: { CHATWAIT_GENERATION_MS: String(60 * MINUTE) } });
  const [left, read] = [await server.chat(), await server.chat()];
  const calls = [await server.voice("Vera").call(0), await server.voice("Otto").call(0)];
  const others = [await server.voice("Vera").call(1), await server.voice("Otto").call(1)];
  left.stream.cut();
  await server.readers(1);
  const talk = (ms: number) => {
    for (let passed = 0; passed < ms; passed += 5000) {
      for (const call of [...calls, ...others]) call.text(".");
      server.clock.advance(Math.min(5000, ms - passed));
    }
  };
  talk(5 * MINUTE - 1);
  assert.deepEqual(
    calls.map(({ isCancelled }) => isCancelled),
    [false, false],
  );
  server.clock.advance(1);
  assert.deepEqual(
    calls.map(({ isCancelled }) => isCancelled),
    [true, true],
  );
  assert.deepEqual(
    others.map(({ isCancelled }) => isCancelled),
    [false, false],
  );
  assertProblem(await requestJson(server.at(`/chat/${left.id}`)), "stream_expired");
  assert.equal(server.app.worlds.counts().turns, 1);
  for (const call of others) call.finish();
  assert.equal(doneOf(await wholeOf(read)).reason, "completed");
  await assertReleased(server);
});

test("R-ABANDON who looks in now and then, by any path, has not abandoned a turn", async (t) => {
  const server = await worldApp(t, { agents: ["Vera"], env: { CHATWAIT_GENERATION_MS: String(60 * MINUTE) } });
  const { stream, id, start } = await server.chat();
  const call = await server.voice("Vera").call();
  call.text("I ");
  stream.cut();
  await server.readers(0);
  const looks: (() => Promise<SseConnection | undefined>)[] = [
    () => openStream(server.at(`/chat/${id}`)),
    () => openStream(server.at("/chat"), { headers: { "last-event-id": start.id } }),
    async () => void (await requestJson(server.at(`/chat/${id}`), { headers: { accept: "application/json" } })),
  ];
  for (const look of [...looks, ...looks]) {
    for (let passed = 0; passed < 49; passed++) {
      server.clock.advance(6000);
      call.text(".");
    }
    (await look())?.cut();
    await server.readers(0);
  }
  assert.equal(call.isCancelled, false);
  call.finish();
  const back = await openStream(server.at(`/chat/${id}`));
  assert.equal(doneOf(await back.rest()).reason, "completed");
});

test("on_disconnect cancel: a turn ends 10 s after its last reader left, and not if one came back", async (t) => {
  const server = await worldApp(t);
  const { stream, id } = await server.chat({ message: "Hi", on_disconnect: "cancel" });
  const calls = [await server.voice("Vera").call(), await server.voice("Otto").call()];
  calls[0]?.text("No");
  stream.cut();
  await server.readers(0);
  server.clock.advance(5000);
  calls[0]?.text(", ");
  server.clock.advance(4999);
  const back = await openStream(server.at(`/chat/${id}`));
  await back.take(4);
  server.clock.advance(2000);
  calls[0]?.text("never");
  assert.equal(calls[0]?.isCancelled, false);
  back.cut();
  await server.readers(0);
  server.clock.advance(5000);
  calls[0]?.text(".");
  server.clock.advance(5000);
  assert.deepEqual(
    calls.map(({ isCancelled }) => isCancelled),
    [true, true],
  );
  const events = await wholeOf({ stream: await openStream(server.at(`/chat/${id}`)) });
  assert.equal(doneOf(events).reason, "cancelled");
  assert.deepEqual(saidIn(events), [["Vera", "No, never."]]);
  assert.deepEqual(outcomesOf(events), { Vera: "cancelled", Otto: "cancelled" });
  await assertReleased(server);
});

test("R-ABANDON an ended turn is kept for 5 minutes after its last reader, then 410, and 404 after another hour", async (t) => {
  const server = await worldApp(t, { agents: ["Vera"] });
  const turn = await server.chat();
  await server.says("Vera", 0, "No.");
  const whole = await wholeOf(turn);
  await server.readers(0);
  for (const _read of [1, 2]) {
    server.clock.advance(5 * MINUTE - 1);
    assert.deepEqual(await (await openStream(server.at(`/chat/${turn.id}`))).rest(), whole);
    await server.readers(0);
  }
  server.clock.advance(5 * MINUTE);
  for (const method of ["GET", "DELETE"]) {
    assertProblem(await requestJson(server.at(`/chat/${turn.id}`), { method }), "stream_expired");
  }
  const headers = { "last-event-id": turn.start.id };
  assertProblem(await requestJson(server.at("/chat"), { headers }), "stream_expired");
  server.clock.advance(60 * MINUTE);
  assertProblem(await requestJson(server.at("/chat"), { headers }), "stream_not_found");
});

test("a reader that is away while agents hand over comes back to all of it, then to what is new", async (t) => {
  const server = await worldApp(t, { world: { respond: "first" } });
  const { stream, start, id } = await server.chat();
  await server.says("Vera", 0, "Ask @Otto.");
  const before = [start, ...(await stream.take(3))];
  stream.cut();
  await server.readers(0);
  const otto = await server.voice("Otto").call();
  otto.text("I ", "say ");
  server.clock.advance(500);
  const back = await openStream(server.at("/chat"), { headers: { "last-event-id": before.at(-1)?.id ?? "" } });
  const missed = await back.take(4);
  assert.deepEqual(typesOf(missed), ["message_start", "token", "token", "system"]);
  otto.text("@Vera!");
  otto.finish();
  await server.says("Vera", 1, "Hm.");
  const rest = await back.rest();
  const whole = await wholeOf({ stream: await openStream(server.at(`/chat/${id}`)) });
  assert.deepEqual([...before, ...missed, ...rest], whole);
  assert.deepEqual(saidIn(whole), [
    ["Vera", "Ask @Otto."],
    ["Otto", "I say @Vera!"],
    ["Vera", "Hm."],
  ]);
});

// ---- Readers that do not read

test("R-SLOW a reader that takes nothing holds up neither the turn nor another reader, and has it all when it reads on", async (t) => {
  const env = { CHATWAIT_MAX_STREAM_BYTES: String(64 * 2 ** 20) };
  const server = await worldApp(t, { agents: ["Vera"], env });
  const { stream, id } = await server.chat();
  const slow = await openRaw(server.url);
  slow.socket.pause();
  slow.send(`GET /worlds/kitchen/chat/${id} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`);
  await server.readers(2);
  const call = await server.voice("Vera").call();
  const piece = "x".repeat(64 * 1024);
  for (let pieces = 0; pieces < 256; pieces++) call.text(piece);
  call.finish();
  const whole = await wholeOf({ stream });
  assert.equal(saidIn(whole)[0]?.[1].length, 256 * piece.length);
  assert.equal(server.app.worlds.counts().turns, 0);
  assert.equal(server.app.shelf.counts().readers, 1);
  slow.socket.resume();
  await slow.closed;
  assert.ok(slow.text.includes('"type":"done"'));
  await assertReleased(server);
});

test("a HEAD starts no turn, and where only a POST talks a GET without a cursor is told how to", async (t) => {
  const server = await worldApp(t);
  for (const path of ["/chat", "/messages", "/route", "/events"]) {
    const { status, headers, text } = await requestJson(server.at(path), { method: "HEAD" });
    assert.deepEqual([status, text], [405, ""], path);
    assert.match(String(headers["allow"]), /GET|POST/);
  }
  assertProblem(await requestJson(server.at("/chat")), "invalid_cursor", /Last-Event-ID/);
  await assertReleased(server);
});
