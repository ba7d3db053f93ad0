import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { startModelServer } from "../testing/model-server.ts";
import { assertProblem } from "../testing/problem.ts";
import { startProgram } from "../testing/program.ts";
import { openStream, requestJson } from "../testing/sse-client.ts";
import { until } from "../testing/until.ts";
import { doneOf } from "../testing/world-app.ts";

// R-DRAIN as worlds see it, by the real program and real signals.

const LONG_MS = 60_000;

async function drainedProgram(t: TestContext, drainMs: number) {
  const model = await startModelServer(() => {});
  t.after(() => model.close());
  const program = await startProgram(t, {
    CHATWAIT_MODEL: "openai-compatible:m",
    CHATWAIT_BASE_URL: model.url,
    CHATWAIT_DRAIN_MS: String(drainMs),
    // A busy machine must not put notices of stalls between the events that are waited for.
    CHATWAIT_WORLD_STALL_MS: "600000",
  });
  return { model, program, at: (path: string) => `${program.url}/worlds/default${path}` };
}

test("R-DRAIN what is new in a world is 503, a turn that runs finishes with all its hand-offs, and feeds are just closed", async (t) => {
  const { model, program, at } = await drainedProgram(t, LONG_MS);
  const feed = await openStream(at("/events"));
  await feed.take(1);
  const body = { message: "Hi", mentions: ["Vera"] };
  const headers = { "idempotency-key": "k" };
  const turn = await openStream(at("/chat"), { body, headers });
  const call = await model.call();
  call.push("What says @Otto?");
  const [start] = await turn.take(3);
  assert.ok(start?.type === "start");
  program.signal("SIGTERM");
  await until(async () => (await requestJson(`${program.url}/readyz`)).status === 503, "readyz says 503");
  for (const path of ["/chat", "/messages"]) {
    assertProblem(await requestJson(at(path), { body }), "shutting_down", /Try again/);
  }
  assertProblem(await requestJson(at("/events")), "shutting_down");
  const replayed = await openStream(at("/chat"), { body, headers });
  assert.equal(replayed.headers["idempotent-replayed"], "true");
  call.finish();
  const answer = await model.call(1);
  answer.push("Yes.");
  answer.finish();
  const events = await turn.rest();
  assert.deepEqual(doneOf(events).agents, [
    { agent: "Vera", outcome: "replied" },
    { agent: "Otto", outcome: "replied" },
  ]);
  assert.deepEqual((await replayed.rest()).slice(3), events);
  assert.equal(await feed.closed, "end");
  const ends = feed.events.filter(({ type }) => type === "done" || type === "error");
  assert.deepEqual(
    ends.map((end) => "turn_id" in end && end.turn_id),
    [start.turn_id],
    "the turn's end and none of its own",
  );
  assert.equal(await program.exited, 0);
});

test("R-DRAIN a turn that does not finish in time ends with shutting_down, in both modes, each message with its end", async (t) => {
  const { model, program, at } = await drainedProgram(t, 200);
  const body = { message: "Hi", mentions: ["Vera", "Otto"] };
  const turn = await openStream(at("/chat"), { body });
  const waiting = requestJson(at("/chat"), { body, headers: { accept: "application/json" } });
  const calls = [await model.call(0), await model.call(1), await model.call(2), await model.call(3)];
  for (const call of calls) call.push("Hel");
  await turn.take(5);
  program.signal("SIGTERM");
  const rest = await turn.rest();
  const ends = rest.flatMap((event) => (event.type === "message_end" ? [[event.content, event.reason]] : []));
  assert.deepEqual(ends, Array(2).fill(["Hel", "error"]));
  const last = rest.at(-1);
  assert.ok(last?.type === "error");
  assert.deepEqual([last.error_code, last.retryable], ["shutting_down", true]);
  const waited = await waiting;
  assertProblem(waited, "shutting_down");
  assert.deepEqual([waited.status, waited.body.retryable], [503, true]);
  assert.equal(await program.exited, 0);
});

test("R-DRAIN a feed that is read holds nothing up", async (t) => {
  const { program, at } = await drainedProgram(t, LONG_MS);
  const feed = await openStream(at("/events"));
  await feed.take(1);
  const begun = performance.now();
  program.signal("SIGTERM");
  assert.equal(await program.exited, 0);
  assert.ok(performance.now() - begun < LONG_MS / 4);
  assert.equal(await feed.closed, "end");
  assert.equal(feed.events.length, 1);
});
