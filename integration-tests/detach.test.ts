import assert from "node:assert/strict";
import { test } from "node:test";
import { begunStream, drivenServer } from "../testing/driven-server.ts";
import { openStream, requestJson, resumeStream, textOf } from "../testing/sse-client.ts";

const snapshotOf = (origin: string, id: string) =>
  requestJson(`${origin}/chat/streaming/${id}`, { headers: { accept: "application/json" } });

test("R-DETACH: a client that goes away does not stop the answer, and finds it whole when it comes back", async (t) => {
  const server = await drivenServer(t);
  const { stream, call, startId } = await begunStream(server);
  call.text("Hel");
  stream.cut();
  await server.readers(0);
  server.clock.advance(30_000 - 1);
  call.text("lo");
  server.clock.advance(20_000);
  call.finish();
  const events = await (await resumeStream(server.url, startId)).rest();
  assert.deepEqual([textOf(events), events.at(-1)?.type], ["Hello", "done"]);
});

test("R-DETACH: on_disconnect cancel ends the answer 10 s after its last reader left, not before", async (t) => {
  const server = await drivenServer(t);
  const { stream, call, id } = await begunStream(server, { on_disconnect: "cancel" });
  const other = await openStream(`${server.url}/chat/streaming/${id}`);
  stream.cut();
  await server.readers(1);
  server.clock.advance(11_000);
  assert.equal(call.isCancelled, false, "another one still reads");
  other.cut();
  await server.readers(0);
  server.clock.advance(9_999);
  assert.equal(call.isCancelled, false);
  server.clock.advance(1);
  assert.equal(call.isCancelled, true);
  const { body } = await snapshotOf(server.url, id);
  assert.deepEqual([body.status, body.reason], ["cancelled", "cancelled"]);
});

test("R-DETACH: on_disconnect cancel lets the answer go on where its reader came back in time", async (t) => {
  const server = await drivenServer(t);
  const { stream, call, startId } = await begunStream(server, { on_disconnect: "cancel" });
  stream.cut();
  await server.readers(0);
  server.clock.advance(9_999);
  const back = await resumeStream(server.url, startId);
  server.clock.advance(30_000);
  assert.equal(call.isCancelled, false);
  back.cut();
  await server.readers(0);
  server.clock.advance(9_999);
  assert.equal(call.isCancelled, false, "the 10 s begin anew");
  server.clock.advance(1);
  assert.equal(call.isCancelled, true);
});

test("R-DETACH: on_disconnect cancel holds for a client that waits, too", async (t) => {
  const server = await drivenServer(t);
  const leaving = new AbortController();
  const body = { message: "Hi", on_disconnect: "cancel" };
  const waiting = requestJson(`${server.url}/chat/wait`, { body, signal: leaving.signal });
  const call = await server.model.call();
  await server.readers(1);
  server.clock.advance(20_000);
  assert.equal(call.isCancelled, false, "a request that waits is a reader");
  leaving.abort();
  await assert.rejects(waiting);
  await server.readers(0);
  server.clock.advance(10_000);
  assert.equal(call.isCancelled, true);
});
