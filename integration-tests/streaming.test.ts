import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { offer } from "../testing/app.ts";
import { drivenServer, serverFor } from "../testing/driven-server.ts";
import { hostileTexts, startModelServer, tokens } from "../testing/model-server.ts";
import { instantModel, type ScriptedFinish } from "../testing/scripted-model.ts";
import { openStream, requestJson, startStream, textOf } from "../testing/sse-client.ts";

const answering = (texts: readonly string[], finish?: ScriptedFinish) => [
  offer("test:instant", instantModel(texts, finish)),
];

for (const version of ["", "/v1"]) {
  test(`${version}/chat/streaming has the headers of an event stream, and is never compressed`, async (t) => {
    const app = await serverFor(t, { models: answering(["Hello ".repeat(1000)]) });
    const stream = await openStream(`${app.url}${version}/chat/streaming`, {
      body: { message: "Hi" },
      headers: { "accept-encoding": "gzip, deflate, br, zstd" },
    });
    const [start] = await stream.take(1);
    assert.ok(start?.type === "start");
    assert.equal(stream.headers["content-type"], "text/event-stream");
    assert.equal(stream.headers["cache-control"], "no-cache, no-transform");
    assert.equal(stream.headers["x-accel-buffering"], "no");
    assert.equal(stream.headers["content-location"], `${version}/chat/streaming/${start.stream_id}`);
    assert.equal(stream.headers["content-encoding"], undefined);
    await stream.rest();
    assert.match(stream.text, /Hello Hello/);
  });
}

test("R-PRIME: retry and start with its id come before the model says anything", async (t) => {
  const { url, model } = await drivenServer(t);
  const stream = await startStream(url, { message: "Hi" });
  const [start] = await stream.take(1);
  assert.ok(start?.type === "start");
  assert.equal(stream.retry, 1000);
  assert.ok(stream.text.startsWith(`retry: 1000\n\nid: ${start.stream_id}.0.1\nevent: start\ndata: {`), stream.text);
  assert.match(start.id, /^[A-Za-z0-9.]{1,64}$/);
  assert.match(start.stream_id ?? "", /^[A-Za-z0-9]{22,40}$/);
  assert.equal(stream.events.length, 1);
  (await model.call()).finish();
  await stream.rest();
});

test("a whole answer is start, message_start, its tokens, message_end and done", async (t) => {
  const app = await serverFor(t, { models: answering(["Hel", "lo"], { usage: { input: 5, output: 2 } }) });
  const stream = await startStream(app.url, { message: "Hi" });
  const events = await stream.rest();
  const [start, begin, , , end] = events;
  assert.ok(start?.type === "start" && begin?.type === "message_start" && end?.type === "message_end");
  const { stream_id, created_at } = start;
  const { message_id } = begin;
  const usage = { input_tokens: 5, output_tokens: 2 };
  const sender = "assistant";
  const id = (seq: number) => `${stream_id}.0.${seq}`;
  assert.deepEqual(events, [
    { id: id(1), type: "start", seq: 1, stream_id, kind: "chat", created_at, model: "test:instant" },
    { id: id(2), type: "message_start", seq: 2, message_id, sender, role: "assistant" },
    { id: id(3), type: "token", seq: 3, message_id, text: "Hel" },
    { id: id(4), type: "token", seq: 4, message_id, text: "lo" },
    {
      ...{ id: id(5), type: "message_end", seq: 5, message_id, sender, content: "Hello" },
      ...{ timestamp: end.timestamp, reason: "stop", usage },
    },
    { id: id(6), type: "done", seq: 6, reason: "stop", usage },
  ]);
  for (const time of [created_at, end.timestamp]) assert.match(time, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/);
  assert.equal(await stream.closed, "end");
});

test("R-TOKEN: each token arrives before the next is said", async (t) => {
  const { url, model } = await drivenServer(t);
  const stream = await startStream(url, { message: "Hi" });
  const call = await model.call();
  call.text("0 ");
  await stream.take(3);
  for (let n = 1; n < 100; n++) {
    call.text(`${n} `);
    const event = await stream.next();
    assert.ok(event?.type === "token" && event.text === `${n} `, JSON.stringify(event));
  }
  call.finish();
  await stream.rest();
});

test("R-TOKEN: each token of a model behind HTTP arrives before the next is said", async (t) => {
  const upstream = await startModelServer(() => {});
  t.after(() => upstream.close());
  const app = await serverFor(t, {
    env: { CHATWAIT_MODEL: "openai-compatible:m", CHATWAIT_BASE_URL: upstream.url },
  });
  const stream = await startStream(app.url, { message: "Hi" });
  const call = await upstream.call();
  call.push("0 ");
  await stream.take(3);
  for (let n = 1; n < 50; n++) {
    call.push(`${n} `);
    const event = await stream.next();
    assert.ok(event?.type === "token" && event.text === `${n} `, JSON.stringify(event));
  }
  call.finish();
  assert.equal((await stream.rest()).at(-1)?.type, "done");
});

test("R-TOKEN: tokens that come at once stay events of their own", async (t) => {
  const app = await serverFor(t, { models: answering(["a", "b", "c", "a", "b", "c"]) });
  const events = await (await startStream(app.url, { message: "Hi" })).rest();
  const texts = events.flatMap((event) => (event.type === "token" ? [event.text] : []));
  assert.deepEqual(texts, ["a", "b", "c", "a", "b", "c"]);
});

/** Cuts a text after each of these UTF-16 units. */
function cutAt(text: string, units: readonly number[]) {
  const places = [0, ...new Set(units.map((unit) => unit % (text.length + 1)))].sort((a, b) => a - b);
  return places.map((place, index) => text.slice(place, places[index + 1] ?? text.length));
}

test("R-TEXT, R-SEQ, R-ONE: however a model splits its text, it comes out whole, and no surrogate pair is split", async (t) => {
  const { url, model } = await drivenServer(t);
  const text = fc.string({ unit: "grapheme", minLength: 1, maxLength: 40 });
  const property = fc.asyncProperty(text, fc.array(fc.nat(200), { maxLength: 20 }), async (whole, units) => {
    const stream = await startStream(url, { message: "Hi" });
    const call = await model.call(model.calls.length - 1);
    call.text(...cutAt(whole, units));
    call.finish();
    const events = await stream.rest();
    const end = events.at(-2);
    assert.ok(end?.type === "message_end");
    assert.deepEqual([textOf(events), end.content], [whole, whole]);
    for (const event of events) if (event.type === "token") assert.ok(event.text.isWellFormed(), event.text);
    assert.deepEqual(
      events.map(({ seq }) => seq),
      events.map((_, index) => index + 1),
    );
    const terminals = events.filter(({ type }) => type === "done" || type === "error");
    assert.deepEqual(terminals, [events.at(-1)]);
  });
  const pair = "👩‍🚀";
  const split: [string, number[]] = [pair, [...pair].map((_, index) => index).concat(1, 2, 3, 4)];
  await fc.assert(property, { numRuns: 100, examples: [split] });
});

test("R-TEXT: half a surrogate pair at the end of an answer is kept, for it was said", async (t) => {
  const app = await serverFor(t, { models: answering(["a", "\ud83d"]) });
  const events = await (await startStream(app.url, { message: "Hi" })).rest();
  const { body } = await requestJson(`${app.url}/chat/wait`, { body: { message: "Hi" } });
  assert.deepEqual([textOf(events), body.message.content], ["a\ud83d", "a\ud83d"]);
});

for (const hostile of [...hostileTexts, "\r", "\n", "\r\n", "\n\ndata: x\n\n", "\nid: 1\n", "\nretry: 1\n", ": ping"]) {
  test(`R-INJECT: ${JSON.stringify(hostile)} breaks no frame, whether said or asked with`, async (t) => {
    const app = await serverFor(t, { models: answering([hostile, `${hostile}${hostile}`, "end"]) });
    const stream = await startStream(app.url, { message: `Say ${hostile}` });
    const events = await stream.rest();
    assert.equal(textOf(events), `${hostile.repeat(3)}end`);
    assert.deepEqual(
      events.map(({ type }) => type),
      ["start", "message_start", "token", "token", "token", "message_end", "done"],
    );
    for (const line of stream.text.split("\n")) assert.match(line, /^(retry: 1000|id: \S+|event: \w+|data: \{.*\}|)$/);
    assert.doesNotMatch(stream.text, /[\0\r\u0085\u2028\u2029]/);
    assert.deepEqual(stream.comments, []);
  });
}

test("R-INJECT: hostile text of a model behind HTTP arrives as it was said", async (t) => {
  const upstream = await startModelServer(tokens(hostileTexts));
  t.after(() => upstream.close());
  const app = await serverFor(t, {
    env: { CHATWAIT_MODEL: "openai-compatible:m", CHATWAIT_BASE_URL: upstream.url },
  });
  const events = await (await startStream(app.url, { message: "Hi" })).rest();
  const { body } = await requestJson(`${app.url}/chat/wait`, { body: { message: "Hi" } });
  assert.deepEqual([textOf(events), body.message.content], [hostileTexts.join(""), hostileTexts.join("")]);
});

test("R-BEAT: a comment whenever nothing was sent for 10 s", async (t) => {
  const { url, clock, model } = await drivenServer(t);
  const stream = await startStream(url, { message: "Hi" });
  const call = await model.call();
  const commentsBefore = async (text: string) => {
    call.text(text);
    while ((await stream.next())?.type !== "token");
    return stream.comments.length;
  };
  clock.advance(9_999);
  assert.equal(await commentsBefore("a"), 0);
  clock.advance(9_999);
  assert.equal(await commentsBefore("b"), 0, "what was sent begins the 10 s anew");
  clock.advance(10_000);
  await stream.comment();
  assert.equal(await commentsBefore("c"), 1);
  clock.advance(20_000);
  assert.equal(await commentsBefore("d"), 3);
  assert.deepEqual(new Set(stream.comments), new Set(["ping"]));
  assert.ok(stream.text.includes("\n\n: ping\n\n"));
  call.finish();
  await stream.rest();
});

test("R-BEAT: the 10 s are CHATWAIT_HEARTBEAT_MS", async (t) => {
  const { url, clock, model } = await drivenServer(t, { CHATWAIT_HEARTBEAT_MS: "700" });
  const stream = await startStream(url, { message: "Hi" });
  await stream.take(1);
  clock.advance(2_100);
  await stream.comment(3);
  (await model.call()).finish();
  await stream.rest();
  assert.equal(stream.comments.length, 3);
});

test("a model that reasons gives one thinking notice, and what it thinks is not sent", async (t) => {
  const { url, model } = await drivenServer(t);
  const stream = await startStream(url, { message: "Hi" });
  await stream.take(1);
  const call = await model.call();
  call.reasoning("SECRET one");
  const [notice] = await stream.take(1);
  assert.ok(notice?.type === "system" && notice.code === "thinking", "before the first token");
  call.reasoning("SECRET two");
  call.text("Hello");
  call.reasoning("SECRET three");
  call.finish();
  const events = await stream.rest();
  assert.deepEqual(
    events.map(({ type }) => type),
    ["message_start", "token", "message_end", "done"],
  );
  assert.doesNotMatch(stream.text, /SECRET/);
});

test("a browser's EventSource starts a chat by GET with ?message=, without a context", async (t) => {
  const { url, model } = await drivenServer(t);
  const query = new URLSearchParams({ message: "Was ist 2 + 2? 😀 & so", context: "x", t: "123" });
  const stream = await openStream(`${url}/chat/streaming?${query}`, { headers: { accept: "text/event-stream" } });
  const call = await model.call();
  const asked = { role: "user", content: [{ type: "text", text: "Was ist 2 + 2? 😀 & so" }] };
  assert.deepEqual(call.options.prompt, [asked]);
  call.text("4");
  call.finish();
  assert.equal(textOf(await stream.rest()), "4");
});

for (const query of ["", "?message=", "?message=%20%0A"]) {
  test(`GET /chat/streaming${query} is refused: it says nothing`, async (t) => {
    const { url, model } = await drivenServer(t);
    const { status, body } = await requestJson(`${url}/chat/streaming${query}`);
    assert.deepEqual([status, body.error_code], [400, "message_required"]);
    assert.equal(model.calls.length, 0);
  });
}

test("two messages in one query are refused: which one is meant is not guessed", async (t) => {
  const { url, model } = await drivenServer(t);
  const { status, body } = await requestJson(`${url}/chat/streaming?message=a&message=b`);
  assert.deepEqual([status, body.error_code], [400, "invalid_request"]);
  assert.equal(model.calls.length, 0);
});

test("several clients read one stream, each all of it", async (t) => {
  const { url, model, readers } = await drivenServer(t);
  const first = await startStream(url, { message: "Hi" });
  const [start] = await first.take(1);
  assert.ok(start?.type === "start");
  const call = await model.call();
  call.text("one ");
  const path = `${url}/chat/streaming/${start.stream_id}`;
  const others = await Promise.all(Array.from({ length: 5 }, () => openStream(path)));
  call.text("two ");
  others[0]?.cut();
  await readers(5);
  call.text("three");
  call.finish();
  const whole = [start, ...(await first.rest())];
  for (const other of others.slice(1)) assert.deepEqual(await other.rest(), whole);
  assert.equal(textOf(whole), "one two three");
  assert.equal(model.calls.length, 1);
});
