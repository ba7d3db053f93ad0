import assert from "node:assert/strict";
import { test } from "node:test";
import { type ErrorCode, statusOf } from "../src/protocol/errors.ts";
import { assertProblem } from "../testing/problem.ts";
import { type JsonAnswer, type Outgoing, requestJson } from "../testing/sse-client.ts";
import { WORLD, type WorldApp, worldApp } from "../testing/world-app.ts";

// A message that is wrong is refused before anything is published, and by each path that takes one in the same words.

type Fault = [name: string, body: unknown, code: ErrorCode, says: RegExp];

const said = (fields: object) => ({ message: "Hi", ...fields });
const remembered = (...messages: unknown[]) => said({ context: { messages } });

/** On each path that takes a message. */
const anywhere: Fault[] = [
  ["JSON that stops too early", '{"message": "Hi"', "invalid_json", /not valid JSON/],
  ["an array", [1], "invalid_request", /must be a JSON object like .*, not an array of 1/],
  ["no body", "", "message_required", /"message" is missing\. Send JSON like/],
  ["no message", {}, "message_required", /"message" is missing/],
  ["a message that is null", { message: null }, "message_required", /"message" is missing/],
  ["a blank message", { message: " \n\u3000" }, "message_required", /blank/],
  ["a message that is a number", { message: 7 }, "invalid_request", /"message" must be a string, not 7/],
  ["a long message", { message: "x".repeat(32_001) }, "message_too_long", /32001 characters; at most 32000/],
  ["a misspelt field", { mesage: "Hi" }, "invalid_request", /Did you mean "message"\?/],
  ["a deep body", `{"message":${"[".repeat(40)}${"]".repeat(40)}}`, "invalid_request", /deeper than 32 levels/],
  ["a body of over 1 MiB", { message: "x".repeat(2 ** 20) }, "payload_too_large", /larger than 1 MiB/],
  ["a model", said({ model: "test:Vera" }), "invalid_request", /Unknown field "model"/],
  ["an empty sender", said({ sender: "" }), "invalid_sender", /blank/],
  ["a blank sender", said({ sender: " \t" }), "invalid_sender", /blank/],
  ["a sender of 65 characters", said({ sender: "x".repeat(65) }), "invalid_sender", /65 characters; at most 64/],
  ["a sender that rings", said({ sender: "Ada\u0007" }), "invalid_sender", /control characters/],
  ["a sender on two lines", said({ sender: "Ada\nVera" }), "invalid_sender", /control characters/],
  ["a sender that turns text around", said({ sender: "\u202eadA" }), "invalid_sender", /control characters/],
  ["an agent's name", said({ sender: "Vera" }), "invalid_sender", /"Vera" is an agent/],
  ["an agent's name in other letters", said({ sender: "vERA" }), "invalid_sender", /"Vera" is an agent/],
  ["an agent's name in wide letters", said({ sender: "\uff36era" }), "invalid_sender", /"Vera" is an agent/],
  ["an agent's name within spaces", said({ sender: "  otto " }), "invalid_sender", /"Otto" is an agent/],
  ["a sender that is a number", said({ sender: 7 }), "invalid_request", /"sender" must be a string, not 7/],
  ["mentions that are a name", said({ mentions: "Vera" }), "invalid_request", /"mentions" must be an array/],
  ["mentions of numbers", said({ mentions: [1] }), "invalid_request", /"mentions\[0\]" must be a string, not 1/],
  ["51 mentions", said({ mentions: Array(51).fill("Vera") }), "invalid_request", /51 entries; at most 50/],
];

const chatOnly: Fault[] = [
  ["a turn", said({ turn_id: "x" }), "invalid_request", /Unknown field "turn_id"/],
  ["a hasty on_disconnect", said({ on_disconnect: "stop" }), "invalid_request", /"continue" or "cancel"/],
  ["a misspelt field within", said({ context: { mesages: [] } }), "invalid_request", /"mesages" in "context"/],
  ["a role that is none", remembered({ role: "system", content: "x" }), "invalid_request", /\[0\]\.role.*"user" or/],
  ["a blank message of a user", remembered({ role: "user", content: " " }), "invalid_request", /assistant's message/],
  ["a blank sender within", remembered({ role: "user", content: "x", sender: " " }), "invalid_request", /blank/],
  ["a long sender within", remembered({ role: "user", content: "x", sender: "x".repeat(65) }), "invalid_request", /64/],
  ["201 messages", remembered(...Array(201).fill({ role: "user", content: "x" })), "invalid_request", /at most 200/],
];

const messageOnly: Fault[] = [
  ["a context", remembered(), "invalid_request", /Unknown field "context"/],
  ["an empty turn_id", said({ turn_id: "" }), "invalid_request", /"turn_id" must be at least 1/],
  ["no turn", said({ turn_id: "nowhere" }), "turn_not_found", /no such turn in this world/],
];

const PATHS = { "/chat": chatOnly, "/messages": messageOnly, "/route": [] };

async function assertNothingHappened({ app, voice }: WorldApp) {
  assert.equal(app.shelf.counts().kept, 0);
  assert.deepEqual([voice("Vera").calls.length, voice("Otto").calls.length], [0, 0]);
  const { subscriptions, turns, timers } = app.worlds.counts();
  assert.deepEqual({ subscriptions, turns, timers }, { subscriptions: 0, turns: 0, timers: 0 });
}

for (const [path, own] of Object.entries(PATHS)) {
  test(`R-SUBSCRIBE R-SENDER each bad message to ${path} is refused, and neither published nor answered`, async (t) => {
    const world = await worldApp(t);
    const seen = await world.app.worlds.feed(WORLD);
    const before = seen.lastSeq;
    for (const prefix of ["", "/v1"]) {
      for (const [name, body, code, says] of [...anywhere, ...own]) {
        await t.test(`${name}: ${prefix}${path} is ${code}`, async () => {
          assertProblem(await requestJson(`${world.url}${prefix}/worlds/${WORLD}${path}`, { body }), code, says);
        });
      }
    }
    assert.equal(seen.lastSeq, before, "nothing in the feed");
    await assertNothingHappened(world);
  });
}

/** A refusal as one frame of an event stream. */
function assertRefusedWithEvent({ status, headers, text }: JsonAnswer, code: ErrorCode) {
  assert.deepEqual([status, headers["content-type"]], [statusOf(code), "text/event-stream"]);
  const [, data] = /^event: error\ndata: (\{.*\})\n\n$/.exec(text) ?? [];
  assert.ok(data, text);
  const body = JSON.parse(data);
  assertProblem({ status, headers: { ...headers, "content-type": "application/json; charset=utf-8" }, body }, code);
}

const events = { accept: "text/event-stream" };
const refusals: [name: string, path: string, outgoing: Outgoing, code: ErrorCode][] = [
  ...[...anywhere, ...chatOnly].map(([name, body, code]): [string, string, Outgoing, ErrorCode] => [
    name,
    `/worlds/${WORLD}/chat`,
    { body },
    code,
  ]),
  ["no world", "/worlds/nowhere/chat", { body: said({}) }, "world_not_found"],
  ["a bad name", "/worlds/b%20d/chat", { body: said({}) }, "invalid_world_name"],
  [
    "no JSON",
    `/worlds/${WORLD}/chat`,
    { body: "x", headers: { "content-type": "text/plain" } },
    "unsupported_media_type",
  ],
  [
    "a foreign page",
    `/worlds/${WORLD}/chat`,
    { body: said({}), headers: { origin: "https://a.example" } },
    "origin_not_allowed",
  ],
  [
    "an empty key",
    `/worlds/${WORLD}/chat`,
    { body: said({}), headers: { "idempotency-key": "" } },
    "invalid_idempotency_key",
  ],
];

test("R-SUBSCRIBE whoever takes text/event-stream alone is refused with one event of the same status and code", async (t) => {
  const world = await worldApp(t);
  for (const [name, path, { headers, ...outgoing }, code] of refusals) {
    await t.test(`${name} is ${code}`, async () => {
      const alone = await requestJson(world.url + path, { ...outgoing, headers: { ...headers, ...events } });
      assertRefusedWithEvent(alone, code);
      for (const accept of ["text/event-stream, application/json", "text/event-stream, */*", "*/*"]) {
        const either = await requestJson(world.url + path, { ...outgoing, headers: { ...headers, accept } });
        assertProblem(either, code);
      }
    });
  }
  await assertNothingHappened(world);
});

for (const path of ["/messages", "/route"]) {
  test(`R-SUBSCRIBE ${path} gives no events, so whoever takes them alone is told so as JSON`, async (t) => {
    const world = await worldApp(t);
    assertProblem(await requestJson(world.at(path), { body: said({}), headers: events }), "not_acceptable", /json/);
    await assertNothingHappened(world);
  });
}

test("R-SENDER names near an agent's are a person's own, also with case and accents", async (t) => {
  const { publish } = await worldApp(t);
  for (const sender of ["HUMAN", "Vera2", "Véra", "Ver a", "ada", "👩‍🚀", "x".repeat(64), null]) {
    assert.equal((await publish({ message: "Hi", mentions: [], sender })).status, 202, String(sender));
  }
});

test("a message to a turn that has ended, or that another world takes, is refused", async (t) => {
  const world = await worldApp(t);
  await world.addWorld("other");
  const { stream, turnId } = await world.chat({ message: "Hi", mentions: ["Vera"] });
  const add = (name: string) => world.publish({ message: "More", turn_id: turnId }, { world: name });
  assertProblem(await add("other"), "turn_not_found", /no such turn in this world/);
  await world.says("Vera", 0, "Hello");
  await stream.rest();
  assertProblem(await add(WORLD), "turn_ended", /without turn_id/);
  assertProblem(await add("other"), "turn_not_found");
  world.clock.advance(3_600_000);
  assertProblem(await add(WORLD), "turn_not_found");
  assert.equal(world.voice("Otto").calls.length, 0);
});

test("R-IDEMPOTENT a key with another body is refused, on both paths, and a refused start binds none", async (t) => {
  const world = await worldApp(t);
  for (const [index, send] of [world.chatJson, world.publish].entries()) {
    const headers = { "idempotency-key": `k${index}` };
    assertProblem(await send({ message: "" }, { headers }), "message_required");
    assertProblem(await send({ message: "Hi", sender: "Vera" }, { headers }), "invalid_sender");
    const sending = send({ message: "Hi", mentions: ["Vera"] }, { headers });
    await world.says("Vera", index, "Hello");
    const first = await sending;
    assertProblem(await send({ message: "Ho", mentions: ["Vera"] }, { headers }), "idempotency_key_reused", /new key/);
    const replayed = await send({ mentions: ["Vera"], message: "Hi" }, { headers });
    assert.equal(replayed.headers["idempotent-replayed"], "true");
    assert.deepEqual(replayed.body, first.body);
  }
  assert.equal(world.voice("Vera").calls.length, 2);
  for (const key of ["", "x".repeat(256)]) {
    const refused = await world.publish("Hi", { headers: { "idempotency-key": key } });
    assertProblem(refused, "invalid_idempotency_key", /1 to 255/);
  }
});

test("CHATWAIT_RATE_LIMIT counts world chats and messages together, but neither replays nor routes nor refusals", async (t) => {
  const world = await worldApp(t, { env: { CHATWAIT_RATE_LIMIT: "2" } });
  const quiet = { message: "Hi", mentions: [] };
  const headers = { "idempotency-key": "k" };
  for (let asked = 0; asked < 5; asked++) {
    assert.equal((await requestJson(world.at("/route"), { body: quiet })).status, 200);
    assertProblem(await world.publish({ message: "" }), "message_required");
    assertProblem(await world.publish({ ...quiet, turn_id: "nowhere" }, { world: "nowhere" }), "world_not_found");
  }
  assert.equal((await world.publish(quiet, { headers })).status, 202);
  const { stream } = await world.chat(quiet);
  assertProblem(await world.publish(quiet), "rate_limited", /More than 2 .* Try again in \d+ s/);
  assertProblem(await world.chatJson(quiet), "rate_limited");
  assertRefusedWithEvent(await world.chatJson(quiet, { headers: events }), "rate_limited");
  assertProblem(await requestJson(`${world.url}/chat/wait`, { body: { message: "Hi" } }), "rate_limited");
  assert.equal((await world.publish(quiet, { headers })).headers["idempotent-replayed"], "true");
  world.clock.advance(3000);
  await stream.rest();
});

for (const [name, code] of [
  ["CHATWAIT_MAX_STREAMS", "overloaded"],
  ["CHATWAIT_MAX_READERS", "overloaded"],
] as const) {
  test(`${name}: a turn beyond it is refused in each form, wakes nobody and leaves no subscription`, async (t) => {
    const world = await worldApp(t, { env: { [name]: "1" } });
    const { stream } = await world.chat({ message: "Hi", mentions: ["Vera"] });
    assertProblem(await world.chatJson(), code, /limit/);
    assertRefusedWithEvent(await world.chatJson("Hi", { headers: events }), code);
    assert.equal((await world.publish("Hi")).status, statusOf(code));
    assert.equal(world.voice("Otto").calls.length, 0);
    assert.equal(world.app.worlds.counts().subscriptions, 1);
    await world.says("Vera", 0, "Hello");
    await stream.rest();
    await world.released();
  });
}

test("R-SUBSCRIBE publish_failed is an error event, a 500 in JSON, and wakes and remembers nothing", async (t) => {
  const world = await worldApp(t, { publish: () => Promise.reject(new Error("SECRET")) });
  const feed = await world.feed();
  const { stream, id } = await world.chat("Hi");
  const [error, ...more] = await stream.rest();
  assert.ok(error?.type === "error");
  assert.deepEqual([error.error_code, error.retryable, error.seq, more], ["publish_failed", true, 2, []]);
  const waited = await world.chatJson("Hi");
  assertProblem(waited, "publish_failed");
  assert.match(waited.body.stream_id, /^\w{22}$/);
  assert.notEqual(waited.body.stream_id, id);
  const snapshot = await requestJson(world.at(`/chat/${id}`), { headers: { accept: "application/json" } });
  assert.deepEqual([snapshot.body.status, snapshot.body.error_code], ["failed", "publish_failed"]);
  assert.equal((await world.publish("Hi")).status, 202);
  assert.ok(
    feed.events.every(({ type }) => type !== "message"),
    "nobody was told the message",
  );
  assert.deepEqual([world.voice("Vera").calls.length, world.voice("Otto").calls.length], [0, 0]);
  feed.cut();
  await world.released();
});
