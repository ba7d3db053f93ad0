import assert from "node:assert/strict";
import { test } from "node:test";
import type { Away } from "../src/log/stream-log.ts";
import { begunStream, drivenServer } from "../testing/driven-server.ts";
import { assertProblem } from "../testing/problem.ts";
import { openStream, requestJson } from "../testing/sse-client.ts";

// Who reads on a server that is about to close what another one writes (R-DRAIN). That it is so the log tells: here, a log in memory
// whose writer is this very server, and that says the same.

async function setUp(t: Parameters<typeof drivenServer>[0]) {
  const server = await drivenServer(t);
  const begun = await begunStream(server, { says: ["Hel"] });
  const sendAway = async (away: Away) => {
    const found = await server.app.shelf.find(begun.id);
    assert.ok(found.state === "kept");
    Object.assign(found.log, { away });
    // Whatever is written rings the bell.
    begun.call.text("lo");
  };
  return { ...server, ...begun, sendAway, waitUrl: `${server.url}/chat/wait/${begun.id}` };
}

test("R-DRAIN who reads along has everything so far, is told to come back soon, and the response ends without an end", async (t) => {
  const { stream, sendAway } = await setUp(t);
  await sendAway("leaving");
  assert.deepEqual(
    (await stream.rest()).map(({ type }) => type),
    ["token"],
  );
  assert.deepEqual([await stream.closed, stream.retry], ["end", 200]);
});

test("R-DRAIN R-PREFER who waits and can come back is told at once that it runs; who cannot gets the end here", async (t) => {
  const { call, sendAway, waitUrl, readers } = await setUp(t);
  const patient = requestJson(waitUrl, { headers: { prefer: "wait=20" } });
  const stubborn = requestJson(waitUrl);
  await readers(3);
  await sendAway("leaving");
  const { status, headers, body } = await patient;
  assert.deepEqual([status, body.status, headers.location], [202, "running", new URL(waitUrl).pathname]);
  call.finish();
  assert.equal((await stubborn).body.message.content, "Hello");
});

test("R-DRAIN whoever comes now is sent to another server, but for what has ended", async (t) => {
  const { call, id, sendAway, url, waitUrl, stream } = await setUp(t);
  await sendAway("leaving");
  await stream.closed;
  const resumed = { headers: { "last-event-id": `${id}.0.1` } };
  for (const refused of [
    await requestJson(waitUrl),
    await requestJson(waitUrl, { headers: { prefer: "wait=20" } }),
    await requestJson(`${url}/chat/streaming`, resumed),
    await requestJson(`${url}/chat/streaming/${id}`),
  ]) {
    assertProblem(refused, "shutting_down");
    assert.equal(refused.headers["retry-after"], "1");
    assert.equal(refused.body.stream_id, undefined, "the stream has not failed: only this server is not to be asked");
  }
  call.finish();
  const rest = await (await openStream(`${url}/chat/streaming`, resumed)).rest();
  assert.equal(rest.at(-1)?.type, "done");
  assert.equal((await requestJson(waitUrl)).status, 200);
});

test("R-DRAIN when the time is up, who still waits is sent to another server", async (t) => {
  const { sendAway, waitUrl, readers } = await setUp(t);
  const waiting = requestJson(waitUrl);
  await readers(2);
  await sendAway("leaving");
  await readers(1);
  await sendAway("closing");
  assertProblem(await waiting, "shutting_down");
});
