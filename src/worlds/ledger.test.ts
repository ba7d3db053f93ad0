import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { createLedger, type LedgerOptions, MOST_CALLS, type Obligation, type Outcome, type Work } from "./ledger.ts";

const publication: Work = { kind: "publication" };
const delivery = (agent: string): Work => ({ kind: "delivery", agent });
const call = (agent: string): Work => ({ kind: "call", agent });

function rig(options: Partial<LedgerOptions> = {}) {
  let settled = 0;
  const ledger = createLedger({ turnLimit: 5, onSettled: () => settled++, ...options });
  return { ledger, settled: () => settled };
}

describe("R-COUNT open work", () => {
  test("a turn is settled within the last close, and not before", () => {
    const { ledger, settled } = rig();
    const message = ledger.open(publication);
    const woken = ledger.open(delivery("Vera"), message);
    message.close("replied");
    const answer = ledger.open(call("Vera"), woken);
    answer.close("replied");
    assert.deepEqual([ledger.count, settled()], [1, 0]);
    woken.close("replied");
    assert.deepEqual([ledger.count, settled()], [0, 1]);
  });

  test("a hand-off keeps the turn open", () => {
    const { ledger, settled } = rig();
    const first = ledger.open(delivery("Vera"));
    const said = ledger.open(publication, first);
    first.close("replied");
    const second = ledger.open(delivery("Bob"), said);
    said.close("replied");
    assert.equal(settled(), 0);
    second.close("declined");
    assert.equal(settled(), 1);
  });

  test("closing twice throws and changes no count", () => {
    const { ledger, settled } = rig();
    const first = ledger.open(delivery("Vera"));
    const second = ledger.open(delivery("Bob"));
    first.close("replied");
    assert.throws(() => first.close("failed"), /A delivery to Vera was closed twice/);
    assert.deepEqual([ledger.count, settled()], [1, 0]);
    second.close("replied");
    assert.throws(() => second.close("replied"), /closed twice/);
    assert.deepEqual([ledger.count, settled()], [0, 1]);
    assert.deepEqual(ledger.agents()[0], { agent: "Vera", outcome: "replied" });
  });

  test("opening under a closed cause throws and opens nothing", () => {
    const { ledger } = rig();
    const cause = ledger.open(publication);
    cause.close("replied");
    assert.throws(() => ledger.open(call("Vera"), cause), /A call to Vera was opened under a closed publication/);
    assert.equal(ledger.count, 0);
    assert.deepEqual(ledger.agents(), []);
  });

  test("what a program outside adds to a turn that still waits settles it once more", () => {
    const { ledger, settled } = rig();
    ledger.open(publication).close("replied");
    const late = ledger.open(publication);
    assert.deepEqual([ledger.count, settled()], [1, 1]);
    late.close("replied");
    assert.equal(settled(), 2);
  });

  test("nothing is opened once the turn has ended", () => {
    const { ledger } = rig();
    ledger.end();
    assert.throws(() => ledger.open(publication), /after its turn had ended/);
    assert.equal(ledger.count, 0);
  });
});

describe("R-COUNT outcomes", () => {
  test("each agent has one entry with its last outcome, in the order of their waking", () => {
    const { ledger } = rig();
    const vera = ledger.open(delivery("Vera"));
    const bob = ledger.open(delivery("Bob"));
    const again = ledger.open(delivery("Vera"), bob);
    bob.close("timed_out");
    vera.close("replied");
    again.close("limited");
    assert.deepEqual(ledger.agents(), [
      { agent: "Vera", outcome: "limited" },
      { agent: "Bob", outcome: "timed_out" },
    ]);
  });

  test("an agent at work has no outcome yet, and a publication is no agent's", () => {
    const { ledger } = rig();
    const message = ledger.open(publication);
    ledger.open(delivery("Vera"), message);
    message.close("failed");
    assert.deepEqual(ledger.agents(), []);
  });
});

describe("R-LIMIT limits of calls", () => {
  test("an agent is refused beyond its limit, the others are not, and it is noted once", () => {
    const noted: string[] = [];
    const { ledger } = rig({ turnLimit: 2, onLimited: (agent) => noted.push(agent) });
    assert.deepEqual(
      [1, 2].map(() => ledger.admitCall("Vera")),
      [true, true],
    );
    assert.equal(ledger.wasLimited, false);
    assert.deepEqual(
      [1, 2].map(() => ledger.admitCall("Vera")),
      [false, false],
    );
    assert.equal(ledger.admitCall("Bob"), true);
    assert.deepEqual([noted, ledger.wasLimited], [["Vera"], true]);
  });

  test("a turn has 24 calls altogether, and each agent refused is noted", () => {
    const noted: string[] = [];
    const { ledger } = rig({ turnLimit: 100, onLimited: (agent) => noted.push(agent) });
    const names = Array.from({ length: 30 }, (_, index) => `agent-${index % 3}`);
    assert.deepEqual(
      names.map((name) => ledger.admitCall(name)),
      names.map((_, index) => index < 24),
    );
    assert.deepEqual(noted, ["agent-0", "agent-1", "agent-2"]);
    assert.equal(MOST_CALLS, 24);
  });

  test("whatever is asked, the calls admitted are the most that both limits allow", () => {
    const names = fc.array(fc.constantFrom("a", "b", "c", "d", "e", "f", "g"), { maxLength: 80 });
    fc.assert(
      fc.property(names, fc.integer({ min: 1, max: 30 }), (asked, turnLimit) => {
        const noted: string[] = [];
        const { ledger } = rig({ turnLimit, onLimited: (agent) => noted.push(agent) });
        const admitted = asked.filter((name) => ledger.admitCall(name));
        const wanted = [...new Set(asked)].map((name) => Math.min(count(asked, name), turnLimit));
        assert.equal(
          admitted.length,
          Math.min(
            24,
            wanted.reduce((sum, each) => sum + each, 0),
          ),
        );
        for (const name of new Set(asked)) {
          assert.ok(count(admitted, name) <= turnLimit);
          assert.equal(count(noted, name), count(admitted, name) < count(asked, name) ? 1 : 0);
        }
        assert.equal(ledger.wasLimited, admitted.length < asked.length);
      }),
    );
  });
});

const count = (names: string[], name: string) => names.filter((each) => each === name).length;

describe("R-COUNT any tree of work", () => {
  const outcomes: Outcome[] = ["replied", "declined", "failed", "timed_out", "cancelled", "limited"];
  const anyOutcome = fc.constantFrom(...outcomes);
  const anyWork = fc.oneof(
    fc.constant(publication),
    fc.record({ kind: fc.constantFrom("delivery" as const, "call" as const), agent: fc.constantFrom("a", "b", "c") }),
  );
  // `pick` chooses among what is open at that moment, so that causes are respected whatever comes.
  const anyStep = fc.record({ opens: fc.boolean(), pick: fc.nat(), work: anyWork, outcome: anyOutcome });

  test("settles exactly once, at the last close and never before, in whatever order it is closed", () => {
    fc.assert(
      fc.property(fc.array(anyStep, { maxLength: 60 }), fc.array(fc.nat(), { maxLength: 60 }), (steps, order) => {
        const { ledger, settled } = rig();
        const open: Obligation[] = [ledger.open(publication)];
        const last = new Map<string, Outcome>();
        const closeOne = (pick: number, outcome: Outcome) => {
          const [work] = open.splice(pick % open.length, 1);
          assert.ok(work);
          assert.equal(settled(), 0);
          work.close(outcome);
          if (work.work.kind !== "publication") last.set(work.work.agent, outcome);
          assert.equal(ledger.count, open.length);
          assert.equal(settled(), open.length === 0 ? 1 : 0);
          assert.throws(() => work.close(outcome));
          assert.throws(() => ledger.open(publication, work));
          assert.deepEqual([ledger.count, settled()], [open.length, open.length === 0 ? 1 : 0]);
        };
        for (const { opens, pick, work, outcome } of steps) {
          const cause = open[pick % open.length];
          if (opens && cause) open.push(ledger.open(work, cause));
          else if (open.length > 1) closeOne(pick, outcome);
        }
        for (let index = 0; open.length > 0; index++) closeOne(order[index] ?? 0, "replied");
        assert.deepEqual(new Map(ledger.agents().map(({ agent, outcome }) => [agent, outcome])), last);
        assert.equal(ledger.agents().length, last.size);
      }),
    );
  });
});
