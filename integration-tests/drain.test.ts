import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { byHand } from "../testing/model-scripts.ts";
import { type ModelServer, startModelServer, tokens } from "../testing/model-server.ts";
import { assertProblem } from "../testing/problem.ts";
import { type Program, startProgram } from "../testing/program.ts";
import { head, openRaw } from "../testing/raw-http.ts";
import { requestJson, startStream } from "../testing/sse-client.ts";
import { until } from "../testing/until.ts";

// R-DRAIN, by the real program and real signals.

async function setUp(t: TestContext, drainMs: number): Promise<{ program: Program; model: ModelServer }> {
  const model = await startModelServer(byHand);
  t.after(() => model.close());
  const env = {
    CHATWAIT_MODEL: "openai-compatible:m",
    CHATWAIT_BASE_URL: model.url,
    CHATWAIT_DRAIN_MS: String(drainMs),
  };
  return { program: await startProgram(t, env), model };
}

const LONG_MS = 60_000;
const draining = (program: Program) =>
  until(async () => (await requestJson(`${program.url}/readyz`)).status === 503, "readyz says 503");

for (const signal of ["SIGTERM", "SIGINT"] as const) {
  test(`R-DRAIN: with nothing running, ${signal} ends the program at once with exit code 0`, async (t) => {
    const { program } = await setUp(t, LONG_MS);
    const begun = performance.now();
    program.signal(signal);
    assert.equal(await program.exited, 0);
    assert.ok(performance.now() - begun < LONG_MS / 4);
    assert.match(program.stdout, /"shutting down"[\s\S]*"stopped"/);
  });
}

test("R-DRAIN: while draining readyz is 503 and starts are 503, but what runs is finished and can be read", async (t) => {
  const { program, model } = await setUp(t, LONG_MS);
  const stream = await startStream(program.url, { message: "Hi" }, { "idempotency-key": "k" });
  const [start] = await stream.take(1);
  assert.ok(start?.type === "start");
  const call = await model.call();
  call.push("Hel");
  await stream.take(2);
  program.signal("SIGTERM");
  await draining(program);
  const ready = await requestJson(`${program.url}/readyz`);
  assert.deepEqual(ready.body, { status: "draining" });
  assert.equal((await requestJson(`${program.url}/healthz`)).status, 200);
  for (const path of ["/chat/wait", "/v1/chat/streaming"]) {
    const refused = await requestJson(program.url + path, { body: { message: "Ho" } });
    assertProblem(refused, "shutting_down", /Try again shortly/);
  }
  assertProblem(await requestJson(`${program.url}/chat/streaming?message=Ho`), "shutting_down");

  const resumed = await startStream(program.url, { message: "Hi" }, { "idempotency-key": "k" });
  assert.equal(resumed.headers["idempotent-replayed"], "true", "attaching is no start");
  call.push("lo");
  call.finish();
  const events = await stream.rest();
  assert.deepEqual([events.at(-2)?.type, events.at(-1)?.type], ["message_end", "done"]);
  assert.equal((await resumed.rest()).at(-1)?.type, "done");
  assert.equal(await program.exited, 0);
  assert.equal(model.calls.length, 1);
});

test("R-DRAIN: what does not finish in time ends with the error shutting_down, in both modes, then exit code 0", async (t) => {
  const { program, model } = await setUp(t, 300);
  const stream = await startStream(program.url, { message: "Hi" });
  const waiting = requestJson(`${program.url}/chat/wait`, { body: { message: "Hi" } });
  const calls = [await model.call(0), await model.call(1)];
  for (const call of calls) call.push("Hel");
  await stream.take(3);
  program.signal("SIGTERM");
  const [end, last] = await stream.rest();
  assert.ok(end?.type === "message_end" && last?.type === "error");
  assert.deepEqual([end.content, end.reason, end.error_code], ["Hel", "error", "shutting_down"]);
  assert.deepEqual([last.error_code, last.retryable], ["shutting_down", true]);
  assert.equal(await stream.closed, "end");
  const answer = await waiting;
  assertProblem(answer, "shutting_down");
  assert.equal(answer.body.retryable, true);
  assert.equal(await program.exited, 0);
  await Promise.all(calls.map(({ cancelled }) => cancelled));
});

test("R-DRAIN: a second signal ends it at once", async (t) => {
  const { program, model } = await setUp(t, LONG_MS);
  const stream = await startStream(program.url, { message: "Hi" });
  await model.call();
  program.signal("SIGTERM");
  await draining(program);
  const begun = performance.now();
  program.signal("SIGTERM");
  assert.notEqual(await program.exited, null);
  assert.ok(performance.now() - begun < LONG_MS / 4);
  assert.equal(await stream.closed, "cut");
});

test("R-DRAIN: idle connections that are kept alive, and one that never sent anything, do not hold it up", async (t) => {
  const { program } = await setUp(t, LONG_MS);
  const idle = await openRaw(program.url);
  idle.send(head("GET /healthz HTTP/1.1", "Host: localhost"));
  assert.equal((await idle.response()).status, 200);
  const silent = await openRaw(program.url);
  const begun = performance.now();
  program.signal("SIGTERM");
  assert.equal(await program.exited, 0);
  assert.ok(performance.now() - begun < LONG_MS / 4);
  await Promise.all([idle.closed, silent.closed]);
});

test("R-DRAIN: a reader that takes nothing does not hold it up", async (t) => {
  const { program, model } = await setUp(t, 1);
  model.reply(tokens(Array(2000).fill("x".repeat(1000))));
  const lazy = await openRaw(program.url);
  lazy.socket.pause();
  lazy.send(head("GET /chat/streaming?message=Hi HTTP/1.1", "Host: localhost"));
  await model.call();
  program.signal("SIGTERM");
  assert.equal(await program.exited, 0);
  lazy.destroy();
});
