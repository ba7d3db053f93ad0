import assert from "node:assert/strict";
import { test } from "node:test";
import type { ErrorCode } from "../src/protocol/errors.ts";
import { assertProblem } from "../testing/problem.ts";
import { head, openRaw } from "../testing/raw-http.ts";
import { type JsonAnswer, type Outgoing, openStream, type Received, requestJson } from "../testing/sse-client.ts";
import { until } from "../testing/until.ts";
import { WORLD, type WorldApp, worldApp } from "../testing/world-app.ts";

// What goes wrong between a client and a world: cursors that lead nowhere, and connections that break.

const MINUTE = 60_000;
const lastEventId = (id: string): Outgoing => ({ headers: { "last-event-id": id } });

/** Each way of asking a world for the rest of a turn. */
const forms: [name: string, ask: (at: WorldApp["at"], id: string, cursor: string) => [url: string, Outgoing]][] = [
  ["GET with header", (at, _id, cursor) => [at("/chat"), lastEventId(cursor)]],
  ["POST with header", (at, _id, cursor) => [at("/chat"), { method: "POST", ...lastEventId(cursor) }]],
  ["path and header", (at, id, cursor) => [at(`/chat/${id}`), lastEventId(cursor)]],
  ["path and starting_after", (at, id, cursor) => [at(`/chat/${id}?starting_after=${cursor}`), {}]],
];

for (const [name, ask] of forms) {
  test(`R-HONEST ${name}: a turn's cursor is never guessed at`, async (t) => {
    const world = await worldApp(t);
    const { stream, id } = await world.chat({ message: "Hi", mentions: ["Vera"] });
    const resume = (cursor: string, of = id) => requestJson(...ask(world.at, of, cursor));
    for (const cursor of [
      "x",
      `${id}`,
      `${id}.0`,
      `${id}.0.`,
      `${id}.0.1.1`,
      `${id}.0.-1`,
      `${id}.0.1e3`,
      "x".repeat(99),
    ]) {
      assertProblem(await resume(cursor), "invalid_cursor");
    }
    const ahead = await resume(`${id}.0.9`);
    assertProblem(ahead, "cursor_ahead", /at event 1\./);
    assert.equal(ahead.body.last_seq, 1);
    assertProblem(await resume(`${id}.1.1`), "cursor_void");
    const unknown = "A".repeat(22);
    assertProblem(await resume(`${unknown}.0.1`, unknown), "stream_not_found");
    await world.says("Vera", 0, "Hello");
    const rest = await stream.rest();
    const over = await resume(rest.at(-1)?.id ?? "");
    assert.deepEqual([over.status, over.text], [204, ""]);
    assertProblem(await resume(`${id}.0.99`), "cursor_ahead");
    await world.readers(0);
    world.clock.advance(5 * MINUTE);
    assertProblem(await resume(`${id}.0.1`), "stream_expired");
    world.clock.advance(60 * MINUTE);
    assertProblem(await resume(`${id}.0.1`), "stream_not_found");
  });

  test(`R-HONEST ${name}: a turn is found in its own world alone, and by no path of chat`, async (t) => {
    const world = await worldApp(t);
    await world.addWorld("other");
    const { id } = await world.chat({ message: "Hi", mentions: ["Vera"] });
    const elsewhere = (path: string) => `${world.url}/worlds/other${path}`;
    assertProblem(await requestJson(...ask(elsewhere, id, `${id}.0.1`)), "stream_not_found");
    assertProblem(await requestJson(`${world.url}/chat/streaming`, lastEventId(`${id}.0.1`)), "stream_not_found");
    assertProblem(await requestJson(`${world.url}/chat/wait/${id}`), "stream_not_found");
    assertProblem(await requestJson(`${world.url}/chat/streaming/${id}`, { method: "DELETE" }), "stream_not_found");
    assertProblem(await requestJson(elsewhere(`/chat/${id}`), { method: "DELETE" }), "stream_not_found");
    const chat = await openStream(`${world.url}/chat/streaming`, { body: { message: "Hi", model: "test:Otto" } });
    const [start] = await chat.take(1);
    assert.ok(start?.type === "start" && start.stream_id);
    assertProblem(await requestJson(...ask(world.at, start.stream_id, start.id)), "stream_not_found");
    assert.equal((await world.voice("Vera").call()).isCancelled, false);
  });
}

test("a cursor of another turn than the path's is invalid, and one given twice is too", async (t) => {
  const world = await worldApp(t);
  const [one, other] = [await world.chat(), await world.chat()];
  const crossed = await requestJson(world.at(`/chat/${one.id}`), lastEventId(other.start.id));
  assertProblem(crossed, "invalid_cursor", /another stream/);
  const twice = await requestJson(world.at(`/chat/${one.id}?starting_after=1&starting_after=1`));
  assertProblem(twice, "invalid_cursor", /once/);
  assertProblem(await requestJson(world.at(`/chat/${one.id}?starting_after=`)), "invalid_cursor");
  assertProblem(await requestJson(world.at("/chat")), "invalid_cursor", /Last-Event-ID/);
});

/** Publishes messages that wake nobody, and lets their turns end. */
async function fillFeed(world: WorldApp, count: number, length = 1) {
  for (let said = 0; said < count; said++) {
    await world.app.worlds.startTurn(WORLD, { message: "x".repeat(length), mentions: [] });
  }
  await until(() => world.app.worlds.counts().timers >= count, "turns that wait");
  world.clock.advance(3000);
}

const resumeFeed = (world: WorldApp, id: string): Promise<JsonAnswer> =>
  requestJson(world.at("/events"), lastEventId(id));

test("R-HONEST R-FEED a feed's cursor is never guessed at", async (t) => {
  const world = await worldApp(t);
  await world.addWorld("other");
  const feed = await world.feed();
  const [start] = await feed.take(1);
  const id = start?.id ?? "";
  const [feedId] = id.split(".");
  const turn = await world.chat();
  const other = await (await world.feed({ world: "other" })).take(1);
  const cases: [cursor: string, code: ErrorCode][] = [
    ["x", "invalid_cursor"],
    ["7", "invalid_cursor"],
    [`${feedId}.0`, "invalid_cursor"],
    [`${feedId}.1.1`, "cursor_void"],
    [`${feedId}.0.99`, "cursor_ahead"],
    [`${"A".repeat(22)}.0.1`, "stream_not_found"],
    [turn.start.id, "stream_not_found"],
    [other[0]?.id ?? "", "stream_not_found"],
  ];
  for (const [cursor, code] of cases) assertProblem(await resumeFeed(world, cursor), code);
  assert.ok((await resumeFeed(world, `${feedId}.0.99`)).body.last_seq >= 1);
  assertProblem(await requestJson(world.at("/chat"), lastEventId(id)), "stream_not_found");
  const anew = await openStream(world.at("/events"), lastEventId(""));
  assert.equal((await anew.take(1))[0]?.type, "start");
});

test("R-FEED what is older than 5 minutes is 410, and what is younger is resumed", async (t) => {
  const world = await worldApp(t);
  const feed = await world.feed();
  const [start] = await feed.take(1);
  await fillFeed(world, 1);
  const [first] = await feed.take(4);
  await until(() => world.app.worlds.counts().turns === 0, "the end of the turn");
  world.clock.advance(2 * MINUTE);
  await fillFeed(world, 1);
  const [second] = await feed.take(4);
  world.clock.advance(3 * MINUTE + 1);
  for (const cursor of [start, first]) {
    assertProblem(await resumeFeed(world, cursor?.id ?? ""), "stream_expired", /without Last-Event-ID/);
  }
  const resumed = await openStream(world.at("/events"), lastEventId(second?.id ?? ""));
  assert.equal((await resumed.take(1))[0]?.seq, (second?.seq ?? 0) + 1);
});

test("R-FEED beyond 4 MiB the oldest goes: 410, and the newest is resumed", async (t) => {
  const world = await worldApp(t);
  const feed = await world.feed();
  const [start] = await feed.take(1);
  await fillFeed(world, 150, 32_000);
  await until(() => feed.events.filter(({ type }) => type === "done").length === 150, "150 turns");
  const messages = feed.events.filter(({ type }) => type === "message");
  assertProblem(await resumeFeed(world, start?.id ?? ""), "stream_expired");
  assertProblem(await resumeFeed(world, messages[10]?.id ?? ""), "stream_expired");
  const resumed = await openStream(world.at("/events"), lastEventId(messages[40]?.id ?? ""));
  const after = feed.events.slice(feed.events.indexOf(messages[40] as Received) + 1);
  assert.deepEqual(await resumed.take(after.length), after);
});

test("R-FEED R-SLOW a reader that falls behind what is kept is cut without an end, and a resume tells it why", async (t) => {
  const world = await worldApp(t);
  const lazy = await openRaw(world.url);
  lazy.socket.pause();
  lazy.send(head(`GET /worlds/${WORLD}/events HTTP/1.1`, "Host: localhost"));
  await until(() => world.app.worlds.counts().feedReaders === 1, "the reader");
  // More than the feed keeps and the network holds, together.
  await fillFeed(world, 600, 32_000);
  lazy.socket.resume();
  await lazy.closed;
  await until(() => world.app.worlds.counts().feedReaders === 0, "nobody");
  assert.doesNotMatch(lazy.text, /"type":"done","seq":\d+,"reason":"cancelled"|"type":"error"/);
  const ids = [...lazy.text.matchAll(/^id: (\S+)\nevent: \w+\ndata: .*\n\n/gm)].map(([, id]) => id ?? "");
  const seqs = ids.map((id) => Number(id.split(".")[2]));
  assert.deepEqual(
    seqs,
    seqs.map((_, index) => (seqs[0] ?? 0) + index),
    "without a hole",
  );
  assertProblem(await resumeFeed(world, ids.at(-1) ?? ""), "stream_expired");
});

test("R-FEED a cursor of a feed that was given up is 410, and of another server's 404", async (t) => {
  const world = await worldApp(t);
  const other = await worldApp(t);
  const feed = await world.feed();
  const [start] = await feed.take(1);
  feed.cut();
  await until(() => world.app.worlds.counts().feedReaders === 0, "nobody");
  assertProblem(await resumeFeed(other, start?.id ?? ""), "stream_not_found");
  world.clock.advance(10 * MINUTE);
  assert.equal(world.app.worlds.counts().rooms, 0);
  assertProblem(await resumeFeed(world, start?.id ?? ""), "stream_expired");
});

test("CHATWAIT_MAX_READERS: a feed beyond it is refused, and one that leaves makes room", async (t) => {
  const world = await worldApp(t, { env: { CHATWAIT_MAX_READERS: "1" } });
  const feed = await world.feed();
  assertProblem(await requestJson(world.at("/events")), "overloaded", /limit/);
  assertProblem(await world.chatJson(), "overloaded");
  assert.equal(world.app.worlds.counts().feedReaders, 1);
  feed.cut();
  await world.readers(0);
  const next = await world.feed();
  assert.equal((await next.take(1))[0]?.type, "start");
});

test("R-SUBSCRIBE a client that goes while it is subscribed leaves nothing, and its message is not published", async (t) => {
  const { promise: held, resolve: release } = Promise.withResolvers<void>();
  let asked = 0;
  const world: WorldApp = await worldApp(t, {
    async subscribeWorld(name, client) {
      asked++;
      await held;
      return world.app.worlds.subscribeWorld(name, client);
    },
  });
  const leaving = new AbortController();
  const left = assert.rejects(world.chat("Hi", { signal: leaving.signal }));
  await until(() => asked === 1, "the subscription");
  leaving.abort();
  await left;
  await until(() => world.clock.pending() === 0, "the release of the limit's timer");
  release();
  await until(() => world.app.worlds.counts().subscriptions === 0, "the release");
  assert.equal(world.app.shelf.counts().kept, 0);
  assert.equal(world.voice("Vera").calls.length, 0);
  await world.released();
});

test("R-DETACH a client that is cut off at any byte leaves its turn alone, and finds all of it when it is back", async (t) => {
  const world = await worldApp(t, { agents: ["Vera"] });
  const { stream, start, id } = await world.chat();
  await world.says("Vera", 0, "é", "😀漢字", "\r\n\u2028data: x");
  const whole = [start, ...(await stream.rest())];
  const bytes = Buffer.byteLength(stream.text);
  for (let cutAfterBytes = 1; cutAfterBytes < bytes; cutAfterBytes += 11) {
    const before = await (await openStream(world.at(`/chat/${id}`), { cutAfterBytes })).rest();
    const last = before.at(-1);
    const after = await openStream(world.at(last ? "/chat" : `/chat/${id}`), last ? lastEventId(last.id) : {});
    assert.deepEqual([...before, ...(await after.rest())], whole, `cut after ${cutAfterBytes} bytes`);
  }
  await world.released();
});

test("R-DETACH a client that waits for JSON and goes leaves no subscription, and its turn goes on", async (t) => {
  const world = await worldApp(t, { agents: ["Vera"] });
  const leaving = new AbortController();
  const left = assert.rejects(world.chatJson("Hi", { signal: leaving.signal }));
  const call = await world.voice("Vera").call();
  await world.readers(1);
  leaving.abort();
  await left;
  await world.readers(0);
  await until(() => world.app.worlds.counts().subscriptions === 0, "the release");
  assert.deepEqual([call.isCancelled, world.app.worlds.counts().turns], [false, 1]);
  await world.says("Vera", 0, "Hello");
  await world.released();
});
