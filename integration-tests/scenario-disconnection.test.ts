import assert from "node:assert/strict";
import { test } from "node:test";
import { assertProblem } from "../testing/problem.ts";
import { openStream, requestJson } from "../testing/sse-client.ts";
import { until } from "../testing/until.ts";
import { assertWholeTurn, doneOf, noticesOf, outcomesOf, saidIn, WORLD, worldApp } from "../testing/world-app.ts";

// Clients leave, come back, or do not. A turn belongs to its world.

const MINUTE = 60_000;
const json = { headers: { accept: "application/json" } };

/** Models may be silent for an hour, and agents for ten minutes. */
const hour = String(60 * MINUTE);
const PATIENT = {
  env: { CHATWAIT_GENERATION_MS: hour, CHATWAIT_FIRST_TOKEN_MS: hour, CHATWAIT_TOKEN_GAP_MS: hour },
  world: { timing: { long_operation: 10 * MINUTE } },
};

test("R-DETACH a client that leaves does not stop the turn: hand-offs go on, and all of it is there when it is back", async (t) => {
  const world = await worldApp(t, { ...PATIENT, world: { respond: "first", ...PATIENT.world } });
  const { stream, start } = await world.chat();
  const vera = await world.voice("Vera").call();
  vera.text("Ask ");
  const [begun] = await stream.take(2);
  stream.cut();
  await world.readers(0);
  assert.equal(world.app.worlds.counts().subscriptions, 0, "its subscription went with it");
  world.clock.advance(4 * MINUTE);
  vera.text(" @Otto.");
  vera.finish();
  const otto = await world.voice("Otto").call();
  const back = await openStream(world.at("/chat"), { headers: { "last-event-id": begun?.id ?? "" } });
  await world.readers(1);
  otto.text("Yes.");
  otto.finish();
  const whole = [start, ...(begun ? [begun] : []), ...(await back.rest())];
  assertWholeTurn(whole);
  assert.deepEqual(outcomesOf(whole), { Vera: "replied", Otto: "replied" });
  assert.equal(saidIn(whole)[1]?.[1], "Yes.");
  await world.released();
});

test("R-ABANDON a turn that nobody comes back to for 5 minutes is cancelled, its calls closed, and forgotten", async (t) => {
  const world = await worldApp(t, PATIENT);
  const { stream, id, start } = await world.chat();
  const calls = [await world.voice("Vera").call(), await world.voice("Otto").call()];
  world.clock.advance(6 * MINUTE);
  stream.cut();
  await world.readers(0);
  world.clock.advance(5 * MINUTE - 1);
  assert.deepEqual([calls.some(({ isCancelled }) => isCancelled), world.app.worlds.counts().turns], [false, 1]);
  world.clock.advance(1);
  assert.ok(calls.every(({ isCancelled }) => isCancelled));
  assertProblem(await requestJson(world.at(`/chat/${id}`), json), "stream_expired");
  const late = await requestJson(world.at("/chat"), { headers: { "last-event-id": start.id } });
  assertProblem(late, "stream_expired");
  assert.deepEqual([world.app.shelf.counts().kept, world.app.shelf.counts().bytes], [0, 0]);
  await world.released();
});

test("R-ABANDON one who comes back, or only looks, begins the 5 minutes anew", async (t) => {
  const world = await worldApp(t, { ...PATIENT, agents: ["Vera"] });
  const { stream, id } = await world.chat();
  const call = await world.voice("Vera").call();
  stream.cut();
  await world.readers(0);
  for (const headers of [json.headers, { accept: "text/event-stream" }]) {
    world.clock.advance(5 * MINUTE - 1);
    const leaving = new AbortController();
    const looking = requestJson(world.at(`/chat/${id}`), { headers, signal: leaving.signal }).catch(() => {});
    if (headers === json.headers) await looking;
    else await world.readers(1);
    leaving.abort();
    await looking;
    await world.readers(0);
  }
  world.clock.advance(5 * MINUTE - 1);
  assert.equal(call.isCancelled, false);
  world.clock.advance(1);
  assert.equal(call.isCancelled, true);
  await world.released();
});

test("R-ABANDON a feed reads no turn: one that was only published is cancelled after 5 minutes, and the feed told", async (t) => {
  const world = await worldApp(t, { ...PATIENT, agents: ["Vera"] });
  const feed = await world.feed();
  const { body } = await world.publish("Hi");
  const call = await world.voice("Vera").call();
  world.clock.advance(5 * MINUTE);
  assert.equal(call.isCancelled, true);
  await until(() => feed.events.at(-1)?.type === "done", "the end in the feed");
  const end = feed.events.at(-1);
  assert.deepEqual([doneOf(feed.events).reason, end && "turn_id" in end && end.turn_id], ["cancelled", body.turn_id]);
  feed.cut();
  await world.released();
});

for (const name of ["a stream", "a wait for JSON"] as const) {
  test(`R-DETACH on_disconnect cancel: a turn ends 10 s after the last reader of it left, by ${name}`, async (t) => {
    const world = await worldApp(t, PATIENT);
    const body = { message: "Hi", on_disconnect: "cancel" };
    const leaving = new AbortController();
    const asking = { signal: leaving.signal };
    const started = name === "a stream" ? world.chat(body, asking) : world.chatJson(body, asking);
    const over = Promise.resolve(started).then(
      (answer) => ("stream" in answer ? answer.stream.closed : "answered"),
      () => "cut",
    );
    const call = await world.voice("Vera").call();
    await world.readers(1);
    if (name === "a stream") await started;
    world.clock.advance(60_000);
    assert.equal(call.isCancelled, false, "while somebody reads it is not cancelled");
    leaving.abort();
    assert.equal(await over, "cut");
    await world.readers(0);
    world.clock.advance(9999);
    assert.equal(call.isCancelled, false);
    world.clock.advance(1);
    assert.equal(call.isCancelled, true);
    await world.released();
  });
}

test("R-DETACH on_disconnect cancel: whoever is back within 10 s keeps the turn, and another reader does too", async (t) => {
  const world = await worldApp(t, { ...PATIENT, agents: ["Vera"] });
  const { stream, id } = await world.chat({ message: "Hi", on_disconnect: "cancel" });
  const call = await world.voice("Vera").call();
  const other = await openStream(world.at(`/chat/${id}`));
  await world.readers(2);
  stream.cut();
  await world.readers(1);
  world.clock.advance(60_000);
  other.cut();
  await world.readers(0);
  world.clock.advance(9999);
  const back = await openStream(world.at(`/chat/${id}`));
  await world.readers(1);
  world.clock.advance(60_000);
  assert.equal(call.isCancelled, false);
  call.text("Hello");
  call.finish();
  const events = await back.rest();
  assert.deepEqual([doneOf(events).reason, saidIn(events)], ["completed", [["Vera", "Hello"]]]);
  await world.released();
});

test("a stop before the first token, and one in the middle, close all calls and say what was said", async (t) => {
  const world = await worldApp(t);
  for (const [index, said] of [[], ["No", "!"]].entries()) {
    const { stream, start, id } = await world.chat();
    const calls = [await world.voice("Vera").call(index), await world.voice("Otto").call(index)];
    calls[0]?.text(...said);
    const stopped = await requestJson(world.at(`/chat/${id}`), { method: "DELETE" });
    assert.deepEqual([stopped.status, stopped.body.status, stopped.body.reason], [200, "cancelled", "cancelled"]);
    const events = [start, ...(await stream.rest())];
    assertWholeTurn(events);
    assert.deepEqual(outcomesOf(events), { Vera: "cancelled", Otto: "cancelled" });
    assert.deepEqual(saidIn(events), said.length > 0 ? [["Vera", "No!"]] : []);
    assert.ok(calls.every(({ isCancelled }) => isCancelled));
    const again = await requestJson(world.at(`/chat/${id}`), { method: "DELETE" });
    assert.deepEqual([again.status, again.body], [200, stopped.body]);
  }
  await world.released();
});

test("a stop while agents hand on to each other wakes nobody else", async (t) => {
  const world = await worldApp(t, { world: { respond: "first" } });
  const { stream, id } = await world.chat();
  const vera = await world.voice("Vera").call();
  vera.text("Ask @Otto.");
  await requestJson(world.at(`/chat/${id}`), { method: "DELETE" });
  vera.finish();
  const events = await stream.rest();
  assert.deepEqual(outcomesOf(events), { Vera: "cancelled" });
  assert.equal(world.voice("Otto").calls.length, 0);
  await world.released();
});

test("a stop lets nobody answer who was still to answer", async (t) => {
  const world = await worldApp(t, { agents: ["Vera"] });
  const { stream, id, turnId } = await world.chat();
  const vera = await world.voice("Vera").call();
  await world.publish({ message: "And this?", turn_id: turnId });
  await requestJson(world.at(`/chat/${id}`), { method: "DELETE" });
  assert.deepEqual(outcomesOf(await stream.rest()), { Vera: "cancelled" });
  assert.deepEqual([vera.isCancelled, world.voice("Vera").calls.length], [true, 1]);
  await world.released();
});

test("a world that is deleted while nobody reads ends its turns, which can still be read", async (t) => {
  const world = await worldApp(t);
  const { stream, id } = await world.chat();
  const call = await world.voice("Vera").call();
  call.text("Half");
  await stream.take(2);
  stream.cut();
  await world.readers(0);
  await requestJson(`${world.url}/worlds/${WORLD}`, { method: "DELETE" });
  assert.equal(call.isCancelled, true);
  const events = await (await openStream(world.at(`/chat/${id}`))).rest();
  assertWholeTurn(events);
  assert.deepEqual([doneOf(events).reason, saidIn(events)], ["cancelled", [["Vera", "Half"]]]);
  const snapshot = await requestJson(world.at(`/chat/${id}`), json);
  assert.deepEqual([snapshot.body.status, snapshot.body.messages[0].reason], ["cancelled", "cancelled"]);
  await world.addWorld(WORLD, ["Vera"]);
  assert.deepEqual(await (await openStream(world.at(`/chat/${id}`))).rest(), events, "the same name is no other turn");
  await world.released();
});

test("clients that leave and come back at random, while a feed is cut as often, miss nothing", async (t) => {
  const world = await worldApp(t, { world: { turn_limit: 3 } });
  let watched = await world.feed();
  const told = [...(await watched.take(1))];
  const { stream: first, start, id } = await world.chat();
  const heard = [start];
  let reader = first;
  const [vera, otto] = [await world.voice("Vera").call(), await world.voice("Otto").call()];
  for (let round = 0; round < 20; round++) {
    (round % 3 === 0 ? otto : vera).text(`${round} `, "😀");
    const seen = await reader.take(round % 2 === 0 ? 1 : 2);
    heard.push(...(seen as typeof heard));
    reader.cut();
    reader = await openStream(world.at(`/chat/${id}?starting_after=${heard.length}`));
    told.push(...(await watched.take(2)));
    watched.cut();
    watched = await openStream(world.at("/events"), { headers: { "last-event-id": told.at(-1)?.id ?? "" } });
  }
  vera.finish();
  otto.finish();
  const whole = [...heard, ...(await reader.rest())];
  assertWholeTurn(whole);
  assert.deepEqual(noticesOf(whole), []);
  await until(() => watched.events.at(-1)?.type === "done", "the end in the feed");
  told.push(...(await watched.take(watched.events.length)));
  assert.deepEqual(
    told.map(({ seq }) => seq),
    told.map((_, index) => (told[0]?.seq ?? 0) + index),
  );
  assert.deepEqual(saidIn(told).slice(1).sort(), saidIn(whole).sort());
  watched.cut();
  await world.released();
});
