import assert from "node:assert/strict";
import { test } from "node:test";
import { byHand, inPieces, type ServerCall, tokens } from "../testing/model-server.ts";
import { openStream, type Received, requestJson } from "../testing/sse-client.ts";
import { until } from "../testing/until.ts";
import { agentOf, upstreamWorld } from "../testing/upstream-world.ts";
import { assertWholeTurn, doneOf, outcomesOf, saidIn, wholeOf } from "../testing/world-app.ts";

// Everything over real HTTP, from the model's server to the reader.

const LINES: Record<string, string[]> = {
  Vera: ["Trains ", "are ", "late — ", "@Otto", "?"],
  Otto: ["They ", "are ", "on time ", "somewhere! 🚂", "\n\n"],
  Cid: ["I ", "take ", "the ", "bicycle."],
};

test("scenario: three agents speak at once, one of them whole, each from a model server that sends byte by byte", async (t) => {
  const agents = ["Vera", "Otto", { name: "Cid", streaming: false }];
  const server = await upstreamWorld(t, (call) => inPieces(LINES[agentOf(call)] ?? [], 1)(call), { agents });
  const turn = await server.chat("How do you travel?");
  const events = await wholeOf(turn);
  const said = saidIn(events).map(([sender, content]) => `${sender}: ${content}`);
  assert.deepEqual(
    said.filter((line) => line.startsWith("Cid")),
    ["Cid: I take the bicycle."],
  );
  assert.deepEqual(
    said.filter((line) => line.startsWith("Vera")),
    ["Vera: Trains are late — @Otto?"],
  );
  // Otto was woken by the person, and once more by Vera.
  assert.deepEqual(
    said.filter((line) => line.startsWith("Otto")),
    Array.from({ length: 2 }, () => `Otto: ${LINES["Otto"]?.join("")}`),
  );
  assert.deepEqual(outcomesOf(events), { Vera: "replied", Otto: "replied", Cid: "replied" });
  assert.equal(server.upstream.calls.length, 4);
  await server.released();
});

test("scenario: a reader whose network fails again and again has in the end what the others have", async (t) => {
  const agents = ["Vera", "Otto"];
  const server = await upstreamWorld(t, byHand, { agents, world: { memory: false } });
  const { stream, id } = await server.chat("Talk, both of you.");
  const calls = [await server.upstream.call(0), await server.upstream.call(1)];
  const feed = await server.feed();
  await feed.take(1);
  const received: Received[] = [];
  let reader = stream;
  for (let round = 0; round < 12; round++) {
    const speaker = calls[round % 2] as ServerCall;
    const before = received.length;
    speaker.push(`${agentOf(speaker)} ${round} é😀 `);
    await until(() => (reader.events.at(-1)?.seq ?? 0) > before, "the next token");
    received.push(...reader.events.filter(({ seq }) => seq > received.length));
    reader.cut();
    const last = received.at(-1)?.id ?? "";
    reader = await openStream(server.at("/chat"), {
      method: round % 2 ? "POST" : "GET",
      headers: { "last-event-id": last },
    });
  }
  for (const call of calls) call.finish();
  await reader.closed;
  received.push(...reader.events.filter(({ seq }) => seq > received.length));
  assertWholeTurn(received);
  assert.deepEqual(received, await wholeOf({ stream: await openStream(server.at(`/chat/${id}`)) }));
  const said = saidIn(received).map(([, content]) => content.match(/\d+/g));
  assert.deepEqual(
    said
      .flat()
      .map(Number)
      .sort((one, other) => one - other),
    Array.from({ length: 12 }, (_, round) => round),
  );
  await until(() => feed.events.at(-1)?.type === "done", "the end in the feed");
  assert.deepEqual(saidIn(feed.events), saidIn(received));
  feed.cut();
});

test("scenario: twenty turns of a conversation, in either mode, each remembered by the next", async (t) => {
  const server = await upstreamWorld(t, (call) => tokens(["Number ", String(call.index)])(call), { agents: ["Vera"] });
  for (let number = 0; number < 20; number++) {
    const message = `Question ${number}`;
    if (number % 2 === 0) {
      const events = await wholeOf(await server.chat(message));
      assert.deepEqual([saidIn(events), doneOf(events).reason], [[["Vera", `Number ${number}`]], "completed"]);
    } else {
      assert.equal((await server.chatJson(message)).body.messages[0].content, `Number ${number}`);
    }
  }
  const last = server.upstream.calls.at(-1)?.body["messages"] as { role: string; content: string }[];
  const told = last.filter(({ role }) => role !== "system");
  assert.equal(told.length, 39);
  assert.deepEqual(told[0], { role: "user", content: "[HUMAN]: Question 0" });
  assert.deepEqual(told[1], { role: "assistant", content: "Number 0" });
  const { text } = await requestJson(`${server.url}/metrics`);
  assert.match(text, /^late_events_total 0$/m);
});
