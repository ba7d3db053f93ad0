import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import type { StreamEvent } from "../../client/types.ts";
import { asking, failed, isGrowing, lost, type Said, type Turn } from "./turn.ts";
import { turnAfter } from "./turn-events.ts";

const T = "2026-01-02T03:04:05.000Z";
const empty: Turn = {
  key: "k",
  mine: true,
  items: [],
  phases: {},
  asked: { sender: "HUMAN", content: "Well?", at: T },
};

/** An event without its number. */
type Draft = StreamEvent extends infer E ? (E extends StreamEvent ? Omit<E, "seq"> : never) : never;

const numbered = (drafts: readonly Draft[]): StreamEvent[] =>
  drafts.map((draft, index) => ({ ...draft, seq: index + 1 }) as StreamEvent);

const begin = (id: string, sender: string): Draft => ({
  type: "message_start",
  message_id: id,
  sender,
  role: "assistant",
});
const token = (id: string, text: string): Draft => ({ type: "token", message_id: id, text });
const end = (id: string, sender: string, content: string, reason: "stop" | "timeout" = "stop"): Draft => ({
  ...{ type: "message_end", message_id: id, sender, content, timestamp: T, reason },
});
const notice = (code: string, about: { message_id?: string; agent?: string } = {}): Draft => ({
  ...{ type: "system", code, message: `It is ${code}.`, ...about },
});

const after = (drafts: readonly Draft[], woken?: (content: string, sender: string) => string[]): Turn =>
  numbered(drafts).reduce((turn, event) => turnAfter(turn, event, woken), empty);

const saidIn = (turn: Turn): Said[] => turn.items.filter((item) => item.kind === "said");
const texts = (turn: Turn) => saidIn(turn).map(({ sender, content, reason }) => [sender, content, reason]);

describe("what agents say", () => {
  test("grows in place, under its sender, in the order of the beginnings", () => {
    const turn = after([
      begin("1", "Otto"),
      begin("2", "Vera"),
      token("2", "No"),
      token("1", "Ye"),
      token("2", "pe"),
      token("1", "s"),
    ]);
    assert.deepEqual(texts(turn), [
      ["Otto", "Yes", undefined],
      ["Vera", "Nope", undefined],
    ]);
    assert.deepEqual(turn.phases, { Otto: "speaking", Vera: "speaking" });
  });

  test("is whole with its end, with the server's own text", () => {
    const turn = after([begin("1", "Otto"), token("1", "Y"), end("1", "Otto", "Yes")]);
    assert.deepEqual(texts(turn), [["Otto", "Yes", "stop"]]);
    assert.equal(turn.phases["Otto"], "replied");
    assert.equal(saidIn(turn)[0]?.at, T);
  });

  test("is kept as far as it came where it was cut off", () => {
    const turn = after([begin("1", "Otto"), token("1", "Y"), end("1", "Otto", "Y", "timeout")]);
    assert.deepEqual([texts(turn), turn.phases["Otto"]], [[["Otto", "Y", "timeout"]], "timed_out"]);
  });

  test("is shown from its end where its beginning was not seen", () => {
    const turn = after([token("1", "s"), end("1", "Otto", "Yes")]);
    assert.deepEqual(texts(turn), [["Otto", "Yes", "stop"]]);
  });

  test("other objects stay the same, so that only what grew is drawn again", () => {
    const one = after([begin("1", "Otto"), begin("2", "Vera"), token("1", "a")]);
    const two = turnAfter(one, { type: "token", seq: 9, message_id: "2", text: "b" });
    assert.equal(two.items[0], one.items[0]);
    assert.notEqual(two.items[1], one.items[1]);
  });
});

describe("how agents stand", () => {
  test("a message that stops for a moment says so, and goes on", () => {
    const stalled = after([begin("1", "Otto"), notice("stalled", { message_id: "1" })]);
    assert.deepEqual([stalled.phases["Otto"], saidIn(stalled)[0]?.stalled], ["stalled", true]);
    const on = turnAfter(stalled, { type: "token", seq: 9, message_id: "1", text: "x" });
    assert.deepEqual([on.phases["Otto"], saidIn(on)[0]?.stalled], ["speaking", false]);
    const resumed = turnAfter(stalled, numbered([notice("resumed", { message_id: "1" })])[0] as StreamEvent);
    assert.equal(resumed.phases["Otto"], "speaking");
  });

  test("who thinks or is waited for is shown, without a line of its own", () => {
    const turn = after([notice("thinking", { agent: "Otto" }), notice("waiting", { agent: "Vera" })]);
    assert.deepEqual([turn.phases, turn.items], [{ Otto: "thinking", Vera: "waiting" }, []]);
  });

  test("an unknown name and a limit are lines; who is beyond it is limited", () => {
    const turn = after([notice("unknown_mention", { message_id: "0" }), notice("turn_limit", { agent: "Otto" })]);
    assert.deepEqual(
      turn.items.map((item) => item.kind === "noted" && item.text),
      ["It is unknown_mention.", "It is turn_limit."],
    );
    assert.equal(turn.phases["Otto"], "limited");
  });

  test("whom an agent's words wake is asked, unless at work already", () => {
    const woken = (content: string) => (content === "ask" ? ["Otto", "Vera"] : []);
    const turn = after([begin("1", "Vera"), begin("2", "Hanna"), end("2", "Hanna", "ask")], woken);
    assert.deepEqual(turn.phases, { Vera: "speaking", Hanna: "replied", Otto: "asked" });
    assert.deepEqual(asking(empty, ["Otto"]).phases, { Otto: "asked" });
  });

  test("whoever was cut off wakes nobody", () => {
    const turn = after([begin("1", "Vera"), end("1", "Vera", "ask", "timeout")], () => ["Otto"]);
    assert.deepEqual(turn.phases, { Vera: "timed_out" });
  });
});

describe("how a turn ends", () => {
  test("with its reason and what became of each agent; nothing comes after it", () => {
    const done: Draft = { type: "done", reason: "completed", agents: [{ agent: "Otto", outcome: "failed" }] };
    const turn = after([begin("1", "Otto"), done, token("1", "late")]);
    assert.deepEqual(turn.ending, {
      kind: "over",
      reason: "completed",
      outcomes: [{ agent: "Otto", outcome: "failed" }],
    });
    assert.deepEqual(turn.phases, { Otto: "failed" });
    assert.deepEqual(texts(turn), [["Otto", "", undefined]]);
  });

  test("a stream that fails, or is lost, leaves nobody at work and nothing growing", () => {
    const running = after([
      begin("1", "Otto"),
      token("1", "Y"),
      end("2", "Vera", "No"),
      notice("thinking", { agent: "Hanna" }),
    ]);
    for (const turn of [failed(running, { code: "network", message: "Gone.", retryable: true }), lost(running)]) {
      assert.equal(turn.items.some(isGrowing), false);
      assert.deepEqual(turn.phases, { Vera: "replied" });
      assert.deepEqual(
        saidIn(turn).map(({ content }) => content),
        ["Y", "No"],
      );
    }
    const error: Draft = { type: "error", error_code: "shutting_down", message: "Bye.", retryable: true };
    assert.deepEqual(after([error]).ending, {
      kind: "failed",
      failure: { code: "shutting_down", message: "Bye.", retryable: true },
    });
  });
});

describe("any interleaving of agents", () => {
  const pieces = fc.array(fc.string({ minLength: 1, maxLength: 5 }), { minLength: 1, maxLength: 8 });

  /** For each voice its pieces, and an order in which the voices take their next step. */
  const voices = fc.array(pieces, { minLength: 2, maxLength: 4 }).chain((all) => {
    const steps = all.flatMap((tokens, voice) => Array.from({ length: tokens.length + 2 }, () => voice));
    return fc.record({ all: fc.constant(all), order: fc.shuffledSubarray(steps, { minLength: steps.length }) });
  });

  test("gives each voice its whole text, each in the place of its beginning", () => {
    fc.assert(
      fc.property(voices, ({ all, order }) => {
        const next = all.map(() => 0);
        const drafts = order.map((voice): Draft => {
          const [tokens, step, id] = [all[voice] ?? [], next[voice] ?? 0, `m${voice}`];
          next[voice] = step + 1;
          if (step === 0) return begin(id, `A${voice}`);
          return step <= tokens.length ? token(id, tokens[step - 1] ?? "") : end(id, `A${voice}`, tokens.join(""));
        });
        const begunAs = [...new Set(order)];
        const seen: string[][] = [];
        const turn = numbered(drafts).reduce((before, event) => {
          const now = turnAfter(before, event);
          seen.push(saidIn(now).map(({ sender }) => sender));
          return now;
        }, empty);
        assert.deepEqual(
          texts(turn),
          begunAs.map((voice) => [`A${voice}`, all[voice]?.join(""), "stop"]),
        );
        // Nobody ever changes places.
        for (const senders of seen)
          assert.deepEqual(
            senders,
            begunAs.slice(0, senders.length).map((voice) => `A${voice}`),
          );
      }),
    );
  });
});
