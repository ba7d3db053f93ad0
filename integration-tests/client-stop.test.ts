import assert from "node:assert/strict";
import { test } from "node:test";
import { createClient, type StreamEvent } from "../client/index.ts";
import { offer } from "../testing/app.ts";
import { eventsOf } from "../testing/client-fixture.ts";
import { drivenServer, serverFor } from "../testing/driven-server.ts";
import { scriptedModel } from "../testing/scripted-model.ts";
import { until } from "../testing/until.ts";
import { worldApp } from "../testing/world-app.ts";

const last = (events: readonly StreamEvent[]) => events.at(-1) as { type: string; reason?: string };

test("stop closes the call to the model, keeps the text so far, and ends the iteration with done / cancelled", async (t) => {
  const { url, model } = await drivenServer(t);
  const { chat } = createClient({ baseUrl: url });
  const stream = chat.stream({ message: "Hi" });
  const reading = eventsOf(stream);
  const call = await model.call();
  call.text("Hel");
  await until(() => stream.messages[0]?.content === "Hel");
  await stream.stop();
  await call.cancelled;
  const { type, reason } = last(await reading);
  assert.deepEqual([type, reason, stream.messages[0]?.content], ["done", "cancelled", "Hel"]);
  const snapshot = await chat.snapshot(stream.id ?? "");
  assert.deepEqual([snapshot.status, snapshot.messages[0]?.content], ["cancelled", "Hel"]);
});

test("a stop right after the start stops what the start began, and the model is asked once at most", async (t) => {
  const model = scriptedModel();
  const app = await serverFor(t, { models: [offer("test:driven", model.model)] });
  const stream = createClient({ baseUrl: app.url }).chat.stream({ message: "Hi" });
  const reading = eventsOf(stream);
  await stream.stop();
  assert.equal(last(await reading).reason, "cancelled");
  assert.ok(model.calls.length <= 1);
  assert.equal(app.shelf.counts().running, 0);
});

test("a turn is stopped before its first event, also by whoever has left it", async (t) => {
  const { url, app } = await worldApp(t);
  const turn = createClient({ baseUrl: url }).world("kitchen").stream({ message: "Hi" });
  const reading = eventsOf(turn);
  const stopping = turn.stop();
  turn.detach();
  await Promise.all([reading, stopping]);
  await until(() => app.worlds.counts().turns === 0, "no turn");
});

test("an answer is stopped by its id, twice without harm", async (t) => {
  const { url, model } = await drivenServer(t);
  const { chat } = createClient({ baseUrl: url });
  const stream = chat.stream({ message: "Hi" });
  for await (const { type } of stream) if (type === "start") break;
  const call = await model.call();
  const stopped = await chat.stop(stream.id ?? "");
  await call.cancelled;
  assert.deepEqual([stopped.status, (await chat.stop(stream.id ?? "")).status], ["cancelled", "cancelled"]);
});
