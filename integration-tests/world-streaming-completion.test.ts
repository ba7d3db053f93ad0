import assert from "node:assert/strict";
import { test } from "node:test";
import type { WorldEvent } from "../src/protocol/events.ts";
import { offer } from "../testing/app.ts";
import { startModelServer } from "../testing/model-server.ts";
import { assertProblem } from "../testing/problem.ts";
import { instantModel } from "../testing/scripted-model.ts";
import { openStream, requestJson, textOf } from "../testing/sse-client.ts";
import { until } from "../testing/until.ts";
import {
  doneOf,
  noticesOf,
  outcomesOf,
  saidIn,
  type Timed,
  typesOf,
  WORLD,
  wholeOf,
  worldApp,
} from "../testing/world-app.ts";

/** What happened when, in few words; the feed's own notices are left out. */
const told = (seen: readonly Timed[]): string[] =>
  seen.flatMap(({ at, event }) => {
    const what = inShort(event);
    return what === undefined ? [] : [`${at} ${what}`];
  });

function inShort(event: WorldEvent): string | undefined {
  if (event.type === "system") return ["subscribed", "published"].includes(event.code) ? undefined : event.code;
  if (event.type === "token") return `token ${event.text}`;
  if (event.type === "message_end") return `message_end ${event.reason}`;
  return event.type === "done" ? `done ${event.reason}` : event.type;
}

// ---- Programs outside

test("R-TIMING a program outside streams at 0, 400 and 800 and falls silent: stalled at 1300, done/silence at 2800", async (t) => {
  const { app, clock, chat, timeline, released } = await worldApp(t, { agents: [] });
  const seen = await timeline();
  const turn = await chat("Is anybody there?");
  const tell = (event: object) => app.worlds.publishSSE(WORLD, { message_id: "out", type: "chunk", ...event });
  await tell({ type: "start", sender: "Radio" });
  await tell({ content: "a" });
  clock.advance(400);
  await tell({ content: "b" });
  clock.advance(400);
  await tell({ content: "c" });
  clock.advance(10_000);
  assert.deepEqual(told(seen), [
    ...["0 start", "0 message", "0 message_start", "0 token a", "400 token b", "800 token c"],
    ...["1300 stalled", "2800 message_end timeout", "2800 done silence"],
  ]);
  const events = await wholeOf(turn);
  assert.deepEqual(typesOf(events), [
    "start",
    "message_start",
    "token",
    "token",
    "token",
    "system",
    "message_end",
    "done",
  ]);
  assert.deepEqual([saidIn(events), doneOf(events).reason], [[["Radio", "abc"]], "silence"]);
  await released();
});

test("R-TIMING each chunk begins both times anew: 1900 ms after the last the turn still goes on", async (t) => {
  const { app, clock, chat, timeline } = await worldApp(t, { agents: [] });
  const seen = await timeline();
  const turn = await chat("Hello?");
  const chunk = (content: string) => app.worlds.publishSSE(WORLD, { type: "chunk", message_id: "out", content });
  await app.worlds.publishSSE(WORLD, { type: "start", message_id: "out" });
  for (const text of ["a", "b", "c", "d"]) {
    await chunk(text);
    clock.advance(1900);
  }
  await app.worlds.publishSSE(WORLD, { type: "end", message_id: "out", content: "abcde" });
  clock.advance(1999);
  assert.equal(seen.at(-1)?.event.type, "message_end");
  clock.advance(1);
  assert.deepEqual(told(seen).slice(2), [
    ...["0 message_start", "0 token a", "500 stalled"],
    ...["1900 resumed", "1900 token b", "2400 stalled"],
    ...["3800 resumed", "3800 token c", "4300 stalled"],
    ...["5700 resumed", "5700 token d", "6200 stalled"],
    ...["7600 token e", "7600 message_end stop", "9600 done silence"],
  ]);
  assert.deepEqual(saidIn(await wholeOf(turn)), [["HUMAN", "abcde"]]);
});

test("R-TIMING a whole message of a program outside and then silence: done/silence 2000 after it", async (t) => {
  const { clock, chat, publish, timeline, released } = await worldApp(t, { agents: [] });
  const seen = await timeline();
  const turn = await chat("Is anybody there?");
  clock.advance(800);
  const added = await publish({ message: "Here I am.", sender: "Radio", turn_id: turn.turnId });
  assert.deepEqual([added.status, added.body.turn_id], [202, turn.turnId]);
  clock.advance(10_000);
  assert.deepEqual(told(seen), ["0 start", "0 message", "800 message", "2800 done silence"]);
  const events = await wholeOf(turn);
  assert.deepEqual([saidIn(events), doneOf(events).agents], [[["Radio", "Here I am."]], []]);
  await released();
});

test("R-TIMING nobody answers: done/no_recipient at 3000, as a stream and as JSON", async (t) => {
  const { clock, chat, chatJson, timeline, app, released } = await worldApp(t);
  const seen = await timeline();
  const turn = await chat({ message: "To myself.", mentions: [] });
  const waiting = chatJson({ message: "To myself.", mentions: [] });
  await until(() => app.worlds.counts().timers === 2, "both turns wait");
  clock.advance(2999);
  assert.ok(seen.every(({ event }) => event.type !== "done"));
  clock.advance(1);
  assert.deepEqual(told(seen).slice(-2), ["3000 done no_recipient", "3000 done no_recipient"]);
  assert.deepEqual(typesOf(await wholeOf(turn)), ["start", "done"]);
  const { status, body } = await waiting;
  assert.deepEqual([status, body.reason, body.messages, body.agents], [200, "no_recipient", [], []]);
  await released();
});

test("R-TIMING a program that answers before response runs out keeps the turn for completion", async (t) => {
  const { app, clock, chat, timeline } = await worldApp(t, { agents: [] });
  const seen = await timeline();
  const turn = await chat();
  clock.advance(2999);
  await app.worlds.publishSSE(WORLD, { type: "start", message_id: "out", sender: "Radio" });
  await app.worlds.publishSSE(WORLD, { type: "end", message_id: "out", content: "At last." });
  clock.advance(1999);
  assert.equal(seen.at(-1)?.event.type, "message_end");
  clock.advance(1);
  assert.equal(told(seen).at(-1), "4999 done silence");
  assert.deepEqual(saidIn(await wholeOf(turn)), [["Radio", "At last."]]);
});

test("R-TIMING an error of a program outside ends its message, and the turn goes on to its silence", async (t) => {
  const { app, clock, chat, timeline } = await worldApp(t, { agents: [] });
  const seen = await timeline();
  const turn = await chat();
  for (const type of ["start", "chunk", "error"] as const) {
    await app.worlds.publishSSE(WORLD, { type, message_id: "out", ...(type === "chunk" ? { content: "Hal" } : {}) });
  }
  clock.advance(2000);
  assert.deepEqual(told(seen).slice(2), [
    ...["0 message_start", "0 token Hal", "0 message_end error", "2000 done silence"],
  ]);
  await wholeOf(turn);
});

test("R-COUNT a program outside that wakes an agent keeps the turn open for it, and its silence is long over then", async (t) => {
  const { app, clock, chat, says, timeline } = await worldApp(t);
  const seen = await timeline();
  const turn = await chat({ message: "To nobody", mentions: [] });
  await app.worlds.publishSSE(WORLD, { type: "start", message_id: "out", sender: "Radio" });
  await app.worlds.publishSSE(WORLD, { type: "end", message_id: "out", content: "@Vera, is it so?" });
  clock.advance(5000);
  const call = await says("Vera", 0, "No.");
  assert.deepEqual(told(seen).slice(5), [
    ...["5000 message_start", "5000 token No.", "5000 message_end stop", "5000 done completed"],
  ]);
  const events = await wholeOf(turn);
  assert.deepEqual(outcomesOf(events), { Vera: "replied" });
  const reply = events.find((event) => event.type === "message_end" && event.sender === "Vera");
  assert.ok(reply?.type === "message_end" && reply.in_reply_to === "out");
  assert.match(JSON.stringify(call.options.prompt), /\[Radio\]: @Vera, is it so\?/);
});

test("R-COUNT when the work ends before the silence of a program, the turn waits for the program", async (t) => {
  const { clock, chat, publish, says, timeline } = await worldApp(t, { agents: ["Vera"] });
  const seen = await timeline();
  const turn = await chat();
  clock.advance(1000);
  await publish({ message: "By the way", sender: "Radio", mentions: [], turn_id: turn.turnId });
  clock.advance(500);
  await says("Vera", 0, "Hm.");
  clock.advance(1499);
  assert.equal(seen.at(-1)?.event.type, "message_end");
  clock.advance(1);
  assert.equal(told(seen).at(-1), "3000 done silence");
  assert.deepEqual(outcomesOf(await wholeOf(turn)), { Vera: "replied" });
});

test("R-COUNT when a turn is over a program outside is told so, and nothing of it is changed", async (t) => {
  const { app, clock, chat, publish, at } = await worldApp(t, { agents: [] });
  const turn = await chat();
  await app.worlds.publishSSE(WORLD, { type: "start", message_id: "out", turn_id: turn.turnId });
  clock.advance(2000);
  const whole = await wholeOf(turn);
  const late = ["chunk", "end", "error"] as const;
  for (const type of late) {
    await assert.rejects(app.worlds.publishSSE(WORLD, { type, message_id: "out", content: "x" }), {
      code: "turn_ended",
    });
  }
  const restart = { type: "start", message_id: "again", turn_id: turn.turnId } as const;
  await assert.rejects(app.worlds.publishSSE(WORLD, restart), { code: "turn_ended" });
  assertProblem(await publish({ message: "late", turn_id: turn.turnId }), "turn_ended");
  assert.deepEqual(await (await openStream(at(`/chat/${turn.id}`))).rest(), whole);
  const metrics = await requestJson(`${app.url}/metrics`);
  assert.match(metrics.text, /^late_events_total 0$/m);
});

test("R-TEXT an id names one message of a program outside: it begins once in a turn, also when it has ended", async (t) => {
  const { app, clock, chat } = await worldApp(t, { agents: [] });
  const turn = await chat();
  const tell = (type: "start" | "chunk" | "end" | "error", message_id: string, content = "x") =>
    app.worlds.publishSSE(WORLD, { type, message_id, ...(type === "start" ? {} : { content }) });
  await tell("start", "one");
  await assert.rejects(tell("start", "one"), { code: "invalid_request" });
  await tell("end", "one");
  await tell("start", "two");
  await tell("error", "two");
  for (const id of ["one", "two"]) {
    await assert.rejects(tell("start", id), { code: "invalid_request" });
    await assert.rejects(tell("chunk", id), { code: "turn_ended" });
  }
  clock.advance(2000);
  const events = await wholeOf(turn);
  assert.equal(typesOf(events).filter((type) => type === "message_start").length, 2);
  // In another turn it is another message.
  const next = await chat();
  await tell("start", "one");
  await tell("end", "one", "Again.");
  clock.advance(2000);
  assert.deepEqual(saidIn(await wholeOf(next)), [["HUMAN", "Again."]]);
});

// ---- Agents that take their time

test("R-TIMING a silent model: one waiting at 8000, and its later answer is whole", async (t) => {
  const { clock, chat, voice, timeline, released } = await worldApp(t, { agents: ["Vera"] });
  const seen = await timeline();
  const turn = await chat();
  const call = await voice("Vera").call();
  clock.advance(45_000);
  assert.deepEqual(told(seen), ["0 start", "0 message", "8000 waiting"]);
  assert.equal(call.isCancelled, false);
  call.text("After ", "all: ", "no.");
  call.finish();
  const events = await wholeOf(turn);
  assert.deepEqual(told(seen).slice(3), [
    ...["45000 message_start", "45000 token After ", "45000 token all: ", "45000 token no."],
    ...["45000 message_end stop", "45000 done completed"],
  ]);
  assert.deepEqual([textOf(events), outcomesOf(events)], ["After all: no.", { Vera: "replied" }]);
  const waiting = events.find(({ type }) => type === "system");
  assert.ok(waiting?.type === "system" && waiting.agent === "Vera");
  await released();
});

test("R-TIMING a message that began and falls silent ends with timeout 8000 after its last token, and another agent goes on", async (t) => {
  const { clock, chat, voice, timeline, released } = await worldApp(t);
  const seen = await timeline();
  const turn = await chat();
  const [vera, otto] = [await voice("Vera").call(), await voice("Otto").call()];
  clock.advance(1000);
  vera.text("I think");
  for (let second = 2; second <= 12; second++) {
    clock.advance(1000);
    otto.text(`${second} `);
  }
  otto.finish();
  const events = await wholeOf(turn);
  const veras = told(seen).filter((line) => /timeout|think/.test(line));
  assert.deepEqual(veras, ["1000 token I think", "9000 message_end timeout"]);
  assert.equal(told(seen).at(-1), "12000 done completed");
  assert.equal(vera.isCancelled, true);
  assert.deepEqual(outcomesOf(events), { Vera: "timed_out", Otto: "replied" });
  assert.deepEqual(saidIn(events), [
    ["Vera", "I think"],
    ["Otto", "2 3 4 5 6 7 8 9 10 11 12 "],
  ]);
  await released();
});

test("R-TIMING a message without a token for 500 ms is stalled, goes on with resumed, and nothing is closed", async (t) => {
  const { clock, chat, voice, timeline } = await worldApp(t, { agents: ["Vera"] });
  const seen = await timeline();
  const turn = await chat();
  const call = await voice("Vera").call();
  call.text("a");
  clock.advance(499);
  call.text("b");
  clock.advance(499);
  assert.ok(
    seen.every(({ event }) => event.type !== "system" || event.code === "published" || event.code === "subscribed"),
  );
  clock.advance(4000);
  call.text("c");
  call.finish();
  assert.deepEqual(told(seen).slice(2), [
    ...["0 message_start", "0 token a", "499 token b", "999 stalled", "4998 resumed", "4998 token c"],
    ...["4998 message_end stop", "4998 done completed"],
  ]);
  const events = await wholeOf(turn);
  const notices = events.filter((event) => event.type === "system");
  const message = events.find((event) => event.type === "message_start");
  assert.ok(message?.type === "message_start");
  assert.deepEqual(
    notices.map((event) => event.type === "system" && [event.code, event.message_id]),
    [
      ["stalled", message.message_id],
      ["resumed", message.message_id],
    ],
  );
});

test("R-TIMING thoughts are progress: a message whose model thinks in the middle is not cut", async (t) => {
  const { clock, chat, voice } = await worldApp(t, { agents: ["Vera"] });
  const turn = await chat();
  const call = await voice("Vera").call();
  call.text("Let me think. ");
  for (let second = 0; second < 21; second += 7) {
    clock.advance(7000);
    call.reasoning();
  }
  call.text("Yes.");
  call.finish();
  const events = await wholeOf(turn);
  assert.deepEqual([textOf(events), outcomesOf(events)], ["Let me think. Yes.", { Vera: "replied" }]);
});

test("R-TIMING an agent that is not streamed may take its time while its parts come, and is sent whole", async (t) => {
  const agents = [{ name: "Vera", streaming: false }];
  const { clock, chat, voice, timeline } = await worldApp(t, { agents });
  const seen = await timeline();
  const turn = await chat();
  const call = await voice("Vera").call();
  for (let part = 0; part < 10; part++) {
    clock.advance(7000);
    call.text(`${part} `);
  }
  call.finish();
  assert.deepEqual(told(seen), ["0 start", "0 message", "70000 message", "70000 done completed"]);
  const events = await wholeOf(turn);
  assert.deepEqual(typesOf(events), ["start", "message", "done"]);
  assert.deepEqual(saidIn(events), [["Vera", "0 1 2 3 4 5 6 7 8 9 "]]);
});

test("R-TIMING of an agent that is not streamed and falls silent nothing is sent but its outcome", async (t) => {
  const { clock, chat, voice, timeline } = await worldApp(t, { agents: [{ name: "Vera", streaming: false }] });
  const seen = await timeline();
  const turn = await chat();
  const call = await voice("Vera").call();
  clock.advance(1000);
  call.text("I th");
  clock.advance(20_000);
  assert.deepEqual(told(seen), ["0 start", "0 message", "9000 done completed"]);
  assert.equal(call.isCancelled, true);
  const events = await wholeOf(turn);
  assert.deepEqual([typesOf(events), outcomesOf(events)], [["start", "done"], { Vera: "timed_out" }]);
});

test("R-TIMING a first token has the model's own limit, and who misses it has an outcome and no message", async (t) => {
  const env = { CHATWAIT_FIRST_TOKEN_MS: "20000" };
  const { clock, chat, says, timeline } = await worldApp(t, { env });
  const seen = await timeline();
  const turn = await chat();
  await says("Otto", 0, "Yes!");
  clock.advance(19_999);
  assert.deepEqual(told(seen).at(-1), "8000 waiting");
  clock.advance(1);
  const events = await wholeOf(turn);
  assert.equal(told(seen).at(-1), "20000 done completed");
  assert.deepEqual(outcomesOf(events), { Vera: "timed_out", Otto: "replied" });
  assert.deepEqual(saidIn(events), [["Otto", "Yes!"]]);
});

// ---- Whose times they are

test("R-TIMING a world's own timing counts, where it says nothing the server's, and a PATCH counts from the next turn", async (t) => {
  const env = { CHATWAIT_WORLD_RESPONSE_MS: "700", CHATWAIT_WORLD_STALL_MS: "70", CHATWAIT_WORLD_COMPLETION_MS: "300" };
  const world = { timing: { response: 100 } };
  const { app, clock, chat, timeline, at } = await worldApp(t, { agents: [], env, world });
  const seen = await timeline();
  const first = await chat();
  const patch = { method: "PATCH", body: { timing: { response: null, completion: 200 } } };
  assert.equal((await requestJson(at(""), patch)).status, 200);
  clock.advance(100);
  assert.equal(doneOf(await wholeOf(first)).reason, "no_recipient");
  const second = await chat();
  clock.advance(699);
  assert.equal(app.worlds.counts().turns, 1);
  clock.advance(1);
  assert.equal(doneOf(await wholeOf(second)).reason, "no_recipient");
  const third = await chat();
  await app.worlds.publishSSE(WORLD, { type: "start", message_id: "out" });
  clock.advance(1000);
  assert.equal(doneOf(await wholeOf(third)).reason, "silence");
  const rest = told(seen).filter((line) => /done|stalled|timeout/.test(line));
  assert.deepEqual(rest, [
    ...["100 done no_recipient", "800 done no_recipient"],
    ...["870 stalled", "1000 message_end timeout", "1000 done silence"],
  ]);
});

// ---- When a turn is over

test("R-COUNT done follows the last event of the last agent at once: no time has to pass", async (t) => {
  const { clock, chat, says, timeline, released } = await worldApp(t);
  const seen = await timeline();
  const turn = await chat();
  await says("Otto", 0, "Yes!");
  assert.equal(seen.at(-1)?.event.type, "message_end");
  clock.advance(300);
  await says("Vera", 0, "No.");
  assert.deepEqual(told(seen).slice(-2), ["300 message_end stop", "300 done completed"]);
  await wholeOf(turn);
  await released();
});

test("R-COUNT pauses of 700 ms lose no token, and 10 s of talk end when they are over", async (t) => {
  const { clock, chat, voice, timeline } = await worldApp(t);
  const seen = await timeline();
  const turn = await chat();
  const [vera, otto] = [await voice("Vera").call(), await voice("Otto").call()];
  const says: Record<string, string> = { Vera: "", Otto: "" };
  for (let at = 100; at <= 10_000; at += 100) {
    clock.advance(100);
    otto.text(`${at} `);
    says["Otto"] += `${at} `;
    if (at % 700 !== 0) continue;
    vera.text(`${at},`);
    says["Vera"] += `${at},`;
  }
  vera.finish();
  otto.finish();
  const events = await wholeOf(turn);
  assert.deepEqual(Object.fromEntries(saidIn(events)), says);
  assert.equal(told(seen).at(-1), "10000 done completed");
});

test("R-COUNT a hand-off keeps the turn open until who was asked has answered, however late", async (t) => {
  const { clock, chat, says, voice, timeline } = await worldApp(t, { world: { respond: "first" } });
  const seen = await timeline();
  const turn = await chat();
  await says("Vera", 0, "Ask @Otto.");
  const otto = await voice("Otto").call();
  clock.advance(30_000);
  otto.text("Yes!");
  clock.advance(400);
  otto.finish();
  assert.equal(told(seen).at(-1), "30400 done completed");
  assert.deepEqual(outcomesOf(await wholeOf(turn)), { Vera: "replied", Otto: "replied" });
});

test("R-COUNT an agent that says nothing, one that fails at once and one that fails midway: each has its outcome, and the turn ends well", async (t) => {
  const agents = ["Quiet", "Broken", "Cut", "Sound"];
  const { chat, says, voice, released } = await worldApp(t, { agents });
  const turn = await chat();
  await says("Quiet", 0);
  (await voice("Broken").call()).fail(new Error("SECRET"));
  const cut = await voice("Cut").call();
  cut.text("I was ab");
  cut.cut();
  await says("Sound", 0, "Fine.");
  const events = await wholeOf(turn);
  assert.deepEqual(doneOf(events).reason, "completed");
  assert.deepEqual(outcomesOf(events), { Quiet: "declined", Broken: "failed", Cut: "failed", Sound: "replied" });
  assert.deepEqual(saidIn(events), [
    ["Cut", "I was ab"],
    ["Sound", "Fine."],
  ]);
  const ending = events.find((event) => event.type === "message_end" && event.sender === "Cut");
  assert.ok(ending?.type === "message_end");
  assert.deepEqual([ending.reason, ending.error_code], ["error", "model_cut"]);
  assert.doesNotMatch(JSON.stringify(events), /SECRET/);
  await released();
});

test("R-COUNT agents that answer in the same instant end the turn once, and as whole as any", async (t) => {
  const names = ["Ann", "Ben", "Cid", "Dot"];
  const models = [offer("test:instant", instantModel(["so ", "it ", "is"]))];
  const agents = names.map((name) => ({ name, model: "test:instant" }));
  const { chat, app, released } = await worldApp(t, { agents, models });
  for (let round = 0; round < 20; round++) {
    const events = await wholeOf(await chat());
    assert.deepEqual(outcomesOf(events), Object.fromEntries(names.map((name) => [name, "replied"])));
    assert.deepEqual(
      saidIn(events),
      names.map((name) => [name, "so it is"]),
    );
  }
  await released();
  assert.equal(app.shelf.counts().running, 0);
});

test("R-COUNT over a real model server: each agent's last word ends the turn, with what all of them used", async (t) => {
  const upstream = await startModelServer(() => {});
  t.after(() => upstream.close());
  const env = { CHATWAIT_MODELS: "openai-compatible:m", CHATWAIT_BASE_URL: upstream.url };
  const agents = ["Vera", "Otto"].map((name) => ({ name, model: "openai-compatible:m" }));
  const { chat, released } = await worldApp(t, { agents, env });
  const turn = await chat();
  const [one, other] = [await upstream.call(0), await upstream.call(1)];
  one.push("Hm");
  other.push("Yes");
  await turn.stream.take(4);
  other.finish({ usage: { input: 10, output: 1 } });
  assert.equal((await turn.stream.next())?.type, "message_end");
  one.push(".");
  one.finish({ usage: { input: 20, output: 2 } });
  const rest = await turn.stream.rest();
  assert.deepEqual(typesOf(rest), ["token", "message_end", "done"]);
  assert.deepEqual(doneOf(rest).usage, { input_tokens: 30, output_tokens: 3 });
  assert.deepEqual([doneOf(rest).reason, noticesOf(rest)], ["completed", []]);
  await released();
});
