import assert from "node:assert/strict";
import { test } from "node:test";
import { createClient, type StreamEvent } from "../client/index.ts";
import { eventsOf } from "../testing/client-fixture.ts";
import { drivenServer } from "../testing/driven-server.ts";
import { textOf } from "../testing/sse-client.ts";
import { assertWholeTurn, worldApp } from "../testing/world-app.ts";

test("an answer that was saved in the middle goes on in another client, though nobody read it meanwhile", async (t) => {
  const { url, model, readers } = await drivenServer(t);
  const before = createClient({ baseUrl: url }).chat.stream({ message: "Hi" });
  const events: StreamEvent[] = [];
  const speaking = model.call().then((call) => {
    call.text("Hel", "lo ");
    return call;
  });
  let paper = "";
  for await (const event of before) {
    events.push(event);
    paper = JSON.stringify(before.save());
    if (textOf(events) === "Hello ") break;
  }
  await readers(0);
  const call = await speaking;
  call.text("there");
  const after = createClient({ baseUrl: url }).restore(JSON.parse(paper));
  assert.equal(after.messages[0]?.content, "Hello ");
  assert.equal(after.id, before.id);
  call.finish();
  events.push(...(await eventsOf(after)));
  assertWholeTurn(events);
  assert.deepEqual([after.messages[0]?.content, after.save()], ["Hello there", undefined]);
  assert.equal(model.calls.length, 1);
});

test("a turn goes on in its world, and a feed where it was", async (t) => {
  const { url, says, voice } = await worldApp(t, { agents: ["Vera"] });
  const kitchen = createClient({ baseUrl: url }).world("kitchen");
  const feed = kitchen.feed();
  for await (const { type } of feed) if (type === "start") break;
  const turn = kitchen.stream({ message: "Hi" });
  const events: StreamEvent[] = [];
  for await (const event of turn) {
    events.push(event);
    if (event.type === "start") break;
  }
  const saved = [turn.save(), feed.save()];
  await voice("Vera").call(0);
  await says("Vera", 0, "Hello");
  const [turnPaper, feedPaper] = JSON.parse(JSON.stringify(saved));
  const later = createClient({ baseUrl: url });
  events.push(...(await eventsOf(later.restore(turnPaper))));
  assertWholeTurn(events);
  const restoredFeed = later.restore(feedPaper);
  const seen: StreamEvent[] = [];
  for await (const event of restoredFeed) {
    seen.push(event);
    if (event.type === "done") break;
  }
  assert.deepEqual(
    seen.map(({ seq }) => seq),
    seen.map((_, index) => feedPaper.seq + 1 + index),
  );
  assert.ok(seen.some((event) => event.type === "message_end" && event.content === "Hello"));
});

test("what has been forgotten meanwhile is told, and not begun anew", async (t) => {
  const { url, model, clock, app } = await drivenServer(t);
  const client = createClient({ baseUrl: url });
  const stream = client.chat.stream({ message: "Hi" });
  for await (const { type } of stream) if (type === "start") break;
  const saved = stream.save();
  assert.ok(saved);
  await model.call();
  await client.chat.stop(stream.id ?? "");
  clock.advance(300_001);
  assert.equal(app.shelf.counts().running, 0);
  await assert.rejects(eventsOf(client.restore(saved)), { code: "stream_expired", status: 410 });
  assert.equal(model.calls.length, 1);
});
