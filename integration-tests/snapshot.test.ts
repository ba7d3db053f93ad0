import assert from "node:assert/strict";
import { test } from "node:test";
import { type BegunStream, begunStream, drivenServer } from "../testing/driven-server.ts";
import { requestJson } from "../testing/sse-client.ts";

const snapshotOf = (origin: string, id: string) =>
  requestJson(`${origin}/chat/streaming/${id}`, { headers: { accept: "application/json" } });
const stop = (origin: string, id: string) => requestJson(`${origin}/chat/streaming/${id}`, { method: "DELETE" });

test("a snapshot tells of a stream while it runs, and once it completed, was cancelled or failed", async (t) => {
  const server = await drivenServer(t);
  const ending = {
    completed: (of: BegunStream) => of.call.finish({ usage: { input: 3, output: 1 } }),
    cancelled: (of: BegunStream) => stop(server.url, of.id),
    failed: (of: BegunStream) => of.call.cut(),
  };
  const ends = {
    completed: [{ reason: "stop" }, { reason: "stop", usage: { input_tokens: 3, output_tokens: 1 } }],
    cancelled: [{ reason: "cancelled" }, { reason: "cancelled" }],
    failed: [{ reason: "error" }, { error_code: "model_cut" }],
  };
  for (const status of ["completed", "cancelled", "failed"] as const) {
    const stream = await begunStream(server);
    const begunBody = { stream_id: stream.id, kind: "chat", status: "running", last_seq: 1, messages: [] };
    assert.deepEqual((await snapshotOf(server.url, stream.id)).body, begunBody);
    stream.call.text("Hel", "lo");
    await stream.stream.take(3);
    const { body: running } = await snapshotOf(server.url, stream.id);
    const [message] = running.messages;
    const growing = { message_id: message.message_id, sender: "assistant", role: "assistant", content: "Hello" };
    assert.deepEqual(running, { ...begunBody, last_seq: 4, messages: [{ ...growing, timestamp: message.timestamp }] });
    await ending[status](stream);
    await stream.stream.rest();
    const { body } = await snapshotOf(server.url, stream.id);
    const { timestamp } = body.messages[0];
    const [ofMessage, ofStream] = ends[status];
    const messages = [{ ...growing, timestamp, ...ofMessage }];
    assert.deepEqual(body, { ...begunBody, status, last_seq: 6, messages, ...ofStream });
  }
});
