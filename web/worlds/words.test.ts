import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Outcome, Turn } from "./turn.ts";
import { endLine, listed, routeLine, shownName, unaddressedLine } from "./words.ts";

const over = (reason: string, outcomes: Record<string, Outcome> = {}, items: Turn["items"] = []) =>
  endLine({
    items,
    ending: {
      kind: "over",
      reason,
      outcomes: Object.entries(outcomes).map(([agent, outcome]) => ({ agent, outcome })),
    },
  });

describe("how a turn ended", () => {
  test("nothing is said while it goes on", () => assert.equal(endLine({ items: [] }), undefined));

  test("where all replied, that it is over", () => {
    assert.deepEqual(over("completed", { Otto: "replied" }), { text: "The turn is over.", tone: "quiet" });
    assert.equal(over("silence")?.text, "The turn is over.");
  });

  test("where somebody did not reply, who and why, and whom to ask again", () => {
    assert.deepEqual(over("completed", { Otto: "replied", Vera: "failed", Hanna: "timed_out", Ida: "declined" }), {
      text: "The turn is over. Vera could not answer. Hanna took too long and was cut off. Ida had nothing to say.",
      tone: "warn",
      again: ["Vera", "Hanna"],
    });
  });

  test("why somebody could not finish, in the words of its error", () => {
    const said = { kind: "said", id: "1", sender: "Vera", role: "assistant", content: "I", reason: "error" } as const;
    assert.equal(
      over("completed", { Vera: "failed" }, [{ ...said, errorCode: "model_cut" }])?.text,
      "The turn is over. Vera could not finish. The model's answer was cut off before it was complete.",
    );
    assert.equal(
      over("completed", { Vera: "failed" }, [{ ...said, errorCode: "of_later" }])?.text,
      "The turn is over. Vera could not answer.",
    );
  });

  test("where nobody was addressed, how to", () => {
    assert.deepEqual(over("no_recipient"), {
      text: "Nobody was addressed. Mention an agent with @ and its name.",
      tone: "quiet",
    });
  });

  test("at its limit, and when it was stopped, without naming everybody again", () => {
    assert.deepEqual(over("turn_limit", { Otto: "limited" }), { text: "The turn ended at its limit.", tone: "warn" });
    assert.deepEqual(over("cancelled", { Otto: "cancelled" }), { text: "The turn was stopped.", tone: "quiet" });
  });

  test("where the stream failed, what its error says, and that all can be asked again", () => {
    const failure = { code: "overloaded", message: "The server is at its limit. Try again shortly.", retryable: true };
    assert.deepEqual(endLine({ items: [], ending: { kind: "failed", failure } }), {
      text: failure.message,
      tone: "bad",
      again: [],
    });
    assert.equal(endLine({ items: [], ending: { kind: "lost" } })?.tone, "warn");
  });
});

describe("who would answer", () => {
  const line = (why: string, names: string[], unknown: string[] = []) =>
    routeLine({ agents: names.map((agent) => ({ agent, why })), unknown });

  test("says who, and how to choose others", () => {
    assert.equal(line("mentioned", ["Otto", "Vera"]), "Otto and Vera will answer.");
    assert.equal(line("everyone", ["Hanna", "Otto", "Vera"]), "Everybody will answer: Hanna, Otto and Vera.");
    assert.equal(line("everyone", ["Hanna"]), "Hanna will answer.");
    assert.equal(line("first", ["Hanna"]), "Hanna will answer. Mention others with @.");
    assert.equal(line("", []), "Nobody will answer. Mention an agent with @ and its name.");
  });

  test("names whom nobody knows", () => {
    assert.equal(
      line("first", ["Hanna"], ["Bob", "Cy"]),
      "Nobody here is called “Bob” and “Cy”. Hanna will answer. Mention others with @.",
    );
  });

  test("what holds before anything is written", () => {
    assert.equal(unaddressedLine("first", ["Hanna", "Otto"]), "Hanna answers, unless you mention others with @.");
    assert.equal(
      unaddressedLine("everyone", ["Hanna", "Otto"]),
      "Everybody answers, unless you mention somebody with @.",
    );
    assert.equal(unaddressedLine("everyone", ["Hanna"]), "Hanna will answer.");
    assert.equal(unaddressedLine("mentioned", ["Hanna"]), "Nobody answers unless you mention them with @.");
    assert.match(unaddressedLine("first", []), /no agents in this room yet/);
  });
});

test("names in a row", () => {
  assert.deepEqual(
    [listed([]), listed(["A"]), listed(["A", "B"]), listed(["A", "B", "C"])],
    ["", "A", "A and B", "A, B and C"],
  );
});

test("whoever gave no name is You here, and Somebody elsewhere", () => {
  assert.deepEqual(
    [shownName("HUMAN", true), shownName("HUMAN", false), shownName("Ada", false)],
    ["You", "Somebody", "Ada"],
  );
});
