import assert from "node:assert/strict";
import { test } from "node:test";
import {
  answerOf,
  clientFixture,
  cursorOf,
  eventsOf,
  NOTHING,
  STREAM_ID,
  streamOf,
} from "../testing/client-fixture.ts";
import type { Asked, Scripted } from "../testing/scripted-fetch.ts";
import type { ChatWaitError } from "./index.ts";

const EVENTS = answerOf(["Hel", "lo"]);
const STOPPED = [...EVENTS.slice(0, 3), { type: "done", seq: 4, reason: "cancelled" } as const];

/** A server that goes on with the answer until it is told to stop; `over` answers in its place where it answers anything. */
function stoppable(over: (asked: Asked, index: number) => Scripted | undefined = () => undefined) {
  let isStopped = false;
  return clientFixture((asked, index) => {
    const scripted = over(asked, index);
    if (scripted) return scripted;
    if (asked.method === "DELETE") {
      isStopped = true;
      return { body: { stream_id: STREAM_ID, status: "cancelled" } };
    }
    const events = (isStopped ? STOPPED : STOPPED.slice(0, 3)).slice(cursorOf(asked));
    return streamOf(events, isStopped ? "end" : "silence");
  });
}

const sent = ({ network }: { network: { asked: readonly Asked[] } }) =>
  network.asked.map(({ method, path }) => `${method} ${path}`);

test("stop ends the answer at the server, and the iteration with done / cancelled", async () => {
  const fixture = stoppable();
  const stream = fixture.client.chat.stream({ message: "Hi" });
  const reading = eventsOf(stream);
  await fixture.rest();
  await stream.stop();
  stream.drop();
  assert.deepEqual(await fixture.run(reading), STOPPED);
  assert.deepEqual(sent(fixture).slice(0, 2), ["POST /chat/streaming", `DELETE /chat/streaming/${STREAM_ID}`]);
  assert.ok(fixture.network.asked[1]?.keepalive, "it goes out though the page is closed");
  await stream.stop();
  assert.equal(
    sent(fixture).filter((line) => line.startsWith("DELETE")).length,
    1,
    "what has ended is not stopped again",
  );
  assert.deepEqual(fixture.held(), NOTHING);
});

test("a stop before anything came asks for the id under the same key, and stops that", async () => {
  const fixture = stoppable(({ path }, index) => {
    if (path === "/chat/wait") return { status: 202, body: { stream_id: STREAM_ID, status: "running" } };
    return index === 0 ? "silence" : undefined;
  });
  const stream = fixture.client.chat.stream({ message: "Hi" });
  const reading = eventsOf(stream);
  await fixture.rest();
  assert.equal(stream.id, undefined);
  await stream.stop();
  assert.equal(stream.id, STREAM_ID);
  assert.deepEqual(await fixture.run(reading), STOPPED);
  const [start, ask] = fixture.network.asked;
  assert.equal(ask?.headers.get("prefer"), "wait=0");
  assert.equal(ask?.headers.get("idempotency-key"), start?.headers.get("idempotency-key"));
  assert.deepEqual(ask?.body, start?.body);
  assert.deepEqual(sent(fixture), [
    ...["POST /chat/streaming", "POST /chat/wait", `DELETE /chat/streaming/${STREAM_ID}`],
    `GET /chat/streaming/${STREAM_ID}`,
  ]);
});

test("a turn tells its id in its first event, also to whoever only wants to stop it", async () => {
  const fixture = stoppable((_asked, index) => (index === 0 ? "silence" : undefined));
  const stream = fixture.client.world("den").stream({ message: "Hi" });
  const reading = eventsOf(stream);
  await fixture.rest();
  stream.detach();
  assert.deepEqual(await reading, []);
  await stream.stop();
  assert.deepEqual(sent(fixture), [
    ...["POST /worlds/den/chat", "POST /worlds/den/chat", `DELETE /worlds/den/chat/${STREAM_ID}`],
  ]);
  assert.deepEqual(fixture.held(), NOTHING);
});

test("a stop that does not get through is repeated", async () => {
  let failures = 3;
  const fixture = stoppable(({ method }) => (method === "DELETE" && failures-- > 0 ? "unreachable" : undefined));
  const stream = fixture.client.chat.stream({ message: "Hi" });
  const reading = eventsOf(stream);
  await fixture.rest();
  await fixture.run(stream.stop());
  assert.equal(sent(fixture).filter((line) => line.startsWith("DELETE")).length, 4);
  stream.drop();
  assert.deepEqual((await fixture.run(reading)).at(-1), STOPPED.at(-1));
});

test("a stop that never gets through says so", async () => {
  const fixture = stoppable(({ method }) => (method === "DELETE" ? "unreachable" : undefined));
  const stream = fixture.client.chat.resume(STREAM_ID);
  await assert.rejects(fixture.run(stream.stop()), (error: ChatWaitError) => error.code === "network");
});

test("a stop that the server was not told of says so, whoever has answered in its place", async () => {
  const html = { "content-type": "text/html" };
  const refusals: Scripted[] = [
    { status: 405, headers: html, body: ["<html>No</html>"] },
    { status: 401, headers: html, body: ["<html>Log in</html>"] },
    { status: 200, headers: html, body: ["<html>Hi</html>"] },
    {
      status: 429,
      headers: { "retry-after": "120" },
      body: { error_code: "rate_limited", message: "No.", request_id: "r" },
    },
  ];
  for (const refusal of refusals) {
    const fixture = stoppable(({ method }) => (method === "DELETE" ? refusal : undefined));
    const stream = fixture.client.chat.stream({ message: "Hi" });
    const reading = eventsOf(stream);
    await fixture.rest();
    await assert.rejects(stream.stop(), (error: ChatWaitError) => error.name === "ChatWaitError");
    stream.detach();
    await reading;
  }
});

test("a stream whose connection is dead hears of its stop by another one", async () => {
  const fixture = stoppable();
  const stream = fixture.client.chat.stream({ message: "Hi" });
  const reading = eventsOf(stream);
  await fixture.rest();
  fixture.clock.advance(5000);
  await stream.stop();
  await fixture.rest();
  fixture.clock.advance(300);
  assert.deepEqual(await reading, STOPPED);
  assert.deepEqual([fixture.clock.now(), fixture.held()], [5300, NOTHING]);
});

test("once stopped, a stream that waits for its next attempt waits no longer", async () => {
  const fixture = stoppable();
  const stream = fixture.client.chat.stream({ message: "Hi" });
  const reading = eventsOf(stream);
  await fixture.rest();
  stream.drop();
  await fixture.rest();
  assert.equal(stream.connection.status, "waiting");
  await stream.stop();
  assert.deepEqual([await reading, fixture.clock.now(), fixture.held()], [STOPPED, 0, NOTHING]);
});

test("what is gone, refused, or was never asked needs no stop", async () => {
  const gone = stoppable(({ method }) =>
    method === "DELETE"
      ? { status: 410, body: { error_code: "stream_expired", message: "Gone.", request_id: "r" } }
      : undefined,
  );
  await gone.client.chat.resume(STREAM_ID).stop();
  assert.equal(gone.network.asked.length, 1);

  const unasked = stoppable();
  const stream = unasked.client.chat.stream({ message: "Hi" });
  await stream.stop();
  assert.deepEqual([await eventsOf(stream), unasked.network.asked.length, stream.connection.status], [[], 0, "closed"]);

  const refused = stoppable(() => ({
    status: 400,
    body: { error_code: "unknown_model", message: "No.", request_id: "r" },
  }));
  const asked = refused.client.chat.stream({ message: "Hi", model: "x" });
  await assert.rejects(eventsOf(asked), (error: ChatWaitError) => error.code === "unknown_model");
  await asked.stop();
});

test("a feed cannot be stopped, only left", async () => {
  const fixture = stoppable();
  const feed = fixture.client.world("den").feed();
  const reading = eventsOf(feed);
  await fixture.rest();
  await feed.stop();
  await reading;
  assert.deepEqual([sent(fixture), fixture.held()], [["GET /worlds/den/events"], NOTHING]);
});

test("a stream that is known by its id is stopped, looked at, and told apart from others by its path", async () => {
  const fixture = stoppable((asked) =>
    asked.method === "GET" ? { body: { stream_id: "x", status: "running" } } : undefined,
  );
  const { chat } = fixture.client;
  assert.equal((await chat.stop("a/b")).status, "cancelled");
  assert.equal((await chat.snapshot("a/b")).status, "running");
  await fixture.client.world("a b").stop("c");
  assert.deepEqual(sent(fixture), [
    ...["DELETE /chat/streaming/a%2Fb", "GET /chat/streaming/a%2Fb", "DELETE /worlds/a%20b/chat/c"],
  ]);
  assert.equal(fixture.network.asked[1]?.headers.get("accept"), "application/json");
});
