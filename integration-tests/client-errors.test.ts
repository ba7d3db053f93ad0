import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { test } from "node:test";
import { type ChatWaitError, createClient, isChatWaitError } from "../client/index.ts";
import { eventsOf } from "../testing/client-fixture.ts";
import { drivenServer, serverFor } from "../testing/driven-server.ts";

const failureOf = (doing: Promise<unknown>): Promise<ChatWaitError> =>
  doing.then(
    () => assert.fail("It did not fail."),
    (error) => {
      assert.ok(isChatWaitError(error), String(error));
      return error;
    },
  );

test("what the server refuses comes with its code, its status, its words and where the fault is", async (t) => {
  const { url } = await serverFor(t);
  const { chat, worlds, world } = createClient({ baseUrl: url });
  const cases: [() => Promise<unknown>, number, string][] = [
    [() => chat.wait({ message: " " }), 400, "message_required"],
    [() => eventsOf(chat.stream({ message: "Hi", model: "no:such" })), 400, "unknown_model"],
    [() => chat.wait({ message: "Hi", temperature: 7 }), 400, "invalid_request"],
    [() => chat.snapshot("nothing"), 404, "stream_not_found"],
    [() => eventsOf(chat.resume({ streamId: "x", lastEventId: "not an id" })), 400, "invalid_cursor"],
    [() => worlds.get("nowhere"), 404, "world_not_found"],
    [() => worlds.create({ name: "default" }), 409, "world_exists"],
    [() => eventsOf(world("nowhere").stream({ message: "Hi" })), 404, "world_not_found"],
    [() => world("default").wait({ message: "Hi", sender: "Hanna" }), 400, "invalid_sender"],
  ];
  for (const [doing, status, code] of cases) {
    const error = await failureOf(doing());
    assert.deepEqual([error.code, error.status, error.retryable], [code, status, false]);
    assert.ok(error.requestId && error.message.length > 20, error.message);
  }
  const { details } = await failureOf(chat.wait({ message: "Hi", max_tokens: -1 }));
  assert.equal(details?.[0]?.path, "max_tokens");
});

test("an answer that fails is an event of its stream, and an error of whoever waits for it, with its id", async (t) => {
  const { url, model } = await drivenServer(t);
  const { chat } = createClient({ baseUrl: url });
  const fail = async (index: number) => {
    const call = await model.call(index);
    call.text("Hel");
    call.cut();
  };
  const [events] = await Promise.all([eventsOf(chat.stream({ message: "Hi" })), fail(0)]);
  const end = events.at(-1);
  assert.ok(end?.type === "error" && end.error_code === "model_cut" && end.retryable);
  const [waited] = await Promise.all([failureOf(chat.wait({ message: "Hi" })), fail(1)]);
  const [resulted] = await Promise.all([failureOf(chat.stream({ message: "Hi" }).result()), fail(2)]);
  for (const { code, retryable, streamId } of [waited, resulted]) {
    assert.deepEqual([code, retryable, streamId?.length !== 0], ["model_cut", true, true]);
  }
  assert.equal((await chat.snapshot(waited.streamId ?? "")).messages[0]?.content, "Hel");
  assert.equal(model.calls.length, 3, "no failure is asked again by itself");
});

test("a key that came with another request is refused", async (t) => {
  const { url, model } = await drivenServer(t);
  const { chat } = createClient({ baseUrl: url });
  const first = chat.wait({ message: "One" }, { idempotencyKey: "k" });
  (await model.call()).finish();
  await first;
  const error = await failureOf(chat.wait({ message: "Two" }, { idempotencyKey: "k" }));
  assert.deepEqual([error.code, error.status], ["idempotency_key_reused", 422]);
});

test("a page of another server is told from an answer, and an address without a server from a silent one", async (t) => {
  const site = createServer((_request, response) => response.end("<html>Hello</html>")).listen(0, "127.0.0.1");
  await new Promise((resolve) => void site.once("listening", resolve));
  const { port } = site.address() as AddressInfo;
  const baseUrl = `http://127.0.0.1:${port}`;
  t.after(() => site.close());
  const wrong = createClient({ baseUrl });
  assert.equal((await failureOf(wrong.chat.wait({ message: "Hi" }))).code, "bad_response");
  assert.equal((await failureOf(eventsOf(wrong.chat.stream({ message: "Hi" })))).code, "bad_response");
  site.close();
  site.closeAllConnections();
  const nobody = createClient({ baseUrl, giveUpMs: 1000 });
  const error = await failureOf(eventsOf(nobody.chat.stream({ message: "Hi" })));
  assert.deepEqual([error.code, error.status, error.retryable], ["network", undefined, true]);
});
