import assert from "node:assert/strict";
import { test } from "node:test";
import { drivenServer } from "../testing/driven-server.ts";
import { assertProblem } from "../testing/problem.ts";
import { openStream, requestJson, textOf } from "../testing/sse-client.ts";
import { until } from "../testing/until.ts";

// Each path of the worlds once, from outside.

const chat = (url: string, body: unknown = { message: "Hi" }, headers: Record<string, string> = {}) =>
  openStream(`${url}/worlds/default/chat`, { body, headers });

test("POST /worlds/{world}/chat streams the turn, and nothing of it is left behind", async (t) => {
  const { app, url, model, clock, readers } = await drivenServer(t);
  const stream = await openStream(`${url}/v1/worlds/DEFAULT/chat`, { body: { message: "Hi" } });
  const [start] = await stream.take(1);
  assert.ok(start?.type === "start" && start.stream_id && start.turn_id && start.message_id);
  assert.equal(start.world, "default");
  assert.equal(stream.headers["content-location"], `/v1/worlds/default/chat/${start.stream_id}`);
  assert.equal(app.worlds.counts().subscriptions, 1);
  const call = await model.call();
  call.text("Hel", "lo");
  call.finish();
  const events = await stream.rest();
  assert.deepEqual(
    events.map(({ type }) => type),
    ["message_start", "token", "token", "message_end", "done"],
  );
  const done = events.at(-1);
  assert.ok(done?.type === "done");
  assert.deepEqual([done.reason, done.agents], ["completed", [{ agent: "Hanna", outcome: "replied" }]]);
  await readers(0);
  const { subscriptions, turns, timers, lateEvents } = app.worlds.counts();
  assert.deepEqual([subscriptions, turns, timers, lateEvents], [0, 0, 0, 0]);
  clock.advance(1);
});

test("POST /worlds/{world}/chat as JSON waits for the whole turn, without the sender's own message", async (t) => {
  const { app, url, model } = await drivenServer(t);
  const outgoing = { body: { message: "Hi", sender: "Ada" }, headers: { accept: "application/json" } };
  const waiting = requestJson(`${url}/worlds/default/chat`, outgoing);
  const call = await model.call();
  call.text("Hello");
  call.finish();
  const { status, body } = await waiting;
  assert.equal(status, 200);
  assert.deepEqual(Object.keys(body).sort(), ["agents", "messages", "reason", "stream_id", "turn_id"]);
  assert.deepEqual([body.reason, body.agents], ["completed", [{ agent: "Hanna", outcome: "replied" }]]);
  assert.equal(body.messages.length, 1);
  const { sender, role, content, reason } = body.messages[0];
  assert.deepEqual([sender, role, content, reason], ["Hanna", "assistant", "Hello", "stop"]);
  assert.equal(app.worlds.counts().subscriptions, 0);
});

test("a turn is resumed, read, looked at and stopped under its world, and under no other", async (t) => {
  const { url, model } = await drivenServer(t);
  const stream = await chat(url);
  const call = await model.call();
  call.text("Hel");
  const events = await stream.take(3);
  const id = events[0]?.id.split(".")[0];
  const lastEventId = events[1]?.id ?? "";

  for (const method of ["GET", "POST"]) {
    const resumed = await openStream(`${url}/worlds/Default/chat`, {
      method,
      headers: { "last-event-id": lastEventId },
    });
    assert.deepEqual((await resumed.take(1))[0], events[2]);
    resumed.cut();
  }
  const read = await openStream(`${url}/worlds/default/chat/${id}?starting_after=1`);
  assert.deepEqual(await read.take(2), events.slice(1));
  read.cut();

  const json = { headers: { accept: "application/json" } };
  const looked = await requestJson(`${url}/worlds/default/chat/${id}`, json);
  assert.deepEqual(
    [looked.body.kind, looked.body.status, looked.body.messages[0].content],
    ["world", "running", "Hel"],
  );

  await requestJson(`${url}/worlds`, { body: { name: "other" } });
  assertProblem(await requestJson(`${url}/worlds/other/chat/${id}`, json), "stream_not_found");
  assertProblem(await requestJson(`${url}/chat/streaming/${id}`, json), "stream_not_found");
  assertProblem(await requestJson(`${url}/worlds/nowhere/chat/unknown`, json), "world_not_found");
  assertProblem(await requestJson(`${url}/worlds/default/chat`), "invalid_cursor", /Last-Event-ID/);

  const stopped = await requestJson(`${url}/worlds/default/chat/${id}`, { method: "DELETE" });
  assert.deepEqual([stopped.status, stopped.body.status, stopped.body.reason], [200, "cancelled", "cancelled"]);
  assert.ok(call.isCancelled);
  assert.equal((await stream.rest()).at(-1)?.type, "done");
  const again = await requestJson(`${url}/worlds/default/chat`, {
    headers: { "last-event-id": stream.events.at(-1)?.id ?? "" },
  });
  assert.equal(again.status, 204);
});

test("the feed tells what is published in a world, by turn, and is resumed", async (t) => {
  const { app, url, model } = await drivenServer(t);
  const feed = await openStream(`${url}/worlds/default/events`);
  const [start] = await feed.take(1);
  assert.ok(start?.type === "start");
  assert.deepEqual([start.kind, start.world], ["feed", "default"]);
  const published = await requestJson(`${url}/worlds/default/messages`, { body: { message: "Hi", sender: "Ada" } });
  assert.equal(published.status, 202);
  const call = await model.call();
  call.text("Hello");
  call.finish();
  await until(() => feed.events.at(-1)?.type === "done", "the end of the turn");
  const events = await feed.take(feed.events.length - 1);
  for (const event of events) {
    assert.equal("turn_id" in event && event.turn_id, published.body.turn_id);
    assert.ok(!("stream_id" in event));
  }
  const message = events.find(({ type }) => type === "message");
  assert.ok(message?.type === "message");
  assert.deepEqual([message.message_id, message.sender], [published.body.message_id, "Ada"]);
  assert.equal(textOf(events), "Hello");
  assert.equal(app.worlds.counts().feedReaders, 1);
  feed.cut();
  await until(() => app.worlds.counts().feedReaders === 0, "nobody");
  const resumed = await openStream(`${url}/worlds/default/events`, { headers: { "last-event-id": start.id } });
  assert.deepEqual(await resumed.take(events.length), events);
  resumed.cut();
});

test("POST /worlds/{world}/messages adds to a turn, once for a key", async (t) => {
  const { url, model, clock } = await drivenServer(t);
  const stream = await chat(url);
  const call = await model.call();
  const [start] = await stream.take(1);
  assert.ok(start?.type === "start");
  const outgoing = {
    body: { message: "Wait", mentions: [], turn_id: start.turn_id },
    headers: { "idempotency-key": "k" },
  };
  const first = await requestJson(`${url}/worlds/default/messages`, outgoing);
  const second = await requestJson(`${url}/worlds/DEFAULT/messages`, outgoing);
  assert.deepEqual([first.status, second.status], [202, 202]);
  assert.deepEqual(second.body, first.body);
  assert.deepEqual([first.headers["idempotent-replayed"], second.headers["idempotent-replayed"]], [undefined, "true"]);
  assert.equal(first.body.turn_id, start.turn_id);
  call.finish();
  // Somebody outside took part, and may say more for so long.
  await until(() => clock.pending() > 0 && stream.events.length > 1, "the message");
  clock.advance(2000);
  const added = (await stream.rest()).filter(({ type }) => type === "message");
  assert.deepEqual(
    added.map((event) => "message_id" in event && event.message_id),
    [first.body.message_id],
  );
  const { headers: _headers, ...unkeyed } = outgoing;
  assertProblem(await requestJson(`${url}/worlds/default/messages`, unkeyed), "turn_ended");
});

test("POST /worlds/{world}/route says who would be woken, and wakes nobody", async (t) => {
  const { url, model } = await drivenServer(t);
  const { status, body } = await requestJson(`${url}/worlds/default/route`, { body: { message: "@otto, @Nobody?" } });
  assert.equal(status, 200);
  assert.deepEqual(body, { agents: [{ agent: "Otto", why: "mentioned" }], unknown: ["Nobody"] });
  assert.equal(model.calls.length, 0);
});

test("worlds and agents are listed, made, read, changed and deleted", async (t) => {
  const { url } = await drivenServer(t);
  const made = await requestJson(`${url}/v1/worlds`, { body: { name: "Den", turn_limit: 2 } });
  assert.deepEqual([made.status, made.headers.location], [201, "/v1/worlds/Den"]);
  assert.deepEqual(made.body, { name: "Den", turn_limit: 2, respond: "everyone", memory: true });
  assertProblem(await requestJson(`${url}/worlds`, { body: { name: "den" } }), "world_exists");
  const agent = await requestJson(`${url}/worlds/den/agents`, { body: { name: "Vera", instructions: "Doubt." } });
  assert.deepEqual([agent.status, agent.headers.location], [201, "/worlds/Den/agents/Vera"]);
  const patched = await requestJson(`${url}/worlds/den/agents/vera`, { method: "PATCH", body: { streaming: false } });
  const vera = { name: "Vera", instructions: "Doubt.", streaming: false };
  assert.deepEqual([patched.status, patched.body], [200, vera]);
  assert.deepEqual((await requestJson(`${url}/worlds/den/agents`)).body, { agents: [vera] });
  assert.deepEqual((await requestJson(`${url}/worlds/den/agents/VERA`)).body, vera);
  const changed = await requestJson(`${url}/worlds/den`, { method: "PATCH", body: { turn_limit: null } });
  assert.deepEqual([changed.status, changed.body.turn_limit], [200, 5]);
  assert.deepEqual((await requestJson(`${url}/worlds/DEN`)).body, { ...changed.body, agents: [vera] });
  const names = (await requestJson(`${url}/worlds`)).body.worlds.map(({ name }: { name: string }) => name);
  assert.deepEqual(names, ["default", "Den"]);
  for (const path of ["agents/vera", ""]) {
    const gone = await requestJson(`${url}/worlds/den/${path}`.replace(/\/$/, ""), { method: "DELETE" });
    assert.deepEqual([gone.status, gone.text], [204, ""]);
  }
  assertProblem(await requestJson(`${url}/worlds/den`), "world_not_found");
  assertProblem(await requestJson(`${url}/worlds/de%20n`), "invalid_world_name");
});

test("R-DOOR where editing is not allowed nothing changes, and no instructions are told", async (t) => {
  const { url } = await drivenServer(t);
  const headers = { "x-forwarded-for": "192.0.2.1" };
  assertProblem(await requestJson(`${url}/worlds`, { body: "no JSON", headers }), "editing_disabled");
  for (const method of ["PATCH", "DELETE"]) {
    assertProblem(await requestJson(`${url}/worlds/default/agents/otto`, { method, headers }), "editing_disabled");
  }
  for (const path of ["", "/agents", "/agents/otto"]) {
    assert.match((await requestJson(`${url}/worlds/default${path}`)).text, /an optimist/);
    const { status, text } = await requestJson(`${url}/worlds/default${path}`, { headers });
    assert.equal(status, 200);
    assert.match(text, /Otto/);
    assert.doesNotMatch(text, /instructions|an optimist/);
  }
});

test("R-SUBSCRIBE a subscription that fails refuses the request before anything is published", async (t) => {
  const subscribeWorld = () => Promise.reject(new Error("SECRET"));
  const { app, url, model } = await drivenServer(t, {}, { subscribeWorld });
  assertProblem(await requestJson(`${url}/worlds/default/chat`, { body: { message: "Hi" } }), "subscription_failed");
  assert.equal(model.calls.length, 0);
  assert.equal(app.shelf.counts().kept, 0);
  assert.match(JSON.stringify(app.logs), /SECRET/);
});

test("R-SUBSCRIBE a subscription that takes over 5 s is refused, and let go of when it comes", async (t) => {
  const { promise, resolve } = Promise.withResolvers<void>();
  let released = 0;
  const { app, url, clock } = await drivenServer(
    t,
    {},
    {
      async subscribeWorld(name, client) {
        await promise;
        const subscription = await app.worlds.subscribeWorld(name, client);
        return { ...subscription, release: () => void released++ };
      },
    },
  );
  const pending = clock.pending();
  const refused = requestJson(`${url}/worlds/default/chat`, { body: { message: "Hi" } });
  await until(() => clock.pending() > pending, "the limit");
  clock.advance(5000);
  assertProblem(await refused, "subscription_failed");
  resolve();
  await until(() => released === 1, "the release");
});

test("R-SUBSCRIBE whoever takes events alone is refused with an event of the same status", async (t) => {
  const { url } = await drivenServer(t);
  const refusals: [string, unknown, number, string][] = [
    ["no_such", { message: "Hi" }, 404, "world_not_found"],
    ["b%20d", { message: "Hi" }, 400, "invalid_world_name"],
    ["default", {}, 400, "message_required"],
    ["default", "{", 400, "invalid_json"],
    ["default", { message: "Hi", sender: "hanna" }, 400, "invalid_sender"],
  ];
  for (const [world, body, status, code] of refusals) {
    const outgoing = { body, headers: { accept: "text/event-stream" } };
    const answer = await requestJson(`${url}/worlds/${world}/chat`, outgoing);
    assert.deepEqual([answer.status, answer.headers["content-type"]], [status, "text/event-stream"]);
    const [, data = ""] = /^event: error\ndata: (\{.*\})\n\n$/.exec(answer.text) ?? [];
    assert.equal(JSON.parse(data).error_code, code);
    const asJson = await requestJson(`${url}/worlds/${world}/chat`, { body });
    assert.deepEqual([asJson.status, asJson.body.error_code], [status, code]);
  }
});

test("R-SUBSCRIBE what is refused before the path is served comes as an event, too, but on no other path", async (t) => {
  const { url } = await drivenServer(t, { CHATWAIT_RATE_LIMIT: "1" });
  const ask = (path: string, body: unknown, headers: Record<string, string> = {}) =>
    requestJson(`${url}${path}`, { body, headers: { accept: "text/event-stream", ...headers } });
  const hi = { message: "Hi" };
  await ask("/worlds/default/messages", hi, { accept: "application/json" });
  const refusals = [
    await ask("/worlds/default/chat", hi, { origin: "https://elsewhere.example" }),
    await ask("/worlds/default/chat", hi, { host: "elsewhere.example" }),
    await ask("/worlds/default/chat", "x".repeat(2 ** 20 + 1)),
    await ask("/worlds/default/chat", "hi", { "content-type": "text/plain" }),
    await ask("/worlds/default/chat", hi, { "last-event-id": "x" }),
    await ask("/v1/worlds/default/chat", hi, { "last-event-id": "abc.0.1" }),
    await ask("/v1/worlds/default/chat", hi),
  ];
  const codes = refusals.map(({ headers, text }) => {
    assert.equal(headers["content-type"], "text/event-stream");
    return JSON.parse(/^event: error\ndata: (\{.*\})\n\n$/.exec(text)?.[1] ?? "{}").error_code;
  });
  assert.deepEqual(codes, [
    ...["origin_not_allowed", "host_not_allowed", "payload_too_large", "unsupported_media_type"],
    ...["invalid_cursor", "stream_not_found", "rate_limited"],
  ]);
  assert.match(String(refusals.at(-1)?.headers["retry-after"]), /^\d+$/);
  assertProblem(await ask("/worlds/default/messages", hi), "not_acceptable");
  assertProblem(await ask("/chat/streaming", {}), "message_required");
});

test("R-SUBSCRIBE a client that leaves while its world is subscribed to has published nothing", async (t) => {
  const { promise, resolve } = Promise.withResolvers<void>();
  const asked = Promise.withResolvers<void>();
  const released = Promise.withResolvers<void>();
  const { app, url, model, clock } = await drivenServer(
    t,
    {},
    {
      async subscribeWorld(name, client) {
        asked.resolve();
        await promise;
        const { world, release } = await app.worlds.subscribeWorld(name, client);
        return {
          world,
          release() {
            release();
            released.resolve();
          },
        };
      },
    },
  );
  const pending = clock.pending();
  const leaving = new AbortController();
  const left = requestJson(`${url}/worlds/default/chat`, { body: { message: "Hi" }, signal: leaving.signal });
  await asked.promise;
  leaving.abort();
  await assert.rejects(left);
  await until(() => clock.pending() === pending, "the limit is let go of");
  resolve();
  await released.promise;
  assert.deepEqual([model.calls.length, app.shelf.counts().kept, app.worlds.counts().rooms], [0, 0, 0]);
});

test("R-SUBSCRIBE a message that cannot be published ends the stream, or the request, with publish_failed", async (t) => {
  const { app, url, readers } = await drivenServer(t, {}, { publish: () => Promise.reject(new Error("SECRET")) });
  const events = await (await chat(url)).rest();
  assert.deepEqual(
    events.map(({ type }) => type),
    ["start", "error"],
  );
  assert.ok(events[1]?.type === "error");
  assert.equal(events[1].error_code, "publish_failed");
  const waited = await requestJson(`${url}/worlds/default/chat`, {
    body: { message: "Hi" },
    headers: { accept: "application/json" },
  });
  assertProblem(waited, "publish_failed");
  assert.match(waited.body.stream_id, /^\w{22}$/);
  await readers(0);
  assert.equal(app.worlds.counts().subscriptions, 0);
});
