import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { eventsOf, turnFixture } from "../../testing/turn-fixture.ts";

const types = (events: { type: string }[]) => events.map(({ type }) => type);

describe("a turn", () => {
  test("R-COUNT who is woken answers, and `done` follows in the tick in which the last one ends", async () => {
    const { turn, calls, log } = await turnFixture({ agents: ["Vera"] });
    calls[0]?.call.text("Hel", "lo");
    assert.ok(!log.sealed);
    calls[0]?.call.finish({ usage: { input: 3, output: 2 } });
    assert.ok(log.sealed && turn.isOver);
    assert.deepEqual(types(eventsOf(log)), ["start", "message_start", "token", "token", "message_end", "done"]);
    const done = eventsOf(log).at(-1);
    assert.deepEqual(done, {
      ...{ type: "done", seq: 6, reason: "completed", usage: { input_tokens: 3, output_tokens: 2 } },
      agents: [{ agent: "Vera", outcome: "replied" }],
    });
  });

  test("R-VOICES whoever is woken by one message answers at the same time", async () => {
    const { calls, log } = await turnFixture({ agents: ["Vera", "Otto"] });
    assert.deepEqual(
      calls.map(({ agent }) => agent),
      ["Vera", "Otto"],
    );
    calls[0]?.call.text("A");
    calls[1]?.call.text("B");
    calls[0]?.call.text("a");
    calls[1]?.call.finish();
    calls[0]?.call.finish();
    const texts = new Map<string, string>();
    for (const event of eventsOf(log)) {
      if (event.type === "token") texts.set(event.message_id, (texts.get(event.message_id) ?? "") + event.text);
    }
    assert.deepEqual([...texts.values()], ["Aa", "B"]);
  });

  test("R-VOICES one agent's answers come one after another", async () => {
    const { calls, log } = await turnFixture({ agents: ["Vera", "Otto", "Ida"], mentions: ["Otto", "Ida"] });
    for (const { call } of [...calls]) {
      call.text("@Vera?");
      call.finish();
    }
    assert.deepEqual(
      calls.map(({ agent }) => agent),
      ["Otto", "Ida", "Vera"],
    );
    calls[2]?.call.text("One.");
    calls[2]?.call.finish();
    assert.equal(calls.length, 4, "now her second answer begins");
    calls[3]?.call.finish();
    assert.ok(log.sealed);
  });

  test("R-COUNT an agent that says nothing has declined, and leaves no message", async () => {
    const { calls, log } = await turnFixture({ agents: ["Vera"] });
    calls[0]?.call.finish();
    assert.deepEqual(types(eventsOf(log)), ["start", "done"]);
    const done = eventsOf(log).at(-1);
    assert.deepEqual(done?.type === "done" && done.agents, [{ agent: "Vera", outcome: "declined" }]);
  });

  test("R-TEXT an agent that fails before its first token has no message, only its outcome", async () => {
    const { calls, log } = await turnFixture({ agents: ["Vera", "Otto"] });
    calls[0]?.call.part({ type: "error", error: new Error("secret") });
    calls[1]?.call.text("Fine.");
    calls[1]?.call.finish();
    assert.deepEqual(types(eventsOf(log)), ["start", "message_start", "token", "message_end", "done"]);
    const done = eventsOf(log).at(-1);
    assert.deepEqual(done?.type === "done" && [done.reason, done.agents], [
      "completed",
      [
        { agent: "Vera", outcome: "failed" },
        { agent: "Otto", outcome: "replied" },
      ],
    ]);
  });

  test("R-TEXT an agent that fails later ends its own message, not the turn", async () => {
    const { calls, log } = await turnFixture({ agents: ["Vera", "Otto"] });
    calls[0]?.call.text("Ha");
    calls[0]?.call.cut();
    assert.ok(!log.sealed);
    calls[1]?.call.text("Fine.");
    calls[1]?.call.finish();
    const end = eventsOf(log).find((event) => event.type === "message_end");
    assert.ok(end?.type === "message_end");
    assert.deepEqual([end.sender, end.content, end.reason, end.error_code], ["Vera", "Ha", "error", "model_cut"]);
  });

  test("R-ROUTE what an agent says wakes whom it mentions, never itself, and its message is answered", async () => {
    const { calls, log } = await turnFixture({ agents: ["Vera", "Otto"], mentions: ["Vera"] });
    calls[0]?.call.text("I, @vera, ask @otto.");
    calls[0]?.call.finish();
    assert.deepEqual(
      calls.map(({ agent }) => agent),
      ["Vera", "Otto"],
    );
    calls[1]?.call.text("Yes?");
    calls[1]?.call.finish();
    const starts = eventsOf(log).filter((event) => event.type === "message_start");
    assert.equal(starts[1]?.in_reply_to, starts[0]?.message_id);
    assert.ok(log.sealed);
  });

  test("R-ROUTE each unknown mention gives one notice; a person of the room is known", async () => {
    const { calls, log } = await turnFixture({
      ...{ agents: ["Vera"], text: "@Nobody and @nobody and @Ada and @Bob, @Vera?", sender: "Ada" },
      earlier: [{ sender: "Bob", agent: false, content: "Hi" }],
    });
    calls[0]?.call.finish();
    const notices = eventsOf(log).filter((event) => event.type === "system");
    assert.deepEqual(
      notices.map(({ code, message }) => [code, message]),
      [["unknown_mention", 'Nobody here is called "Nobody".']],
    );
  });

  test("R-LIMIT a call beyond turn_limit is refused, with one notice, and the reason says so", async () => {
    const { calls, log } = await turnFixture({ agents: ["Vera", "Otto"], mentions: ["Vera"], turnLimit: 2 });
    for (let at = 0; at < calls.length; at++) {
      calls[at]?.call.text(`@${calls[at]?.agent === "Vera" ? "Otto" : "Vera"}!`);
      calls[at]?.call.finish();
    }
    assert.equal(calls.length, 4);
    const events = eventsOf(log);
    assert.deepEqual(
      events.filter((event) => event.type === "system").map((event) => [event.code, event.agent]),
      [["turn_limit", "Vera"]],
    );
    const done = events.at(-1);
    assert.deepEqual(done?.type === "done" && [done.reason, done.agents], [
      "turn_limit",
      [
        { agent: "Vera", outcome: "limited" },
        { agent: "Otto", outcome: "replied" },
      ],
    ]);
  });

  test("R-DETACH a stop ends messages, closes calls, and names everybody's outcome", async () => {
    const { turn, calls, log, pending } = await turnFixture({ agents: ["Vera", "Otto"] });
    calls[0]?.call.text("Hal");
    turn.cancel("stopped");
    assert.ok(log.sealed && calls.every(({ call }) => call.isCancelled));
    const events = eventsOf(log);
    assert.deepEqual(types(events), ["start", "message_start", "token", "message_end", "done"]);
    const done = events.at(-1);
    assert.deepEqual(done?.type === "done" && [done.reason, done.agents], [
      "cancelled",
      [
        { agent: "Vera", outcome: "cancelled" },
        { agent: "Otto", outcome: "cancelled" },
      ],
    ]);
    assert.equal(pending(), 0);
  });

  test("R-DRAIN shutting down ends messages first, then the turn with that error", async () => {
    const { turn, calls, log } = await turnFixture({ agents: ["Vera"] });
    calls[0]?.call.text("Hal");
    turn.cancel("shutting_down");
    const [end, error] = eventsOf(log).slice(-2);
    assert.deepEqual(end?.type === "message_end" && [end.content, end.reason], ["Hal", "error"]);
    assert.deepEqual(error?.type === "error" && [error.error_code, error.retryable], ["shutting_down", true]);
  });

  test("R-SUBSCRIBE a message that cannot be published is the error publish_failed", async () => {
    const { calls, log } = await turnFixture({ agents: ["Vera"], publishFails: true });
    assert.deepEqual([types(eventsOf(log)), calls.length], [["start", "error"], 0]);
  });

  test("a log that is full ends the turn once, with all messages ended", async () => {
    const { calls, log } = await turnFixture({ agents: ["Vera", "Otto"], maxBytes: 900 });
    for (let i = 0; i < 20; i++) for (const { call } of calls) call.text("word ");
    const events = eventsOf(log);
    assert.equal(events.filter(({ type }) => type === "message_start").length, 2);
    assert.equal(events.filter(({ type }) => type === "message_end").length, 2);
    const last = events.at(-1);
    assert.equal(last?.type === "error" && last.error_code, "stream_too_long");
  });

  test("R-COUNT a log that overflows with notices ends the turn, and nothing comes late", async () => {
    const text = Array.from({ length: 90 }, (_, n) => `@nobody${n}`).join(" ");
    const { log, late, ended } = await turnFixture({ agents: ["Vera"], text, maxBytes: 5000 });
    assert.deepEqual([log.sealed, late(), ended.length], [true, 0, 1]);
  });

  test("R-ROUTE a text full of names that nobody has gives a hundred notices and a sum, and mutes nobody", async () => {
    const text = `@Vera ${Array.from({ length: 5000 }, (_, n) => `@nobody${n}`).join(" ")}`;
    const { calls, log } = await turnFixture({ agents: ["Vera", "Otto"], text: "@Vera", mentions: ["Vera"] });
    calls[0]?.call.text(`${text} @Otto`);
    calls[0]?.call.finish();
    const notices = eventsOf(log).filter((event) => event.type === "system");
    assert.deepEqual([notices.length, notices.at(-1)?.message], [101, "4900 more names are nobody's here."]);
    assert.equal(calls[1]?.agent, "Otto");
  });

  test("a message for which a turn has no room is refused, not lost: it is neither heard nor remembered", async () => {
    const { turn, log, ended } = await turnFixture({ agents: ["Vera"], maxBytes: 3000 });
    const long = { id: "m1", sender: "Ada", content: "a".repeat(3000) };
    assert.throws(() => turn.add(long), { code: "turn_ended" });
    const last = eventsOf(log).at(-1);
    assert.equal(last?.type === "error" && last.error_code, "stream_too_long");
    assert.deepEqual(
      ended[0]?.map(({ sender }) => sender),
      ["HUMAN"],
    );
  });

  test("a fault of the store ends the turn as internal_error, and is told to the operator", async () => {
    const { calls, log, failures, breakStore } = await turnFixture({ agents: ["Vera", "Otto"], mentions: ["Vera"] });
    breakStore();
    calls[0]?.call.text("@Otto?");
    calls[0]?.call.finish();
    const last = eventsOf(log).at(-1);
    assert.equal(last?.type === "error" && last.error_code, "internal_error");
    assert.deepEqual(failures, ["internal_error"]);
  });

  test("R-TIMING an agent that is not streamed is one message, and nothing of it is sent when it fails", async () => {
    const { calls, log } = await turnFixture({ agents: ["Vera", "Otto"], streaming: false });
    calls[0]?.call.text("Who", "le");
    calls[0]?.call.finish();
    calls[1]?.call.text("Ha");
    calls[1]?.call.cut();
    const events = eventsOf(log);
    assert.deepEqual(types(events), ["start", "message", "done"]);
    assert.ok(events[1]?.type === "message" && events[1].content === "Whole" && events[1].role === "assistant");
  });

  test("R-TIMING stalled, resumed and timeout come from the clock; the others go on", async () => {
    const { clock, calls, log } = await turnFixture({ agents: ["Vera", "Otto"] });
    calls[0]?.call.text("Hm");
    calls[1]?.call.text("Ha");
    clock.advance(500);
    calls[1]?.call.text("!");
    clock.advance(7600);
    const events = eventsOf(log).filter(({ type }) => !["start", "message_start", "token"].includes(type));
    assert.deepEqual(
      events.map((event) => (event.type === "system" ? event.code : event.type)),
      ["stalled", "stalled", "resumed", "stalled", "message_end"],
    );
    const end = events.at(-1);
    assert.deepEqual(end?.type === "message_end" && [end.sender, end.reason], ["Vera", "timeout"]);
    assert.ok(calls[0]?.call.isCancelled);
    calls[1]?.call.finish();
    const done = eventsOf(log).at(-1);
    assert.deepEqual(done?.type === "done" && done.agents, [
      { agent: "Vera", outcome: "timed_out" },
      { agent: "Otto", outcome: "replied" },
    ]);
  });

  test("R-TIMING a silent model is waited for aloud at 8000, and its later answer is whole", async () => {
    const { clock, calls, log } = await turnFixture({ agents: ["Vera"] });
    clock.advance(7999);
    assert.equal(log.lastSeq, 1);
    clock.advance(1);
    const waiting = eventsOf(log).at(-1);
    assert.deepEqual(waiting?.type === "system" && [waiting.code, waiting.agent], ["waiting", "Vera"]);
    clock.advance(20_000);
    calls[0]?.call.text("At last.");
    calls[0]?.call.finish();
    assert.deepEqual(types(eventsOf(log)).slice(2), ["message_start", "token", "message_end", "done"]);
  });

  test("R-TIMING nobody answers: no_recipient at 3000", async () => {
    const { clock, turn, log } = await turnFixture({ agents: [] });
    clock.advance(2999);
    assert.ok(!turn.isOver);
    clock.advance(1);
    const done = eventsOf(log).at(-1);
    assert.equal(done?.type === "done" && done.reason, "no_recipient");
  });

  test("R-TIMING a program outside: stalled at 1300 and silence at 2800, each chunk resetting both", async () => {
    const { clock, turn, log } = await turnFixture({ agents: [] });
    const message = turn.openOutside("ext", "Robot");
    message.chunk("a");
    for (const chunk of ["b", "c"]) {
      clock.advance(400);
      message.chunk(chunk);
    }
    clock.advance(499);
    assert.equal(eventsOf(log).at(-1)?.type, "token");
    clock.advance(1);
    const stalled = eventsOf(log).at(-1);
    assert.equal(stalled?.type === "system" && stalled.code, "stalled");
    clock.advance(1499);
    assert.ok(!turn.isOver);
    clock.advance(1);
    const [end, done] = eventsOf(log).slice(-2);
    assert.deepEqual(end?.type === "message_end" && [end.content, end.reason], ["abc", "timeout"]);
    assert.equal(done?.type === "done" && done.reason, "silence");
    assert.equal(clock.now(), 2800);
  });

  test("R-TIMING a whole message of a program outside and then silence ends 2000 later", async () => {
    const { clock, turn, log } = await turnFixture({ agents: [] });
    clock.advance(800);
    turn.add({ id: "m", sender: "Robot", content: "Done." });
    clock.advance(1999);
    assert.ok(!turn.isOver);
    clock.advance(1);
    assert.deepEqual(types(eventsOf(log)), ["start", "message", "done"]);
  });

  test("R-SENDER what begins the turn is not in its stream, what others add is", async () => {
    const { turn, calls, log } = await turnFixture({ agents: ["Vera"] });
    turn.add({ id: "m2", sender: "Bob", content: "Me too.", mentions: [] });
    calls[0]?.call.finish();
    const messages = eventsOf(log).filter((event) => event.type === "message");
    assert.deepEqual(
      messages.map(({ message_id }) => message_id),
      ["m2"],
    );
  });

  test("R-MEMORY an agent is told what was said before, and by whom in this turn", async () => {
    const earlier = [{ sender: "Ada", agent: false, content: "Hi" }];
    const { calls, ended } = await turnFixture({ agents: ["Vera", "Otto"], mentions: ["Vera"], earlier });
    calls[0]?.call.text("@Otto?");
    calls[0]?.call.finish();
    assert.deepEqual(
      calls[1]?.lines.map(({ sender, content }) => `${sender}: ${content}`),
      ["Ada: Hi", "HUMAN: Hello", "Vera: @Otto?"],
    );
    calls[1]?.call.finish();
    assert.deepEqual(
      ended[0]?.map(({ sender }) => sender),
      ["HUMAN", "Vera"],
    );
  });

  test("R-COUNT whatever agents do, in whatever order: one terminal event, nothing after it, nothing left", async () => {
    const step = fc.record({
      call: fc.nat(30),
      does: fc.constantFrom("say", "ask", "finish", "cut", "fail", "wait", "add"),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60 }), fc.boolean(), async (steps, stop) => {
        const { clock, turn, calls, allCalls, log, late, ended, pending } = await turnFixture({
          agents: ["A", "B", "C"],
        });
        for (const { call: at, does } of steps) {
          const call = calls[at % calls.length]?.call;
          if (does === "say") call?.text("x");
          else if (does === "ask") call?.text(" @A @B @C ");
          else if (does === "finish") call?.finish();
          else if (does === "cut") call?.cut();
          else if (does === "fail") call?.part({ type: "error", error: new Error("no") });
          else if (does === "wait") clock.advance(1000);
          else if (!turn.isOver) turn.add({ id: `m${at}`, sender: "Ada", content: "Hey", mentions: ["B"] });
        }
        if (stop) turn.cancel("stopped");
        // A call that failed before its first token is made again, after a while.
        for (let at = 0; at < allCalls.length || !turn.isOver; at++) {
          allCalls[at]?.finish();
          clock.advance(10_000);
        }
        const events = eventsOf(log);
        assert.equal(events.filter(({ type }) => type === "done" || type === "error").length, 1);
        assert.ok(log.sealed && ["done", "error"].includes(events.at(-1)?.type ?? ""));
        const begun = events.filter(({ type }) => type === "message_start").length;
        assert.equal(events.filter(({ type }) => type === "message_end").length, begun);
        assert.deepEqual([late(), ended.length, pending()], [0, 1, 0]);
      }),
    );
  });
});
