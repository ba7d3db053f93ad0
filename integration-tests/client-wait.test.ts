import assert from "node:assert/strict";
import { test } from "node:test";
import { createClient } from "../client/index.ts";
import { drivenServer } from "../testing/driven-server.ts";

test("wait answers with the whole answer, in as many steps as it takes, and asks the model once", async (t) => {
  const { url, clock, model, readers } = await drivenServer(t, { CHATWAIT_TOKEN_GAP_MS: "600000" });
  const waiting = createClient({ baseUrl: url }).chat.wait({ message: "Hi" });
  const call = await model.call();
  call.text("Hel");
  for (let steps = 0; steps < 3; steps++) {
    await readers(1);
    clock.advance(13_000);
    await readers(0);
  }
  call.text("lo");
  call.finish({ usage: { input: 3, output: 2 } });
  const { message, reason, usage, stream_id } = await waiting;
  assert.deepEqual([message.role, message.content, reason], ["assistant", "Hello", "stop"]);
  assert.deepEqual([usage, stream_id.length >= 22], [{ input_tokens: 3, output_tokens: 2 }, true]);
  assert.equal(model.calls.length, 1);
});

test("two waits under one key get the same answer", async (t) => {
  const { url, model } = await drivenServer(t);
  const { chat } = createClient({ baseUrl: url });
  const options = { idempotencyKey: "one" };
  const both = [chat.wait({ message: "Hi" }, options), chat.wait({ message: "Hi" }, options)];
  const call = await model.call();
  call.text("Hello");
  call.finish();
  const [first, second] = await Promise.all(both);
  assert.deepEqual(first, second);
  assert.equal(model.calls.length, 1);
});

test("whoever stops waiting leaves the answer to be written", async (t) => {
  const { url, model, readers, app } = await drivenServer(t);
  const leaving = new AbortController();
  const { chat } = createClient({ baseUrl: url });
  const refused = assert.rejects(chat.wait({ message: "Hi" }, { signal: leaving.signal }), { code: "aborted" });
  const call = await model.call();
  await readers(1);
  leaving.abort();
  await refused;
  await readers(0);
  assert.deepEqual([call.isCancelled, app.shelf.counts().running], [false, 1]);
});
