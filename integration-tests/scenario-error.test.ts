import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { offer, startTestApp } from "../testing/app.ts";
import { serverFor } from "../testing/driven-server.ts";
import * as scripts from "../testing/model-scripts.ts";
import type { Script } from "../testing/model-server.ts";
import { instantModel } from "../testing/scripted-model.ts";
import { type Received, requestJson } from "../testing/sse-client.ts";
import { until } from "../testing/until.ts";
import { agentOf, toldTo, type UpstreamWorld, upstreamWorld } from "../testing/upstream-world.ts";
import { assertWholeTurn, doneOf, noticesOf, outcomesOf, saidIn, worldApp } from "../testing/world-app.ts";

// Vera's model fails in every way that models fail. Otto's does not, and the turn is his as much as hers.

const INTERNAL = /SECRET|127\.0\.0\.1|Error:|undici/;

const failsFor =
  (fault: Script): Script =>
  (call) =>
    agentOf(call) === "Vera" ? fault(call) : scripts.tokens(["I am ", "here."])(call);

/** The turn's events; what a retry waits for passes at once. */
async function turnOf(world: UpstreamWorld): Promise<Received[]> {
  const { stream, start } = await world.chat();
  await until(() => {
    if (stream.events.at(-1)?.type !== "done") world.clock.advance(100);
    return stream.events.at(-1)?.type === "done";
  }, "the end of the turn");
  return [start, ...(await stream.rest())];
}

type Fault = [name: string, fault: Script, said: string | undefined, code: string];

const FAULTS: Fault[] = [
  ["refuses", scripts.refuse(400), undefined, "model_error"],
  ["refuses for the key", scripts.refuse(401), undefined, "model_error"],
  ["is overloaded, time and again", scripts.refuse(429), undefined, "model_unavailable"],
  ["is broken, time and again", scripts.refuse(500), undefined, "model_unavailable"],
  ["hangs up before a word", scripts.cutAfter([]), undefined, "model_cut"],
  ["hangs up in the middle", scripts.cutAfter(["I am ", "no"]), "I am no", "model_cut"],
  ["ends without a finish", scripts.endsWithoutFinish(["I am ", "no"]), "I am no", "model_cut"],
  ["fails inside a 200", scripts.errorInside([]), undefined, "model_error"],
  ["fails inside a 200, in the middle", scripts.errorInside(["I am "]), "I am ", "model_error"],
  ["sends a web page", scripts.garbage("html"), undefined, "model_error"],
  ["sends broken JSON", scripts.garbage("brokenJson"), undefined, "model_error"],
];

for (const [name, fault, said, code] of FAULTS) {
  test(`R-TEXT a model that ${name} ends its own message and not the turn, streamed and as JSON`, async (t) => {
    const world = await upstreamWorld(t, failsFor(fault));
    const events = await turnOf(world);
    assertWholeTurn(events);
    assert.deepEqual([doneOf(events).reason, outcomesOf(events)], ["completed", { Vera: "failed", Otto: "replied" }]);
    const ends = events.flatMap((event) => (event.type === "message_end" && event.sender === "Vera" ? [event] : []));
    assert.deepEqual(
      ends.map(({ content, reason, error_code }) => [content, reason, error_code]),
      said === undefined ? [] : [[said, "error", code]],
    );
    assert.ok(saidIn(events).some(([sender, content]) => sender === "Otto" && content === "I am here."));
    assert.doesNotMatch(JSON.stringify(events), INTERNAL);
    const logged = world.app.logs.filter(({ error_code }) => error_code === code);
    assert.ok(logged.length > 0, `${code} is for the operator to see`);
    await world.released();
  });
}

test("R-VOICES an agent that is not streamed and fails in the middle says nothing", async (t) => {
  const world = await upstreamWorld(t, failsFor(scripts.errorInside(["I am ", "no"])), {
    agents: [{ name: "Vera", streaming: false }, "Otto"],
  });
  const events = await turnOf(world);
  assert.deepEqual(saidIn(events), [["Otto", "I am here."]]);
  assert.deepEqual(outcomesOf(events), { Vera: "failed", Otto: "replied" });
  assert.doesNotMatch(JSON.stringify(events), /I am no/);
});

test("R-MEMORY what an agent had said when it failed is remembered, what nobody saw is not, and the next turn is as any", async (t) => {
  let failing: Script = scripts.cutAfter(["Half a thought"]);
  const world = await upstreamWorld(t, (call) => failsFor(failing)(call));
  await turnOf(world);
  failing = scripts.refuse(400);
  await turnOf(world);
  failing = scripts.tokens(["Whole."]);
  const events = await turnOf(world);
  assert.deepEqual(outcomesOf(events), { Vera: "replied", Otto: "replied" });
  const last = world.upstream.calls.filter((call) => agentOf(call) === "Vera").at(-1);
  assert.ok(last);
  const own = toldTo(last).filter(({ role }) => role === "assistant");
  assert.deepEqual(
    own.map(({ content }) => content),
    ["Half a thought"],
  );
});

test("R-COUNT a mention in an answer that failed wakes nobody, and who was mentioned before goes on", async (t) => {
  const world = await worldApp(t, { agents: ["Vera", "Otto", "Nora"], world: { respond: "first" } });
  const { stream, start } = await world.chat();
  const vera = await world.voice("Vera").call();
  vera.text("Ask @Otto.");
  vera.finish();
  const otto = await world.voice("Otto").call();
  otto.text("Ask @Nora, ");
  otto.cut();
  const events = [start, ...(await stream.rest())];
  assertWholeTurn(events);
  assert.deepEqual(outcomesOf(events), { Vera: "replied", Otto: "failed" });
  assert.equal(world.voice("Nora").calls.length, 0);
  await world.released();
});

test("where all agents fail, the turn is completed and says so of each", async (t) => {
  const world = await upstreamWorld(t, scripts.refuse(400));
  const events = await turnOf(world);
  assert.deepEqual([doneOf(events).reason, outcomesOf(events)], ["completed", { Vera: "failed", Otto: "failed" }]);
  const { status, body } = await world.chatJson();
  assert.deepEqual([status, body.reason, body.messages], [200, "completed", []]);
  assert.deepEqual(body.agents, doneOf(events).agents);
});

test("an agent that is deleted while it is still to answer has failed, and holds nobody up", async (t) => {
  const world = await worldApp(t);
  const { stream, start } = await world.chat();
  const [vera, otto] = [await world.voice("Vera").call(), await world.voice("Otto").call()];
  vera.text("And what says @Otto to that?");
  vera.finish();
  await world.app.worlds.deleteAgent("kitchen", "Otto");
  otto.text("Bye, @Vera.");
  otto.finish();
  await world.says("Vera", 1, "Is @Otto gone?");
  const events = [start, ...(await stream.rest())];
  assertWholeTurn(events);
  assert.deepEqual(outcomesOf(events), { Vera: "replied", Otto: "failed" });
  assert.deepEqual(noticesOf(events), ["unknown_mention"], "to the others nobody is called so any more");
  assert.equal(world.voice("Otto").calls.length, 1);
  await world.released();
});

test("an agent whose model is offered no more after a restart has failed, and the others answer", async (t) => {
  const dir = await mkdtemp(join(tmpdir(), "chatwait-restart-"));
  t.after(() => rm(dir, { recursive: true, force: true }));
  const models = [offer("test:here", instantModel(["Yes."])), offer("test:gone", instantModel(["No."]))];
  const env = { CHATWAIT_DATA_DIR: dir };
  const before = await startTestApp({ models, env });
  await before.worlds.createWorld({ name: "den" });
  for (const model of ["here", "gone"]) await before.worlds.createAgent("den", { name: model, model: `test:${model}` });
  await before.close();
  const { url } = await serverFor(t, { models: models.slice(0, 1), env });
  const headers = { accept: "application/json" };
  const { body } = await requestJson(`${url}/worlds/den/chat`, { body: { message: "Hi" }, headers });
  assert.deepEqual(body.agents, [
    { agent: "here", outcome: "replied" },
    { agent: "gone", outcome: "failed" },
  ]);
  assert.deepEqual([body.reason, body.messages[0].content, body.messages.length], ["completed", "Yes.", 1]);
});

test("R-TEXT a turn that outgrows its log ends with stream_too_long, each message with its end, in both modes", async (t) => {
  const world = await worldApp(t, { env: { CHATWAIT_MAX_STREAM_BYTES: "20000" } });
  const { stream, start } = await world.chat();
  const waiting = world.chatJson();
  const calls = [await world.voice("Vera").call(0), await world.voice("Otto").call(0)];
  const waited = [await world.voice("Vera").call(1), await world.voice("Otto").call(1)];
  for (const [vera, otto] of [calls, waited]) {
    otto?.text("Yes");
    for (let said = 0; said < 30; said++) vera?.text("x".repeat(1000));
  }
  const events = [start, ...(await stream.rest())];
  const last = events.at(-1);
  assert.ok(last?.type === "error");
  assert.deepEqual([last.error_code, last.retryable], ["stream_too_long", false]);
  assertWholeTurn(events);
  assert.deepEqual(
    saidIn(events)
      .map(([sender]) => sender)
      .sort(),
    ["Otto", "Vera"],
  );
  assert.equal((await waiting).body.error_code, "stream_too_long");
  assert.ok([...calls, ...waited].every(({ isCancelled }) => isCancelled));
  await world.released();
});

test("R-IDEMPOTENT a turn in which an agent failed is bound to its key like any other", async (t) => {
  const world = await upstreamWorld(t, scripts.refuse(400), { agents: ["Vera"] });
  const headers = { "idempotency-key": "k" };
  const first = await world.chatJson("Hi", { headers });
  const again = await world.chatJson("Hi", { headers });
  assert.deepEqual(again.body, first.body);
  assert.equal(again.headers["idempotent-replayed"], "true");
  assert.equal(world.upstream.calls.length, 1);
});
