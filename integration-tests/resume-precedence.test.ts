import assert from "node:assert/strict";
import { test } from "node:test";
import { begunStream, drivenServer } from "../testing/driven-server.ts";
import { openStream, resumeStream, startStream } from "../testing/sse-client.ts";
import { until } from "../testing/until.ts";

test("R-PRECEDENCE: the header beats the query, as an EventSource that repeats its first URL needs it", async (t) => {
  const server = await drivenServer(t);
  const { stream, call, events, id } = await begunStream(server, { says: ["Hel", "lo"] });
  const headers = { "last-event-id": `${id}.0.3` };
  const queries = [
    "?starting_after=1",
    "?starting_after=",
    "?starting_after=nonsense",
    "?starting_after=1&starting_after=2",
  ];
  const paths = [...queries.map((query) => `/${id}${query}`), "?message=Hi", "?message=", "?message=a&message=b"];
  const resumed = [];
  for (const path of paths) resumed.push(await openStream(`${server.url}/chat/streaming${path}`, { headers }));
  call.finish();
  const rest = [...events, ...(await stream.rest())].slice(3);
  for (const connection of resumed) assert.deepEqual(await connection.rest(), rest);
  assert.equal(server.model.calls.length, 1);
});

const MIB = 2 ** 20;
const unseen: Record<string, { body?: string | Buffer; headers?: Record<string, string> }> = {
  "that is invalid": { body: '{"mesage": 7, "context": []}' },
  "that is a good start": { body: '{"message": "Hi"}' },
  "that cannot be parsed": { body: '{"message": ' },
  "that is no UTF-8": { body: Buffer.from([0xff, 0xfe, 0x00]) },
  "that is empty": { body: "" },
  "of another type": { body: "<a/>", headers: { "content-type": "text/xml" } },
  "without a type": { body: "x", headers: { "content-type": "" } },
  "that says it is compressed": { body: "x", headers: { "content-encoding": "gzip" } },
  "of 3 MiB": { body: Buffer.alloc(3 * MIB, "x") },
  "with a key that is none": { body: "{}", headers: { "idempotency-key": "" } },
  "with the key of another start": { body: '{"message": "Other"}', headers: { "idempotency-key": "k" } },
};

for (const [name, { body, headers = {} }] of Object.entries(unseen)) {
  test(`R-PRECEDENCE: a resume by POST does not look at a body ${name}`, async (t) => {
    // One start is allowed: the resume is none.
    const server = await drivenServer(t, { CHATWAIT_RATE_LIMIT: "1" });
    const stream = await startStream(server.url, { message: "Hi" }, { "idempotency-key": "k" });
    const call = await server.model.call();
    call.text("Hel");
    const first = await stream.take(3);
    const resumed = await openStream(`${server.url}/chat/streaming`, {
      body,
      headers: { ...headers, "last-event-id": first[1]?.id ?? "" },
    });
    call.text("lo");
    call.finish();
    const whole = [...first, ...(await stream.rest())];
    assert.deepEqual(await resumed.rest(), whole.slice(2));
    assert.equal(resumed.headers["idempotent-replayed"], undefined);
    assert.equal(resumed.headers["ratelimit"], undefined);
    assert.equal(server.model.calls.length, 1);
  });
}

test("R-PRECEDENCE: what a resume leaves unread does not hold its client up", async (t) => {
  const server = await drivenServer(t);
  const { stream, call, events } = await begunStream(server, { says: ["Hel"] });
  // More than the buffers between the two take: it is sent only where somebody receives it.
  const body = Buffer.alloc(48 * MIB, "x");
  const resumed = await resumeStream(server.url, events[0]?.id ?? "", body);
  await resumed.take(1);
  try {
    await until(() => resumed.isSent, "the body is sent");
  } finally {
    call.finish();
    await stream.rest();
    if (!resumed.isSent) resumed.cut();
  }
  assert.deepEqual((await resumed.rest()).at(-1)?.type, "done");
});
