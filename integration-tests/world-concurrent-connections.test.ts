import assert from "node:assert/strict";
import { test } from "node:test";
import { offer } from "../testing/app.ts";
import { instantModel } from "../testing/scripted-model.ts";
import { openStream, type Received, requestJson, textOf } from "../testing/sse-client.ts";
import { until } from "../testing/until.ts";
import { assertWholeTurn, doneOf, outcomesOf, saidIn, WORLD, worldApp } from "../testing/world-app.ts";

// Many at once, in one world and in many: nobody sees what is another's, nobody waits for another, nothing is left behind.

/** Which turn and which messages events are about. */
const idsOf = (events: readonly Received[]) =>
  new Set(events.flatMap((event) => ("message_id" in event && event.message_id ? [event.message_id] : [])));

test("R-VOICES two clients in one world: no event of one turn is in the other's stream, though one agent speaks in both", async (t) => {
  const { chat, voice, released } = await worldApp(t);
  const ada = await chat({ message: "Hi from Ada", sender: "Ada" });
  const ben = await chat({ message: "Hi from Ben", sender: "Ben" });
  const calls = {
    ada: [await voice("Vera").call(0), await voice("Otto").call(0)],
    ben: [await voice("Vera").call(1), await voice("Otto").call(1)],
  };
  for (let said = 0; said < 10; said++) {
    for (const call of calls.ada) call.text(`a${said} `);
    for (const call of calls.ben) call.text(`b${said} `);
  }
  for (const call of [...calls.ben, ...calls.ada]) call.finish();
  const [adas, bens] = [
    [ada.start, ...(await ada.stream.rest())],
    [ben.start, ...(await ben.stream.rest())],
  ];
  for (const [events, letter, own] of [
    [adas, "a", ada],
    [bens, "b", ben],
  ] as const) {
    assertWholeTurn(events);
    const whole = Array.from({ length: 10 }, (_, said) => `${letter}${said} `).join("");
    assert.deepEqual(
      new Map(saidIn(events)),
      new Map([
        ["Vera", whole],
        ["Otto", whole],
      ]),
    );
    const asked = events.flatMap((event) => (event.type === "message_start" ? [event.in_reply_to] : []));
    assert.deepEqual(asked, [own.messageId, own.messageId]);
  }
  assert.equal([...idsOf(adas)].filter((id) => idsOf(bens).has(id)).length, 0, "no message in both");
  await released();
});

test("R-VOICES fifty worlds at once: each feed and each turn has its own world's events and no other's", async (t) => {
  const worlds = Array.from({ length: 50 }, (_, index) => `world-${index}`);
  const agents = worlds.map((_, index) => `Agent${index}`);
  const app = await worldApp(t, { agents });
  for (const [index, world] of worlds.entries()) await app.addWorld(world, [agents[index] ?? ""]);
  const feeds = await Promise.all(worlds.map((world) => app.feed({ world })));
  const turns = await Promise.all(worlds.map((world) => app.chat(`Hi ${world}`, { world })));
  for (let token = 0; token < 5; token++) {
    for (const [index, agent] of agents.entries()) (await app.voice(agent).call()).text(`${index}.${token} `);
  }
  for (const agent of agents.toReversed()) (await app.voice(agent).call()).finish();
  for (const [index, world] of worlds.entries()) {
    const { stream, start, turnId } = turns[index] as (typeof turns)[number];
    const events = [start, ...(await stream.rest())];
    assertWholeTurn(events);
    assert.equal(start.world, world);
    const text = Array.from({ length: 5 }, (_, token) => `${index}.${token} `).join("");
    assert.deepEqual(
      [saidIn(events), outcomesOf(events)],
      [[[agents[index], text]], { [agents[index] ?? ""]: "replied" }],
    );
    const feed = feeds[index] as (typeof feeds)[number];
    await until(() => feed.events.at(-1)?.type === "done", `the end in ${world}`);
    const told = feed.events.slice(1);
    assert.ok(told.every((event) => ("turn_id" in event && event.turn_id === turnId) || event.type === "system"));
    assert.deepEqual(saidIn(told), [
      ["HUMAN", `Hi ${world}`],
      [agents[index], text],
    ]);
    feed.cut();
  }
  await app.released();
});

test("several readers of one turn, early and late, by any path, have the same events", async (t) => {
  const { chat, voice, at, readers, released } = await worldApp(t);
  const { stream, start, id } = await chat();
  const [vera, otto] = [await voice("Vera").call(), await voice("Otto").call()];
  const join = () => openStream(at(`/chat/${id}`));
  const joined = [await join()];
  vera.text("a", "b");
  joined.push(await join());
  otto.text("c");
  joined.push(await join(), await openStream(at("/chat"), { headers: { "last-event-id": start.id } }));
  await readers(5);
  joined[1]?.cut();
  vera.finish();
  otto.finish();
  const whole = [start, ...(await stream.rest())];
  for (const [index, reader] of joined.entries()) {
    if (index !== 1) assert.deepEqual([...(index === 3 ? [start] : []), ...(await reader.rest())], whole);
  }
  assert.deepEqual(await (await join()).rest(), whole);
  await released();
});

test("R-FEED whoever joins late sees the present: the rest of what runs, under the turn's name, and no key to it", async (t) => {
  const { chat, voice, says, feed, released } = await worldApp(t, { agents: ["Vera"] });
  const [one, two] = [await chat("One"), await chat("Two")];
  const call = await voice("Vera").call(0);
  call.text("before ");
  await one.stream.take(2);
  const late = await feed();
  const [begun] = await late.take(1);
  assert.ok(begun?.type === "start" && begun.kind === "feed");
  call.text("after");
  call.finish();
  await says("Vera", 1, "Other");
  await until(() => late.events.filter(({ type }) => type === "done").length === 2, "both turns");
  const told = late.events.slice(1);
  assert.deepEqual(
    late.events.map(({ seq }) => seq),
    late.events.map((_, index) => begun.seq + index),
  );
  const of = (turnId: string) => told.filter((event) => "turn_id" in event && event.turn_id === turnId);
  assert.deepEqual([textOf(of(one.turnId)), textOf(of(two.turnId))], ["after", "Other"]);
  assert.deepEqual(saidIn(of(one.turnId)), [["Vera", "before after"]]);
  assert.ok(!late.text.includes(one.id) && !late.text.includes(two.id), "the stream_id is not in the feed");
  late.cut();
  await released();
});

test("R-IDEMPOTENT twenty starts with one key at once are one turn, in either mode; another world's key is its own", async (t) => {
  const app = await worldApp(t, { agents: ["Vera", "Nora"] });
  await app.addWorld("other", ["Nora"]);
  const headers = { "idempotency-key": "same" };
  const body = { message: "Hi", mentions: ["Vera"] };
  const streams = Promise.all(Array.from({ length: 10 }, () => app.chat(body, { headers })));
  const waited = Promise.all(Array.from({ length: 10 }, () => app.chatJson(body, { headers })));
  const call = await app.voice("Vera").call();
  await app.readers(20);
  call.text("Hello");
  call.finish();
  const ids = new Set<string>();
  for (const { stream, start, id } of await streams) {
    ids.add(id);
    assertWholeTurn([start, ...(await stream.rest())]);
  }
  const answers = await waited;
  for (const { body } of answers) ids.add(body.stream_id);
  const replays = [...(await streams).map(({ stream }) => stream), ...answers].map(
    ({ headers }) => headers["idempotent-replayed"],
  );
  assert.deepEqual([ids.size, replays.filter((value) => value === "true").length], [1, 19]);
  assert.equal(app.voice("Vera").calls.length, 1);
  const elsewhere = await app.chat({ message: "Hi", mentions: ["Nora"] }, { headers, world: "other" });
  assert.equal(elsewhere.stream.headers["idempotent-replayed"], undefined);
  await app.says("Nora", 0);
  await elsewhere.stream.rest();
  await app.released();
});

test("R-IDEMPOTENT messages with one key at once are published once", async (t) => {
  const app = await worldApp(t, { agents: ["Vera"] });
  const feed = await app.feed();
  const headers = { "idempotency-key": "same" };
  const answers = await Promise.all(Array.from({ length: 10 }, () => app.publish("Hi", { headers })));
  for (const { status, body } of answers) assert.deepEqual([status, body], [202, answers[0]?.body]);
  await app.says("Vera", 0, "Hello");
  await until(() => feed.events.at(-1)?.type === "done", "the end");
  assert.deepEqual(saidIn(feed.events), [
    ["HUMAN", "Hi"],
    ["Vera", "Hello"],
  ]);
  feed.cut();
  await app.released();
});

test("a world that is deleted ends all its turns as cancelled, closes their calls, and leaves other worlds alone", async (t) => {
  const app = await worldApp(t);
  await app.addWorld("other", ["Otto"]);
  const feed = await app.feed();
  const turns = [await app.chat("One"), await app.chat({ message: "Two", mentions: [] })];
  const waiting = app.chatJson({ message: "Three", mentions: ["Vera"] });
  const elsewhere = await app.chat("Hi", { world: "other" });
  const [vera, otto, waited] = [
    await app.voice("Vera").call(0),
    await app.voice("Otto").call(0),
    await app.voice("Vera").call(1),
  ];
  vera.text("Half");
  await turns[0]?.stream.take(2);
  assert.equal((await requestJson(`${app.url}/worlds/${WORLD.toUpperCase()}`, { method: "DELETE" })).status, 204);
  const [one = [], two = []] = await Promise.all(turns.map(({ stream }) => stream.rest()));
  assert.deepEqual([doneOf(one).reason, doneOf(two).reason], ["cancelled", "cancelled"]);
  assert.deepEqual(outcomesOf(one), { Vera: "cancelled", Otto: "cancelled" });
  const end = one.find(({ type }) => type === "message_end");
  assert.ok(end?.type === "message_end");
  assert.deepEqual([end.content, end.reason], ["Half", "cancelled"]);
  assert.equal((await waiting).body.reason, "cancelled");
  assert.deepEqual([vera.isCancelled, otto.isCancelled, waited.isCancelled], [true, true, true]);
  assert.equal(doneOf(await feed.rest()).reason, "cancelled");
  assert.equal(await feed.closed, "end");
  await app.says("Otto", 1, "Still here");
  assert.deepEqual(saidIn(await elsewhere.stream.rest()), [["Otto", "Still here"]]);
  await app.released();
});

test("R-COUNT after a thousand turns over HTTP nothing is left: no subscription, timer, turn, reader or listener", async (t) => {
  const chatter = offer("test:chatter", instantModel(["Hello", " there"]));
  const passing = offer("test:passing", instantModel(["Ask ", "@Last"]));
  const app = await worldApp(t, { agents: [], models: [chatter, passing], env: { CHATWAIT_RATE_LIMIT: "0" } });
  const agents = [
    { name: "Quick", model: "test:chatter" },
    { name: "Passing", model: "test:passing", streaming: false },
    { name: "Last", model: "test:chatter" },
  ];
  const names = Array.from({ length: 10 }, (_, index) => `w${index}`);
  for (const name of names) await app.addWorld(name, agents, { memory: false });
  const bodies: unknown[] = [
    "Hi",
    { message: "Hi", mentions: ["Passing"] },
    { message: "@Quick", on_disconnect: "cancel" },
  ];
  for (let round = 0; round < 10; round++) {
    await Promise.all(
      Array.from({ length: 100 }, async (_, index) => {
        const asking = { world: names[index % 10] ?? "" };
        const body = bodies[index % 3];
        if (index % 2 === 0) return assert.equal((await app.chatJson(body, asking)).body.reason, "completed");
        const { stream } = await app.chat(body, asking);
        if (index % 5 === 0) return stream.cut();
        assert.equal(doneOf(await stream.rest()).reason, "completed");
      }),
    );
  }
  await app.released();
  app.clock.advance(3_600_000 * 2);
  const { rooms, lateEvents } = app.app.worlds.counts();
  const { kept, readers, running } = app.app.shelf.counts();
  assert.deepEqual(
    { rooms, lateEvents, kept, readers, running },
    { rooms: 0, lateEvents: 0, kept: 0, readers: 0, running: 0 },
  );
  assert.equal(app.clock.pending(), 0, "no timer of any kind");
  const metrics = (await requestJson(`${app.url}/metrics`)).text;
  for (const gauge of [
    "turns_running",
    "turn_timers",
    "world_subscriptions",
    "feed_readers",
    "rooms_open",
    "readers",
  ]) {
    assert.match(metrics, new RegExp(`^chatwait_${gauge} 0$`, "m"));
  }
  assert.match(metrics, /^late_events_total 0$/m);
});
