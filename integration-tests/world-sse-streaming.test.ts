import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { anyUnicode } from "../testing/any-unicode.ts";
import { offer } from "../testing/app.ts";
import { hostileTexts, inPieces, startModelServer } from "../testing/model-server.ts";
import { assertProblem } from "../testing/problem.ts";
import { instantModel } from "../testing/scripted-model.ts";
import { openStream, type Received, requestJson, type SseConnection } from "../testing/sse-client.ts";
import { until } from "../testing/until.ts";
import { assertWholeTurn, doneOf, saidIn, typesOf, type WorldApp, worldApp } from "../testing/world-app.ts";

const JSON_ONLY = { accept: "application/json" };

// ---- The first bytes and the frames

for (const version of ["", "/v1"]) {
  test(`R-PRIME ${version}/worlds/{world}/chat: headers, retry and start with its id come before any agent is heard`, async (t) => {
    const server = await worldApp(t);
    const body = { message: "Hi" };
    const headers = { "accept-encoding": "gzip, br" };
    const stream = await openStream(`${server.url}${version}/worlds/kitchen/chat`, { body, headers });
    const [start] = await stream.take(1);
    assert.ok(start?.type === "start");
    const id = start.stream_id ?? "";
    assert.match(id, /^[A-Za-z0-9]{22,40}$/);
    assert.ok(stream.text.startsWith(`retry: 1000\n\nid: ${id}.0.1\nevent: start\ndata: {`), stream.text);
    assert.deepEqual([start.seq, start.kind, start.world], [1, "world", "kitchen"]);
    assert.match(start.created_at, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    assert.equal(new Set([id, start.turn_id, start.message_id]).size, 3);
    assert.equal(stream.events.length, 1);
    const { "content-type": type, "cache-control": cache, "x-accel-buffering": buffering } = stream.headers;
    assert.deepEqual([type, cache, buffering], ["text/event-stream", "no-cache, no-transform", "no"]);
    assert.equal(stream.headers["content-location"], `${version}/worlds/kitchen/chat/${id}`);
    assert.equal(stream.headers["content-encoding"], undefined);
    await Promise.all([server.says("Vera", 0, "Hm."), server.says("Otto", 0, "Yes!")]);
    assertWholeTurn([start, ...(await stream.rest())]);
  });
}

test("R-TOKEN tokens of agents arrive as they are said, under the ids of their messages", async (t) => {
  const { chat, voice, messageId } = await begun(t);
  const [vera, otto] = [await voice("Vera").call(), await voice("Otto").call()];
  const stream = chat;
  const said: [string, string][] = [];
  const next = async () => {
    const event = await stream.next();
    assert.ok(event?.type === "token");
    said.push([event.message_id, event.text]);
  };
  vera.text("H");
  const [veras] = await stream.take(1);
  await next();
  otto.text("Y");
  const [ottos] = await stream.take(1);
  await next();
  for (const text of ["e", "m"]) {
    vera.text(text);
    await next();
    otto.text(text);
    await next();
  }
  assert.ok(veras?.type === "message_start" && ottos?.type === "message_start");
  assert.deepEqual([veras.sender, ottos.sender, veras.role], ["Vera", "Otto", "assistant"]);
  assert.deepEqual([veras.in_reply_to, ottos.in_reply_to], [messageId, messageId]);
  const [v, o] = [veras.message_id, ottos.message_id];
  assert.deepEqual(said, [
    [v, "H"],
    [o, "Y"],
    [v, "e"],
    [o, "e"],
    [v, "m"],
    [o, "m"],
  ]);
  vera.finish({ usage: { input: 3, output: 3 } });
  otto.finish({ reason: "length", usage: { input: 4, output: 5 } });
  const ends = await stream.rest();
  assert.deepEqual(
    ends.map((event) => event.type === "message_end" && [event.message_id, event.content, event.reason, event.usage]),
    [
      [v, "Hem", "stop", { input_tokens: 3, output_tokens: 3 }],
      [o, "Yem", "length", { input_tokens: 4, output_tokens: 5 }],
      false,
    ],
  );
  assert.deepEqual(doneOf(ends).usage, { input_tokens: 7, output_tokens: 8 });
});

/** A turn over which Vera and Otto are about to speak. */
async function begun(t: Parameters<typeof worldApp>[0], options: Parameters<typeof worldApp>[1] = {}) {
  const server = await worldApp(t, options);
  const { stream, start, id, messageId } = await server.chat();
  return { ...server, chat: stream, start, id, messageId };
}

test("an agent that is not streamed is one message event, beside one that streams", async (t) => {
  const agents = ["Vera", { name: "Otto", streaming: false }];
  const { chat, voice, says, messageId } = await begun(t, { agents });
  const otto = await voice("Otto").call();
  otto.text("Yes, ", "and ");
  await says("Vera", 0, "Hm.");
  assert.deepEqual(typesOf(await chat.take(3)), ["message_start", "token", "message_end"]);
  otto.text("more");
  otto.finish();
  const [message, done] = await chat.rest();
  assert.ok(message?.type === "message" && done?.type === "done");
  const { sender, role, content, in_reply_to, timestamp } = message;
  assert.deepEqual([sender, role, content, in_reply_to], ["Otto", "assistant", "Yes, and more", messageId]);
  assert.match(timestamp, /^2026-01-02T03:04:05\.\d{3}Z$/);
});

test("a model that reasons before it speaks is thinking once, and its thoughts are told to nobody", async (t) => {
  const { chat, voice } = await begun(t, { agents: ["Vera"] });
  const call = await voice("Vera").call();
  for (const thought of ["SECRET one", "SECRET two"]) call.reasoning(thought);
  call.text("No.");
  call.reasoning("SECRET three");
  call.finish();
  const events = await chat.rest();
  assert.deepEqual(typesOf(events), ["system", "message_start", "token", "message_end", "done"]);
  assert.ok(events[0]?.type === "system");
  assert.deepEqual([events[0].code, events[0].agent], ["thinking", "Vera"]);
  assert.doesNotMatch(chat.text, /SECRET/);
});

test("R-BEAT a turn and a feed in which nothing happens for 10 s are sent a comment", async (t) => {
  const { chat, clock, feed } = await begun(t);
  const watching = await feed();
  await watching.take(1);
  for (const beats of [1, 2]) {
    clock.advance(10_000);
    // A notice that an agent keeps the room waiting is not nothing.
    if (beats > 1) await chat.comment(1);
    await watching.comment(1);
  }
  watching.cut();
});

test("R-INJECT whatever agents and people say, in whatever pieces it comes, no frame is broken", async (t) => {
  const upstream = await startModelServer(inPieces(hostileTexts, 3));
  t.after(() => upstream.close());
  const env = { CHATWAIT_MODELS: "openai-compatible:m", CHATWAIT_BASE_URL: upstream.url };
  const agents = [
    { name: "Vera", model: "openai-compatible:m" },
    { name: "Otto", model: "openai-compatible:m", streaming: false },
  ];
  const server = await worldApp(t, { agents, env });
  const feed = await server.feed();
  await feed.take(1);
  const message = hostileTexts.join("\n");
  const { stream, start } = await server.chat({ message, sender: '"]data: \\n' });
  const events = [start, ...(await stream.rest())];
  assertWholeTurn(events);
  assert.deepEqual(saidIn(events).sort(), [
    ["Otto", hostileTexts.join("")],
    ["Vera", hostileTexts.join("")],
  ]);
  await until(() => feed.events.at(-1)?.type === "done", "the end of the turn in the feed");
  assert.ok(saidIn(feed.events).some(([sender, content]) => sender === '"]data: \\n' && content === message));
  feed.cut();
});

test("R-VOICES R-TEXT any agents, in any order and any pieces: each message whole and in order under its id", async (t) => {
  const agents = ["Ann", { name: "Ben", streaming: false }, "Cid"];
  const server = await worldApp(t, { agents });
  const names = ["Ann", "Ben", "Cid"];
  const step = fc.tuple(fc.nat(2), fc.array(anyUnicode(), { minLength: 1, maxLength: 3 }));
  const property = fc.asyncProperty(
    fc.array(step, { maxLength: 15 }),
    fc.shuffledSubarray([0, 1, 2], { minLength: 3 }),
    async (steps, last) => {
      const { stream, start } = await server.chat();
      const index = server.voice("Ann").calls.length;
      const calls = await Promise.all(names.map((name) => server.voice(name).call(Math.max(index - 1, 0))));
      const texts = ["", "", ""];
      for (const [who, pieces] of steps) {
        calls[who]?.text(...pieces);
        texts[who] += pieces.join("");
      }
      for (const who of last) calls[who]?.finish();
      const events = [start, ...(await stream.rest())];
      assertWholeTurn(events);
      const expected = last.flatMap((who) => (texts[who] === "" ? [] : [[names[who], texts[who]]]));
      assert.deepEqual(saidIn(events), expected);
    },
  );
  await fc.assert(property, { numRuns: 40 });
});

// ---- Resume

type Form = (server: WorldApp, id: string, after: number) => Promise<SseConnection>;

const header = (id: string, after: number) => ({ headers: { "last-event-id": `${id}.0.${after}` } });

/** The ways to ask for the rest of a turn. */
const FORMS: Record<string, Form> = {
  "GET with header": ({ at }, id, after) => openStream(at("/chat"), header(id, after)),
  "POST with header": ({ at }, id, after) => openStream(at("/chat"), { method: "POST", ...header(id, after) }),
  "POST with header and the body of a start": ({ at }, id, after) =>
    openStream(at("/chat"), { body: { message: "Hi" }, ...header(id, after) }),
  "path and header": ({ at }, id, after) => openStream(at(`/chat/${id}`), header(id, after)),
  "path and starting_after as a seq": ({ at }, id, after) => openStream(at(`/chat/${id}?starting_after=${after}`)),
  "path and starting_after as an id": ({ at }, id, after) =>
    openStream(at(`/chat/${id}?starting_after=${id}.0.${after}`)),
  "header beside an older query": ({ at }, id, after) =>
    openStream(at(`/chat/${id}?starting_after=0`), header(id, after)),
  "under /v1 and in other letters": ({ url }, id, after) =>
    openStream(`${url}/v1/worlds/KITCHEN/chat`, header(id, after)),
};

for (const [name, resume] of Object.entries(FORMS)) {
  test(`R-CURSOR a turn, ${name}: for every k, the first k events and a resume after k are the whole, while it runs and after`, async (t) => {
    const server = await worldApp(t, { agents: ["Vera", { name: "Otto", streaming: false }] });
    const { stream, start, id } = await server.chat("@Vera and @Otto and @Nobody");
    const vera = await server.voice("Vera").call();
    vera.text("Hem", " 😀");
    const first = [start, ...(await stream.take(4))];
    const resumed = [];
    for (let k = 0; k <= first.length; k++) resumed.push(await resume(server, id, k));
    server.clock.advance(500);
    await server.says("Otto", 0, "Yes");
    vera.text(".");
    vera.finish();
    const whole = [...first, ...(await stream.rest())];
    assertWholeTurn(whole);
    assert.deepEqual(typesOf(whole).slice(5), ["system", "message", "system", "token", "message_end", "done"]);
    for (const [k, connection] of resumed.entries()) {
      assert.deepEqual([...whole.slice(0, k), ...(await connection.rest())], whole, `after ${k}, while it ran`);
      assert.ok(connection.text.startsWith("retry: 1000\n\n"));
    }
    for (let k = 0; k < whole.length; k++) {
      const connection = await resume(server, id, k);
      assert.deepEqual([...whole.slice(0, k), ...(await connection.rest())], whole, `after ${k}, when it had ended`);
      assert.equal(await connection.closed, "end");
    }
    await assert.rejects(resume(server, id, whole.length), /No event stream but 204: $/, "R-END");
    await assert.rejects(resume(server, id, whole.length + 1), /but 409: .*"cursor_ahead"/, "R-HONEST");
    assert.equal(server.voice("Vera").calls.length, 1);
    await server.released();
  });
}

test("a turn that is cut within a frame, or within a character, is resumed without a loss", async (t) => {
  const server = await worldApp(t);
  const { stream, start, id } = await server.chat();
  await Promise.all([server.says("Vera", 0, "é", "😀漢字"), server.says("Otto", 0, "👩‍🚀", "!")]);
  const whole = [start, ...(await stream.rest())];
  const bytes = Buffer.byteLength(stream.text);
  for (let cut = 1; cut < bytes; cut += 13) {
    const before = await (await openStream(server.at(`/chat/${id}`), { cutAfterBytes: cut })).rest();
    const after = await openStream(server.at(`/chat/${id}?starting_after=${before.at(-1)?.seq ?? 0}`));
    assert.deepEqual([...before, ...(await after.rest())], whole, `cut after ${cut} bytes`);
  }
});

test("R-HONEST a cursor of a turn is refused where it is no position in it", async (t) => {
  const server = await worldApp(t);
  await server.addWorld("cellar");
  const { id, stream } = await server.chat();
  const other = await server.chat("Hi", { world: "cellar" });
  const refusals: [path: string, lastEventId: string | undefined, code: Parameters<typeof assertProblem>[1]][] = [
    [server.at("/chat"), "nonsense", "invalid_cursor"],
    [server.at("/chat"), undefined, "invalid_cursor"],
    [server.at(`/chat/${id}`), `${other.id}.0.1`, "invalid_cursor"],
    [server.at(`/chat/${id}?starting_after=`), undefined, "invalid_cursor"],
    [server.at(`/chat/${id}?starting_after=99`), undefined, "cursor_ahead"],
    [server.at("/chat"), `${id}.1.1`, "cursor_void"],
    [server.at("/chat"), `${"A".repeat(22)}.0.1`, "stream_not_found"],
    [server.at("/chat", "cellar"), `${id}.0.1`, "stream_not_found"],
    [server.at(`/chat/${id}`, "cellar"), undefined, "stream_not_found"],
    [server.at(`/chat/${id}`, "attic"), undefined, "stream_not_found"],
    [`${server.url}/chat/streaming/${id}`, undefined, "stream_not_found"],
  ];
  for (const [path, lastEventId, code] of refusals) {
    const headers = lastEventId === undefined ? {} : { "last-event-id": lastEventId };
    assertProblem(await requestJson(path, { headers }), code);
  }
  stream.cut();
  other.stream.cut();
});

test("several readers of one turn, early and late, see the same, and one that leaves disturbs none", async (t) => {
  const { chat, start, id, at, says, voice, readers } = await begun(t);
  await says("Vera", 0, "No", ".");
  const others = await Promise.all(Array.from({ length: 5 }, () => openStream(at(`/chat/${id}`))));
  others[0]?.cut();
  await readers(5);
  await says("Otto", 0, "Yes", "!");
  const whole = [start, ...(await chat.rest())];
  assertWholeTurn(whole);
  for (const other of others.slice(1)) assert.deepEqual(await other.rest(), whole);
  assert.deepEqual([voice("Vera").calls.length, voice("Otto").calls.length], [1, 1]);
});

// ---- Snapshot and stop

test("a snapshot of a turn shows who has said what so far, and at the end all of it", async (t) => {
  const { chat, id, at, says, voice } = await begun(t);
  const look = async () => (await requestJson(at(`/chat/${id}`), { headers: JSON_ONLY })).body;
  const before = await look();
  assert.deepEqual([before.stream_id, before.kind, before.status, before.last_seq], [id, "world", "running", 1]);
  assert.deepEqual(before.messages, []);
  await says("Vera", 0, "No", ".");
  const otto = await voice("Otto").call();
  otto.text("Ye");
  const inBetween = (message: Record<string, unknown>) => [message["sender"], message["content"], message["reason"]];
  const running = await look();
  assert.deepEqual(running.messages.map(inBetween), [
    ["Vera", "No.", "stop"],
    ["Otto", "Ye", undefined],
  ]);
  otto.text("s");
  otto.finish({ reason: "content-filter" });
  const events = await chat.rest();
  const after = await look();
  assert.deepEqual([after.status, after.reason, after.last_seq], ["completed", "completed", events.at(-1)?.seq]);
  assert.deepEqual(after.messages.map(inBetween), [
    ["Vera", "No.", "stop"],
    ["Otto", "Yes", "content_filter"],
  ]);
  assert.deepEqual(Object.keys(after.messages[0]).sort(), [
    "content",
    "message_id",
    "reason",
    "role",
    "sender",
    "timestamp",
  ]);
});

test("DELETE of a turn before the first token stops every agent, and there is no message", async (t) => {
  const { chat, id, at, voice, released } = await begun(t);
  const calls = [await voice("Vera").call(), await voice("Otto").call()];
  const stopped = await requestJson(at(`/chat/${id}`), { method: "DELETE" });
  assert.deepEqual([stopped.status, stopped.body.status, stopped.body.reason], [200, "cancelled", "cancelled"]);
  assert.deepEqual(
    calls.map(({ isCancelled }) => isCancelled),
    [true, true],
  );
  const events = await chat.rest();
  assert.deepEqual(typesOf(events), ["done"]);
  const outcomes = doneOf(events).agents?.map(({ agent, outcome }) => `${agent} ${outcome}`);
  assert.deepEqual([doneOf(events).reason, outcomes], ["cancelled", ["Vera cancelled", "Otto cancelled"]]);
  const again = await requestJson(at(`/chat/${id}`), { method: "DELETE" });
  assert.deepEqual([again.status, again.body], [200, stopped.body]);
  await released();
});

test("DELETE of a turn in the middle keeps what was said, and lets nobody else begin", async (t) => {
  const upstream = await startModelServer((call) => call.push(call.index === 0 ? "Well, " : "Yes"));
  t.after(() => upstream.close());
  const env = { CHATWAIT_MODELS: "openai-compatible:m", CHATWAIT_BASE_URL: upstream.url };
  const agents = ["Vera", { name: "Otto", model: "openai-compatible:m" }];
  const { chat, start, id, at, says, released } = await begun(t, { agents, env });
  await says("Vera", 0, "Ask @Otto again.");
  await until(() => typesOf(chat.events).filter((type) => type === "token").length === 2, "both have begun");
  await requestJson(at(`/chat/${id}`), { method: "DELETE" });
  await (await upstream.call()).cancelled;
  const events = [start, ...(await chat.rest())];
  assertWholeTurn(events);
  assert.deepEqual(saidIn(events), [
    ["Vera", "Ask @Otto again."],
    ["Otto", "Well, "],
  ]);
  const otto = events.find((event) => event.type === "message_end" && event.sender === "Otto");
  assert.ok(otto?.type === "message_end" && otto.reason === "cancelled");
  assert.equal(doneOf(events).reason, "cancelled");
  assert.equal(upstream.calls.length, 1);
  await released();
});

// ---- As JSON

test("R-SAME a turn as JSON is the same as its stream: messages, reason, agents", async (t) => {
  const models = [
    offer("test:yes", instantModel(["Yes", ", but ask @Otto"])),
    offer("test:hm", instantModel(["Hm", "."], { reason: "length" })),
    offer("test:nothing", instantModel([])),
  ];
  const agents = [
    { name: "Vera", model: "test:yes" },
    { name: "Otto", model: "test:hm", streaming: false },
    { name: "Cid", model: "test:nothing" },
  ];
  const { chat, chatJson } = await worldApp(t, { agents, models, world: { memory: false } });
  const { stream, start } = await chat("Well?");
  const events = [start, ...(await stream.rest())];
  assertWholeTurn(events);
  const { status, body, headers } = await chatJson("Well?");
  assert.deepEqual([status, headers["content-type"]], [200, "application/json; charset=utf-8"]);
  assert.deepEqual(Object.keys(body).sort(), ["agents", "messages", "reason", "stream_id", "turn_id"]);
  assert.deepEqual([body.reason, body.agents], [doneOf(events).reason, doneOf(events).agents]);
  const spoken = body.messages.map(({ sender, content }: Record<string, string>) => [sender, content]);
  assert.deepEqual(spoken.sort(), saidIn(events).sort());
  assert.equal(spoken.length, 3);
});

// ---- The feed

test("R-FEED begins at the present, and carries every turn with its turn_id and numbers of its own", async (t) => {
  const server = await worldApp(t, { agents: ["Vera"] });
  const early = await server.feed();
  const [opening] = await early.take(1);
  assert.ok(opening?.type === "start");
  assert.deepEqual([opening.kind, opening.world, early.retry], ["feed", "kitchen", 1000]);
  const [one, other] = [await server.chat("One", {}), await server.chat({ message: "Other", sender: "Ada" })];
  await server.says("Vera", 0, "1");
  const late = await server.feed();
  const [start] = await late.take(1);
  assert.ok(start?.type === "start");
  await server.says("Vera", 1, "2", "3");
  await Promise.all([one.stream.rest(), other.stream.rest()]);
  await until(() => early.events.at(-1)?.seq === start.seq + 5, "all of it");
  const whole = early.events;
  assert.deepEqual(
    whole.map(({ seq }) => seq),
    whole.map((_, index) => opening.seq + index),
  );
  assert.deepEqual(await late.take(5), whole.slice(-5));
  for (const { turnId, id, messageId, stream } of [one, other]) {
    const own = whole.filter((event) => "turn_id" in event && event.turn_id === turnId);
    assert.deepEqual(typesOf(own).slice(0, 3), ["start", "message", "system"]);
    assert.ok(own[1]?.type === "message" && own[1].message_id === messageId);
    const spoken = (events: readonly Received[]) =>
      events.map(({ id: _id, seq: _seq, ...event }) => ({ ...event, turn_id: turnId }));
    assert.deepEqual(spoken(own.slice(3)), spoken(stream.events.slice(1)));
    assert.ok(!early.text.includes(id));
  }
  early.cut();
  late.cut();
});

test("R-FEED for every k, the first k events and a resume after k are the whole, without another start", async (t) => {
  const server = await worldApp(t, { agents: ["Vera", { name: "Otto", streaming: false }] });
  const feed = await server.feed();
  await feed.take(1);
  const turn = await server.chat();
  await server.says("Vera", 0, "No", ".");
  await until(() => typesOf(feed.events).includes("message_end"), "Vera's answer");
  const soFar = [...feed.events];
  const resumed = await Promise.all(soFar.map(({ id }) => server.feed({ headers: { "last-event-id": id } })));
  await server.says("Otto", 0, "Yes!");
  await turn.stream.rest();
  await until(() => feed.events.at(-1)?.type === "done", "the end");
  const whole = [...feed.events];
  for (const [index, connection] of resumed.entries()) {
    assert.deepEqual(await connection.take(whole.length - index - 1), whole.slice(index + 1));
    assert.equal(connection.events[0]?.seq, (soFar[index]?.seq ?? 0) + 1);
    connection.cut();
  }
  feed.cut();
  await server.readers(0);
  // Nobody reads, and somebody may come back.
  await server.publish({ message: "More", mentions: [] });
  server.clock.advance(3000);
  const back = await server.feed({ headers: { "last-event-id": whole.at(-1)?.id ?? "" } });
  assert.deepEqual(typesOf(await back.take(4)), ["start", "message", "system", "done"]);
  back.cut();
});

test("R-FEED R-HONEST a cursor that is no position in the feed, is ahead of it or too old is told so", async (t) => {
  const server = await worldApp(t, { agents: [], world: { memory: false } });
  await server.addWorld("cellar");
  const [feed, other] = [await server.feed(), await server.feed({ world: "cellar" })];
  const [[start], [otherStart]] = [await feed.take(1), await other.take(1)];
  const turn = await server.chat();
  const id = start?.id.split(".")[0] ?? "";
  const at = server.at("/events");
  const asks = (lastEventId: string) => requestJson(at, { headers: { "last-event-id": lastEventId } });
  assertProblem(await asks("nonsense"), "invalid_cursor");
  assertProblem(await asks(turn.start.id), "stream_not_found");
  assertProblem(await asks(otherStart?.id ?? ""), "stream_not_found");
  assertProblem(await asks(`${id}.1.1`), "cursor_void");
  const ahead = await asks(`${id}.0.999`);
  assertProblem(ahead, "cursor_ahead");
  assert.equal(ahead.body.last_seq, feed.events.at(-1)?.seq);
  feed.cut();
  server.clock.advance(3000);
  await turn.stream.rest();
  await until(() => server.app.worlds.counts().feedReaders === 1, "the reader has gone");
  server.clock.advance(300_000);
  assertProblem(await asks(start?.id ?? ""), "stream_expired");
  other.cut();
});
