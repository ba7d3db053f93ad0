import assert from "node:assert/strict";
import { test } from "node:test";
import { byHand, type ServerCall } from "../testing/model-server.ts";
import { openStream, requestJson } from "../testing/sse-client.ts";
import { until } from "../testing/until.ts";
import { agentOf, upstreamWorld } from "../testing/upstream-world.ts";
import { doneOf, noticesOf, outcomesOf, saidIn, typesOf, WORLD, wholeOf, worldApp } from "../testing/world-app.ts";

// Agents and programs that take minutes, and readers who do not wait beside them.

test("scenario: an agent researches for a minute and writes for four, while its reader goes and comes", async (t) => {
  const env = { CHATWAIT_FIRST_TOKEN_MS: "120000" };
  const server = await upstreamWorld(t, byHand, { agents: ["Vera"], env });
  const { clock, at } = server;
  const seen = await server.timeline();
  const { stream, start, id } = await server.chat("Write a report.");
  const call = await server.upstream.call();
  clock.advance(60_000);
  assert.deepEqual(noticesOf(await stream.take(1)), ["waiting"]);
  stream.cut();
  await server.readers(0);
  let report = "";
  for (let minute = 1; minute <= 40; minute++) {
    clock.advance(6000);
    const page = `Page ${minute}. `;
    report += page;
    call.push(page);
    // What came over the network has been heard.
    await until(() => seen.at(-1)?.event.type === "token", page);
    if (minute === 20) {
      const { body } = await requestJson(at(`/chat/${id}`), { headers: { accept: "application/json" } });
      assert.deepEqual([body.status, body.messages[0].content], ["running", report]);
      await server.readers(0);
    }
  }
  const back = await openStream(at("/chat"), { headers: { "last-event-id": start.id } });
  call.finish();
  const events = [start, ...(await back.rest())];
  assert.deepEqual(saidIn(events), [["Vera", report]]);
  assert.deepEqual(outcomesOf(events), { Vera: "replied" });
  // It is told that Vera works, and of each pause: nothing of that ends anything.
  assert.deepEqual(new Set(noticesOf(events)), new Set(["waiting", "stalled", "resumed"]));
  assert.equal(noticesOf(events).filter((code) => code === "stalled").length, 39);
  await server.released();
});

test("scenario: one of three agents hangs in the middle; the others, and whom they ask, come to their end", async (t) => {
  const server = await upstreamWorld(t, byHand, { agents: ["Vera", "Otto", { name: "Cid", streaming: false }] });
  const turn = await server.chat("Discuss, and take your time.");
  const calls = new Map<string, ServerCall>();
  for (const index of [0, 1, 2]) {
    const call = await server.upstream.call(index);
    calls.set(agentOf(call), call);
  }
  const [vera, otto, cid] = ["Vera", "Otto", "Cid"].map((name) => calls.get(name) as ServerCall);
  vera?.push("I was about to");
  await turn.stream.take(2);
  // Each step is heard before time goes on.
  const seen = await server.timeline();
  for (let step = 1; step <= 3; step++) {
    server.clock.advance(3000);
    otto?.push(`Step ${step}. `);
    await until(() => seen.some(({ event }) => event.type === "token" && event.text === `Step ${step}. `), "a step");
  }
  await vera?.cancelled;
  otto?.push("@Cid?");
  otto?.finish();
  cid?.push("Done.");
  cid?.finish();
  const asked = await server.upstream.call(3);
  assert.equal(agentOf(asked), "Cid");
  asked.push("Still done.");
  asked.finish();
  const events = await wholeOf(turn);
  assert.deepEqual(outcomesOf(events), { Vera: "timed_out", Otto: "replied", Cid: "replied" });
  const said = Object.groupBy(saidIn(events), ([sender]) => sender);
  assert.deepEqual(said["Vera"], [["Vera", "I was about to"]]);
  assert.deepEqual(said["Otto"], [["Otto", "Step 1. Step 2. Step 3. @Cid?"]]);
  assert.deepEqual(
    said["Cid"]?.map(([, content]) => content),
    ["Done.", "Still done."],
  );
  assert.equal(doneOf(events).reason, "completed");
});

test("scenario: a program outside works for an hour in a world whose timing allows it, and wakes an agent at its end", async (t) => {
  const timing = { completion: 600_000, long_operation: 600_000, stall: 60_000 };
  const env = { CHATWAIT_HEARTBEAT_MS: "1000000" };
  const server = await worldApp(t, { agents: ["Vera"], world: { timing, respond: "mentioned" }, env });
  const { app, clock } = server;
  const turn = await server.chat({ message: "Compute.", sender: "Ada" });
  const tell = (type: "start" | "chunk" | "end", content?: string) =>
    app.worlds.publishSSE(WORLD, {
      type,
      message_id: "job",
      ...(content === undefined ? { sender: "Job" } : { content }),
    });
  await tell("start");
  for (let percent = 10; percent <= 100; percent += 10) {
    clock.advance(360_000);
    await tell("chunk", `${percent} % `);
  }
  await tell("end", "10 % 20 % 30 % 40 % 50 % 60 % 70 % 80 % 90 % 100 % The result is 42, @Vera.");
  const call = await server.says("Vera", 0, "Why ", "42?");
  assert.match(JSON.stringify(call.options.prompt), /\[Job\]: .*The result is 42, @Vera\./);
  clock.advance(600_000);
  const events = await wholeOf(turn);
  assert.deepEqual(
    saidIn(events).map(([sender]) => sender),
    ["Job", "Vera"],
  );
  assert.deepEqual([doneOf(events).reason, outcomesOf(events)], ["silence", { Vera: "replied" }]);
  assert.equal(typesOf(events).filter((type) => type === "token").length, 13);
  await server.released();
});
