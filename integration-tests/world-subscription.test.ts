import assert from "node:assert/strict";
import { test } from "node:test";
import type { WorldEvent } from "../src/protocol/events.ts";
import { assertProblem } from "../testing/problem.ts";
import { openStream, requestJson } from "../testing/sse-client.ts";
import { until } from "../testing/until.ts";
import { doneOf, typesOf, WORLD, type WorldApp, worldApp } from "../testing/world-app.ts";

/** A subscription that the test lets through or not, and what became of it. */
function heldSubscription(real: () => WorldApp) {
  const { promise: held, resolve: letThrough, reject: refuse } = Promise.withResolvers<void>();
  const seen = { asked: 0, released: 0 };
  return {
    seen,
    letThrough,
    refuse,
    async subscribeWorld(...asked: Parameters<WorldApp["app"]["worlds"]["subscribeWorld"]>) {
      seen.asked++;
      await held;
      const subscription = await real().app.worlds.subscribeWorld(...asked);
      const release = () => {
        seen.released++;
        subscription.release();
      };
      return { ...subscription, release };
    },
  };
}

/** No turn, no subscription, no call: as if nobody had asked. */
function assertUntouched({ app, voice }: WorldApp) {
  const { turns, subscriptions, timers } = app.worlds.counts();
  const { kept, running, readers } = app.shelf.counts();
  assert.deepEqual([turns, subscriptions, timers, kept, running, readers], [0, 0, 0, 0, 0, 0]);
  assert.deepEqual([voice("Vera").calls.length, voice("Otto").calls.length], [0, 0]);
}

test("R-SUBSCRIBE the world is subscribed to, then the turn started, then the message published, then agents are woken", async (t) => {
  const order: string[] = [];
  const { promise: mayPublish, resolve: letPublish } = Promise.withResolvers<void>();
  const server = await worldApp(t, {
    async subscribeWorld(...asked) {
      order.push("subscribed");
      return server.app.worlds.subscribeWorld(...asked);
    },
    async publish(world, { content }) {
      order.push(`published ${content} in ${world}`);
      await mayPublish;
    },
  });
  const { stream } = await server.chat("Hello");
  assert.deepEqual(order, ["subscribed", "published Hello in kitchen"]);
  assert.equal(server.voice("Vera").calls.length, 0);
  assert.equal(stream.events.length, 1);
  letPublish();
  await Promise.all([server.says("Vera", 0, "Hm."), server.says("Otto", 0, "Yes!")]);
  assert.equal(doneOf(await stream.rest()).reason, "completed");
});

for (const [mode, accept] of [
  ["a stream", "*/*"],
  ["JSON", "application/json"],
] as const) {
  test(`R-SUBSCRIBE asked for ${mode}: nothing is answered and nothing begins before the subscription stands`, async (t) => {
    const held = heldSubscription(() => server);
    const server = await worldApp(t, held);
    let answered = false;
    const answer = requestJson(server.at("/chat"), { body: { message: "Hi" }, headers: { accept } });
    void answer.then(() => {
      answered = true;
    });
    await until(() => held.seen.asked === 1, "the subscription is asked for");
    server.clock.advance(4999);
    assert.equal((await requestJson(`${server.url}/healthz`)).status, 200);
    assert.equal(answered, false);
    const { kept } = server.app.shelf.counts();
    assert.deepEqual([kept, server.voice("Vera").calls.length], [0, 0]);
    held.letThrough();
    await Promise.all([server.says("Vera", 0, "Hm."), server.says("Otto", 0, "Yes!")]);
    assert.equal((await answer).status, 200);
    await server.released();
    assert.ok(held.seen.released >= 1);
  });

  test(`R-SUBSCRIBE asked for ${mode}: a subscription that fails is 500 subscription_failed, and nothing was published`, async (t) => {
    const published: string[] = [];
    const publish = async (world: string) => void published.push(world);
    const subscribeWorld = async () => {
      throw new Error("SECRET of the store");
    };
    const server = await worldApp(t, { subscribeWorld, publish });
    const seen = await server.timeline();
    const refused = await requestJson(server.at("/chat"), { body: { message: "Hi" }, headers: { accept } });
    assertProblem(refused, "subscription_failed");
    assert.deepEqual(published, []);
    assert.deepEqual(seen, []);
    assert.deepEqual(Object.keys(refused.body).sort(), ["error_code", "message", "request_id"]);
    assert.equal(server.app.shelf.counts().kept, 0);
  });

  test(`R-SUBSCRIBE asked for ${mode}: one that takes over 5 s is 500 subscription_failed, and let go of when it comes`, async (t) => {
    const held = heldSubscription(() => server);
    const server = await worldApp(t, held);
    const answer = requestJson(server.at("/chat"), { body: { message: "Hi" }, headers: { accept } });
    await until(() => held.seen.asked === 1, "the subscription is asked for");
    server.clock.advance(5000);
    assertProblem(await answer, "subscription_failed");
    held.letThrough();
    await until(() => held.seen.released === 1, "the late one is released");
    assertUntouched(server);
  });
}

test("R-SUBSCRIBE one that throws where it should reject is the same failure", async (t) => {
  const server = await worldApp(t, {
    subscribeWorld() {
      throw new Error("SECRET");
    },
  });
  assertProblem(await server.chatJson(), "subscription_failed");
  assertUntouched(server);
});

test("R-SUBSCRIBE one that finds the world gone says so, not that it failed", async (t) => {
  const server = await worldApp(t, {
    async subscribeWorld(name, client) {
      await server.app.worlds.deleteWorld(name);
      return server.app.worlds.subscribeWorld(name, client);
    },
  });
  assertProblem(await server.chatJson(), "world_not_found");
  assertUntouched(server);
});

test("R-SUBSCRIBE whoever takes events alone is told of a failed subscription with an event, under the same status", async (t) => {
  const { at } = await worldApp(t, { subscribeWorld: () => Promise.reject(new Error("SECRET")) });
  const headers = { accept: "text/event-stream" };
  const { status, headers: answered, text } = await requestJson(at("/chat"), { body: { message: "Hi" }, headers });
  assert.deepEqual([status, answered["content-type"]], [500, "text/event-stream"]);
  const [, data = ""] = /^event: error\ndata: (\{.*\})\n\n$/.exec(text) ?? [];
  assert.equal(JSON.parse(data).error_code, "subscription_failed");
  assert.doesNotMatch(text, /SECRET/);
});

test("R-SUBSCRIBE a failed subscription keeps no idempotency key, and the next one may succeed", async (t) => {
  let failing = true;
  const server = await worldApp(t, {
    async subscribeWorld(...asked) {
      if (failing) throw new Error("away");
      return server.app.worlds.subscribeWorld(...asked);
    },
  });
  const headers = { "idempotency-key": "once" };
  assertProblem(await server.chatJson("Hi", { headers }), "subscription_failed");
  failing = false;
  const { stream } = await server.chat("Hi", { headers });
  assert.equal(stream.headers["idempotent-replayed"], undefined);
  await Promise.all([server.says("Vera", 0, "Hm."), server.says("Otto", 0, "Yes!")]);
  assert.equal(doneOf(await stream.rest()).reason, "completed");
});

test("R-SUBSCRIBE whatever is wrong with a request is refused before a subscription is asked for", async (t) => {
  const held = heldSubscription(() => server);
  const server = await worldApp(t, held);
  held.letThrough();
  const refusals: [world: string, body: unknown, code: Parameters<typeof assertProblem>[1]][] = [
    ["no%20name", "{", "invalid_world_name"],
    ["-kitchen", { message: "Hi" }, "invalid_world_name"],
    ["x".repeat(65), { message: "Hi" }, "invalid_world_name"],
    ["cellar", { message: "Hi" }, "world_not_found"],
    [WORLD, "{", "invalid_json"],
    [WORLD, { message: " " }, "message_required"],
    [WORLD, { message: "x".repeat(32_001) }, "message_too_long"],
    [WORLD, { message: "Hi", sender: "VERA" }, "invalid_sender"],
    [WORLD, { message: "Hi", mention: ["Vera"] }, "invalid_request"],
  ];
  for (const [world, body, code] of refusals) {
    assertProblem(await requestJson(server.at("/chat", world), { body }), code);
  }
  assert.equal(held.seen.asked, 0);
  assertUntouched(server);
});

test("R-SUBSCRIBE a client that leaves while it is being subscribed starts nothing, and its subscription is released", async (t) => {
  const held = heldSubscription(() => server);
  const server = await worldApp(t, held);
  const leaving = new AbortController();
  const asking = server.chatJson("Hi", { signal: leaving.signal });
  await until(() => held.seen.asked === 1, "the subscription is asked for");
  leaving.abort();
  await assert.rejects(asking, /abort/i);
  await until(() => server.app.logs.some(({ cut }) => cut === true), "the server has noticed");
  held.letThrough();
  await until(() => held.seen.released === 1, "the release");
  assertUntouched(server);
});

test("R-SUBSCRIBE a world is found without regard to case, and named as it was first written", async (t) => {
  const server = await worldApp(t);
  const { stream, start } = await server.chat("Hi", { world: "KITCHEN" });
  assert.equal(start.world, WORLD);
  assert.match(String(stream.headers["content-location"]), /^\/worlds\/kitchen\/chat\//);
  await Promise.all([server.says("Vera", 0), server.says("Otto", 0)]);
  assert.equal(doneOf(await stream.rest()).reason, "completed");
});

test("R-SUBSCRIBE a turn holds one subscription while its client reads, and none when it is over", async (t) => {
  const server = await worldApp(t);
  const [one, other] = [await server.chat(), await server.chat()];
  assert.equal(server.app.worlds.counts().subscriptions, 2);
  one.stream.cut();
  await until(() => server.app.worlds.counts().subscriptions === 1, "one has left");
  for (const index of [0, 1]) await Promise.all([server.says("Vera", index, "a"), server.says("Otto", index, "b")]);
  assert.equal(doneOf(await other.stream.rest()).reason, "completed");
  await server.released();
});

test("R-SUBSCRIBE a resume, a look and a replay are readers, and subscribe to nothing", async (t) => {
  const server = await worldApp(t);
  const headers = { "idempotency-key": "once" };
  const { stream, id, start } = await server.chat("Hi", { headers });
  const resumed = await openStream(server.at("/chat"), { headers: { "last-event-id": start.id } });
  const replayed = await server.chat("Hi", { headers });
  assert.equal((await requestJson(server.at(`/chat/${id}`), { headers: { accept: "application/json" } })).status, 200);
  assert.equal(server.app.worlds.counts().subscriptions, 1);
  await Promise.all([server.says("Vera", 0), server.says("Otto", 0)]);
  for (const reader of [stream, resumed, replayed.stream])
    assert.equal(doneOf(await reader.rest()).reason, "completed");
  await server.released();
});

// ---- The same without HTTP: a client of the world system.

/** A client that keeps what it is told. */
function listener() {
  const told: [type: string, event: WorldEvent][] = [];
  const errors: string[] = [];
  const client = {
    isOpen: true,
    send(_data: string) {},
    onWorldEvent: (type: string, event: WorldEvent) => void told.push([type, event]),
    onError: (message: string) => void errors.push(message),
  };
  return { client, told, errors };
}

test("R-SUBSCRIBE a client of an unknown world is told by onError, then by a rejection", async (t) => {
  const { app } = await worldApp(t);
  const { client, errors } = listener();
  await assert.rejects(app.worlds.subscribeWorld("cellar", client), { code: "world_not_found" });
  assert.deepEqual([errors.length, app.worlds.counts().subscriptions], [1, 0]);
  await assert.rejects(app.worlds.subscribeWorld("no name", client), { code: "invalid_world_name" });
  assert.equal(errors.length, 2);
});

test("R-SUBSCRIBE a client is told what a turn over HTTP does, by kind, without the key to its stream", async (t) => {
  const server = await worldApp(t, { agents: ["Vera", { name: "Otto", streaming: false }] });
  const { client, told } = listener();
  const subscription = await server.app.worlds.subscribeWorld("Kitchen", client);
  assert.equal(subscription.world.name, WORLD);
  const { stream, id, turnId, messageId } = await server.chat({ message: "Hi", sender: "Ada" });
  await server.says("Vera", 0, "Hm", ".");
  await server.says("Otto", 0, "Yes", "!");
  await stream.rest();
  assert.deepEqual(
    told.map(([type, event]) => (event.type === "system" ? event.code : `${type} ${event.type}`)),
    [
      ...["subscribed", "system start", "message message", "published"],
      ...["sse message_start", "sse token", "sse token", "sse message_end", "message message", "system done"],
    ],
  );
  const published = told[2]?.[1];
  assert.ok(published?.type === "message");
  assert.deepEqual([published.message_id, published.sender, published.content], [messageId, "Ada", "Hi"]);
  assert.ok(told.slice(1).every(([, event]) => event.turn_id === turnId));
  assert.ok(!JSON.stringify(told).includes(id));
  subscription.release();
  subscription.release();
  await server.released();
  await server.app.worlds.publishMessage(WORLD, "Anybody?");
  assert.equal(told.length, 10);
});

test("R-SENDER what a subscription publishes comes back to all others, and not to itself", async (t) => {
  const server = await worldApp(t, { agents: [] });
  const [own, other] = [listener(), listener()];
  const { world } = await server.app.worlds.subscribeWorld(WORLD, own.client);
  await server.app.worlds.subscribeWorld(WORLD, other.client);
  const feed = await server.feed();
  own.told.length = 0;
  other.told.length = 0;
  const messageId = await server.app.worlds.publishMessage(world, "Hello", "Ada");
  // Somebody else who says that it has the same name.
  const second = await server.publish({ message: "Hello", sender: "Ada" });
  server.clock.advance(3000);
  const heard = (told: [string, WorldEvent][]) =>
    told.flatMap(([, event]) => (event.type === "message" ? [event.message_id] : []));
  assert.deepEqual(heard(own.told), [second.body.message_id]);
  assert.deepEqual(heard(other.told), [messageId, second.body.message_id]);
  const codes = own.told.flatMap(([, event]) => (event.type === "system" ? [event.code] : []));
  assert.deepEqual(codes, ["published"]);
  await until(() => typesOf(feed.events).filter((type) => type === "done").length === 2, "both turns are over");
  assert.equal(typesOf(feed.events).filter((type) => type === "message").length, 2);
  feed.cut();
});

test("R-SUBSCRIBE a client that throws or is closed is released, and disturbs neither the turn nor other clients", async (t) => {
  const server = await worldApp(t, { agents: ["Vera"] });
  const [broken, closed, sound] = [listener(), listener(), listener()];
  broken.client.onWorldEvent = () => {
    throw new Error("my own fault");
  };
  for (const { client } of [broken, closed, sound]) await server.app.worlds.subscribeWorld(WORLD, client);
  closed.client.isOpen = false;
  closed.told.length = 0;
  const { stream } = await server.chat();
  await server.says("Vera", 0, "Hm.");
  assert.equal(doneOf(await stream.rest()).reason, "completed");
  assert.deepEqual(broken.errors, ["my own fault"]);
  assert.deepEqual(closed.told, []);
  assert.equal(sound.told.at(-1)?.[1].type, "done");
  await server.readers(0);
  assert.equal(server.app.worlds.counts().subscriptions, 1);
});

test("R-SUBSCRIBE without onWorldEvent each event is one line of JSON", async (t) => {
  const server = await worldApp(t, { agents: ["Vera"] });
  const lines: string[] = [];
  await server.app.worlds.subscribeWorld(WORLD, { isOpen: true, send: (data) => void lines.push(data) });
  const { stream } = await server.chat();
  await server.says("Vera", 0, "two\nlines\u2028and more");
  await stream.rest();
  for (const line of lines) assert.doesNotMatch(line, /[\n\r\u2028\u2029]/);
  const told = lines.map((line) => JSON.parse(line));
  assert.deepEqual(typesOf(told).slice(-4), ["message_start", "token", "message_end", "done"]);
  assert.equal(told.at(-2).content, "two\nlines\u2028and more");
});
