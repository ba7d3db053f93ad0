import assert from "node:assert/strict";
import { test } from "node:test";
import { clientFixture, NOTHING } from "../testing/client-fixture.ts";
import type { Scripted } from "../testing/scripted-fetch.ts";
import type { ChatWaitError } from "./index.ts";

const REPLY = {
  ...{ stream_id: "s1", message_id: "m1", reason: "stop", model: "test:a" },
  message: { role: "assistant", content: "Ada.", timestamp: "2026-01-02T03:04:06.120Z" },
};
const RUNNING: Scripted = { status: 202, body: { stream_id: "s1", status: "running" } };
const refused = (status: number, error_code: string, more: object = {}): Scripted => ({
  ...{ status, headers: { "retry-after": "2" } },
  body: { error_code, message: "No.", request_id: "r1", ...more },
});

test("an answer that takes long is waited for in steps, each well within the silence that ends a connection", async () => {
  const { client, network, held } = clientFixture((_asked, index) => (index < 3 ? RUNNING : { body: REPLY }));
  assert.deepEqual(await client.chat.wait({ message: "Hi", temperature: 1 }), REPLY);
  assert.deepEqual(
    network.asked.map(({ method, path, headers }) => [
      method,
      path,
      headers.get("prefer"),
      headers.get("idempotency-key"),
    ]),
    [
      ["POST", "/chat/wait", "wait=13", "key-1"],
      ...Array.from({ length: 3 }, () => ["GET", "/chat/wait/s1", "wait=13", null]),
    ],
  );
  assert.deepEqual([network.asked[0]?.body, held()], [{ message: "Hi", temperature: 1 }, NOTHING]);
});

test("each step is repeated where the network fails, the start with its key", async () => {
  const script: Scripted[] = [
    ...(["unreachable", { status: 502, body: ["<html>"] }, refused(503, "overloaded"), RUNNING] as const),
    ...(["silence", { body: ['{"stream_id"'], ending: "cut" }, { status: 504 }, { body: REPLY }] as const),
  ];
  const { client, network, run, held } = clientFixture((_asked, index) => script[index] ?? "unreachable");
  assert.deepEqual(await run(client.chat.wait({ message: "Hi" }, { idempotencyKey: "mine" })), REPLY);
  assert.deepEqual(
    network.asked.map(({ path, headers }) => [path, headers.get("idempotency-key")]),
    [
      ...Array.from({ length: 4 }, () => ["/chat/wait", "mine"]),
      ...Array.from({ length: 4 }, () => ["/chat/wait/s1", null]),
    ],
  );
  assert.deepEqual(held(), NOTHING);
});

test("an answer that failed is told and not asked for again, though it might be", async () => {
  const failed = refused(503, "model_unavailable", { stream_id: "s1", retryable: true });
  const { client, network } = clientFixture(() => failed);
  await assert.rejects(client.chat.wait({ message: "Hi" }), (error: ChatWaitError) => {
    const { code, status, retryable, streamId, retryAfterMs } = error;
    assert.deepEqual(
      { code, status, retryable, streamId, retryAfterMs },
      { code: "model_unavailable", status: 503, retryable: true, streamId: "s1", retryAfterMs: 2000 },
    );
    return true;
  });
  assert.equal(network.asked.length, 1);
});

test("a refused start is told with all that the server says of it", async () => {
  const details = [{ path: "temperature", message: "too hot" }];
  const { client, network } = clientFixture(() => refused(400, "invalid_request", { details }));
  await assert.rejects(client.chat.wait({ message: "Hi" }), (error: ChatWaitError) => {
    const { code, message, requestId, retryable } = error;
    assert.deepEqual(
      [code, message, requestId, retryable, error.details],
      ["invalid_request", "No.", "r1", false, details],
    );
    return true;
  });
  assert.equal(network.asked.length, 1);
});

test("the caller's signal ends the waiting, in a request and between two", async () => {
  for (const script of ["silence", "unreachable"] as const) {
    const leaving = new AbortController();
    const { client, rest, held } = clientFixture(() => script);
    const waiting = client.chat.wait({ message: "Hi" }, { signal: leaving.signal });
    const refusedWith = assert.rejects(waiting, (error: ChatWaitError) => {
      assert.deepEqual([error.code, error.cause], ["aborted", "bored"]);
      return true;
    });
    await rest();
    leaving.abort("bored");
    await refusedWith;
    assert.deepEqual(held(), NOTHING);
  }
});

test("what is no JSON, or no object, is bad_response", async () => {
  for (const body of [["<html>"], ["7"], ["null"], [""]]) {
    const { client } = clientFixture(() => ({ body }));
    await assert.rejects(client.chat.wait({ message: "Hi" }), (error: ChatWaitError) => error.code === "bad_response");
  }
});
