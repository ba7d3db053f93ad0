import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { beginTiming, type Timing, type TimingAction, type TimingEvent, timingStep } from "./timing.ts";

const timing: Timing = { stall: 500, completion: 2000, response: 3000, long_operation: 8000 };

const written = (at: number, action: TimingAction): string => {
  switch (action.type) {
    case "waiting":
      return `${at} waiting ${action.agent}`;
    case "end":
      return `${at} ${["end", action.reason, ...action.unfinished].join(" ")}`;
    default:
      return `${at} ${action.type} ${action.message}`;
  }
};

/** A turn that is run by hand: its alarms ring when they should, or `late`, but never after what comes next. */
function run(woken: boolean, { limits = timing, late = 0 }: { limits?: Timing; late?: number } = {}) {
  const log: string[] = [];
  let step = beginTiming(limits, woken, 0);
  const take = (event: TimingEvent, at: number) => {
    step = timingStep(step.state, event, at);
    for (const action of step.actions) log.push(written(at, action));
  };
  const until = (at: number) => {
    while (step.wakeAt !== undefined && step.wakeAt <= at) take({ type: "alarm" }, Math.min(at, step.wakeAt + late));
  };
  return {
    log,
    /** Lets time pass until `at`, and then this happens. */
    at(at: number, ...events: TimingEvent[]) {
      until(at);
      for (const event of events) take(event, at);
      return this;
    },
    get step() {
      return step;
    },
  };
}

const settled: TimingEvent = { type: "settled" };
const reopened: TimingEvent = { type: "reopened" };
const called = (message: string, agent = "Vera"): TimingEvent => ({ type: "call_opened", message, agent });
const progress = (message: string): TimingEvent => ({ type: "call_progress", message });
const started = (message: string, shown = true): TimingEvent => ({ type: "message_started", message, shown });
const token = (message: string): TimingEvent => ({ type: "message_token", message });
const over = (message: string): TimingEvent => ({ type: "call_ended", message });
const outside = (what: "started" | "chunk" | "ended", message = "o"): TimingEvent => ({
  type: `outside_${what}`,
  message,
});
const said: TimingEvent = { type: "outside_message" };

describe("R-TIMING a program outside", () => {
  test("chunks at 0, 400 and 800, then silence: stalled at 1300, the end at 2800", () => {
    const turn = run(false).at(0, settled, outside("started"), outside("chunk"));
    turn.at(400, outside("chunk")).at(800, outside("chunk")).at(10_000);
    assert.deepEqual(turn.log, ["1300 stalled o", "2800 end silence o"]);
  });

  test("each chunk begins both times anew, and the next one after a stall resumes", () => {
    const turn = run(false).at(0, settled, outside("started"));
    turn.at(499, outside("chunk")).at(1500, outside("chunk")).at(3499, outside("chunk")).at(10_000);
    assert.deepEqual(turn.log, [
      "999 stalled o",
      "1500 resumed o",
      "2000 stalled o",
      "3499 resumed o",
      "3999 stalled o",
      "5499 end silence o",
    ]);
  });

  test("a whole message and then silence: the end 2000 later", () => {
    assert.deepEqual(run(false).at(0, settled).at(700, said).at(10_000).log, ["2700 end silence"]);
  });

  test("a streamed message that ends and then silence: the end 2000 later, and no stall", () => {
    const turn = run(false).at(0, settled, outside("started"));
    turn.at(300, outside("ended")).at(10_000);
    assert.deepEqual(turn.log, ["2300 end silence"]);
  });

  test("an answer just in time ends the wait for one", () => {
    assert.deepEqual(run(false).at(0, settled).at(2999, said).at(10_000).log, ["4999 end silence"]);
  });

  test("nobody answers: no recipient at 3000", () => {
    assert.deepEqual(run(false).at(0, settled).at(10_000).log, ["3000 end no_recipient"]);
  });

  test("its silence does not end a turn in which agents work; their end then does, at once", () => {
    const turn = run(true).at(0, called("m")).at(100, said).at(5000, over("m"), settled);
    assert.deepEqual(turn.log, ["5000 end completed"]);
  });

  test("agents that end before its silence is over wait for it", () => {
    const turn = run(true).at(0, called("m")).at(1000, said).at(1500, over("m"), settled).at(10_000);
    assert.deepEqual(turn.log, ["3000 end silence"]);
  });

  test("work that ends in the very moment in which its silence is over completes the turn", () => {
    const turn = run(true).at(0, called("m"), said).at(2000, over("m"), settled);
    assert.deepEqual(turn.log, ["2000 end completed"]);
  });

  test("a stall that is due with the end is told before it", () => {
    const turn = run(false, { limits: { ...timing, stall: 2000 } })
      .at(0, settled, outside("started"))
      .at(10_000);
    assert.deepEqual(turn.log, ["2000 stalled o", "2000 end silence o"]);
  });

  test("what it says may wake an agent after all, and the turn waits for that", () => {
    const turn = run(false).at(0, settled).at(100, said, reopened, called("m"), started("m"), token("m"));
    turn.at(400, token("m")).at(800, token("m")).at(1200, over("m"), settled).at(10_000);
    assert.deepEqual(turn.log, ["2100 end silence"]);
  });

  test("cut off in the middle of its message when the agents are done, it is silence that ends the turn", () => {
    const turn = run(true).at(0, called("m"), outside("started")).at(3000, over("m"), settled);
    assert.deepEqual(turn.log, ["500 stalled o", "3000 end silence o"]);
  });

  test("a message of it that falls silent while agents work ends alone, with timeout", () => {
    const turn = run(true).at(0, called("m"), outside("started"));
    for (let at = 0; at < 9000; at += 100) turn.at(at, progress("m"));
    turn.at(9000, outside("chunk"), over("m"), settled).at(20_000);
    assert.deepEqual(turn.log, ["500 stalled o", "8000 timeout o", "11000 end silence"]);
  });
});

describe("R-TIMING agents", () => {
  test("the turn ends in the step in which the work does", () => {
    const turn = run(true).at(0, called("m"), started("m")).at(300, token("m")).at(310, over("m"), settled);
    assert.deepEqual(turn.log, ["310 end completed"]);
    assert.equal(turn.step.wakeAt, undefined);
  });

  test("a silent model: waiting at 8000, nothing cut, its later answer whole", () => {
    const turn = run(true).at(0, called("m")).at(20_000, started("m"), token("m"));
    turn.at(20_400, token("m")).at(20_500, over("m"), settled);
    assert.deepEqual(turn.log, ["8000 waiting Vera", "20500 end completed"]);
  });

  test("an agent is waited for aloud once in a turn, each of several for itself", () => {
    const turn = run(true).at(0, called("a", "Vera")).at(1000, called("b", "Bob"));
    turn.at(30_000, over("a"), called("c", "Vera")).at(60_000);
    assert.deepEqual(turn.log, ["8000 waiting Vera", "9000 waiting Bob"]);
  });

  test("a thought is a sign of work", () => {
    const turn = run(true).at(0, called("m")).at(7999, progress("m")).at(20_000);
    assert.deepEqual(turn.log, ["15999 waiting Vera"]);
  });

  test("a message that began and falls silent times out 8000 after its last token, another goes on", () => {
    const turn = run(true).at(0, called("a"), called("b", "Bob"), started("a"), started("b"));
    turn.at(250, token("a"));
    for (let at = 0; at <= 20_000; at += 400) turn.at(at < 250 ? 250 : at, token("b"));
    turn.at(20_100, token("a"), over("a"), over("b"), settled);
    assert.deepEqual(turn.log, ["750 stalled a", "8250 timeout a", "20100 end completed"]);
  });

  test("a thought within a message keeps it from its timeout, though not from its stall", () => {
    const turn = run(true).at(0, called("m"), started("m")).at(7000, progress("m")).at(20_000);
    assert.deepEqual(turn.log, ["500 stalled m", "15000 timeout m"]);
  });

  test("an answer that is sent as a whole never stalls, and times out like any", () => {
    const turn = run(true).at(0, called("m"), started("m", false)).at(4000, progress("m")).at(20_000);
    assert.deepEqual(turn.log, ["12000 timeout m"]);
  });
});

describe("R-TIMING alarms", () => {
  test("one that rings too early does nothing, and says when to ring", () => {
    const turn = run(true).at(0, called("m"), started("m"));
    const { state, actions, wakeAt } = timingStep(turn.step.state, { type: "alarm" }, 499);
    assert.deepEqual([state, actions, wakeAt], [turn.step.state, [], 500]);
  });

  test("one that is late cuts nobody off whose token was there before it", () => {
    const turn = run(false).at(0, settled, outside("started"));
    const { actions, wakeAt } = timingStep(turn.step.state, outside("chunk"), 2500);
    assert.deepEqual([actions, wakeAt], [[], 3000]);
  });

  test("one that is late changes nothing about why a turn ends", () => {
    const turn = run(true).at(0, said, settled);
    const { actions } = timingStep(turn.step.state, settled, 2500);
    assert.deepEqual(actions, [{ type: "end", reason: "silence", unfinished: [] }]);
  });

  test("after the end nothing is due and nothing happens", () => {
    const { step } = run(true).at(0, called("m"), settled);
    const late: TimingEvent[] = [settled, reopened, called("x"), started("m"), token("m"), said, outside("started")];
    for (const event of [...late, { type: "alarm" } as const]) {
      assert.deepEqual(timingStep(step.state, event, 99_999), { state: step.state, actions: [], wakeAt: undefined });
    }
  });
});

/** Short times, so that a whole turn can be looked at millisecond by millisecond. */
const short: Timing = { stall: 5, completion: 20, response: 30, long_operation: 80 };
type Moment = { at: number; event: TimingEvent };

/** Turns as they may happen: messages are opened once, begin once, and nothing but late events follows their end. */
const anyTurn: fc.Arbitrary<{ woken: boolean; moments: Moment[] }> = fc
  .record({
    woken: fc.boolean(),
    steps: fc.array(
      fc.record({
        gap: fc.oneof(fc.integer({ min: 0, max: 6 }), fc.integer({ min: 0, max: 90 })),
        kind: fc.nat({ max: 10 }),
        pick: fc.nat({ max: 2 }),
      }),
      { maxLength: 30 },
    ),
  })
  .map(({ woken, steps }) => {
    let at = 0;
    const seen = new Set<string>();
    const once = (key: string) => !seen.has(key) && seen.add(key);
    const moments = steps.flatMap(({ gap, kind, pick }): Moment[] => {
      at += gap;
      const event = eventOf(kind, `m${pick}`, `o${pick}`, `agent${pick % 2}`);
      const first =
        event.type === "call_opened" || event.type === "outside_started" || event.type === "message_started";
      return !first || once(JSON.stringify(event)) ? [{ at, event }] : [];
    });
    return { woken, moments };
  });

function eventOf(kind: number, message: string, other: string, agent: string): TimingEvent {
  const kinds: TimingEvent[] = [
    called(message, agent),
    progress(message),
    started(message, agent === "agent0"),
    token(message),
    token(message),
    over(message),
    said,
    outside("started", other),
    outside("chunk", other),
    outside("ended", other),
  ];
  return kinds[kind] ?? (agent === "agent0" ? settled : reopened);
}

const HORIZON = 400;

function play({ woken, moments }: { woken: boolean; moments: Moment[] }, late = 0) {
  const turn = run(woken, { limits: short, late });
  for (const { at, event } of moments) turn.at(at, event);
  return turn.at((moments.at(-1)?.at ?? 0) + HORIZON).log;
}

/** The rules as they are written, asked at every millisecond of all that has happened so far. */
function rulesByTheMillisecond({ woken, moments }: { woken: boolean; moments: Moment[] }): string[] {
  const happened: Moment[] = [];
  const log: { at: number; text: string }[] = [];
  const say = (at: number, text: string) => log.push({ at, text });
  const of = (id: string) => happened.filter(({ event }) => "message" in event && event.message === id);
  const last = (list: Moment[], ...types: string[]) => list.findLast(({ event }) => types.includes(event.type))?.at;
  const lastSaid = (text: string) => log.findLast((line) => line.text === text)?.at ?? -1;
  const wasSaid = (text: string) => log.some((line) => line.text === text);
  const hasEnded = () => log.some((line) => line.text.startsWith("end"));

  const facts = (id: string) => {
    const all = of(id);
    const asked = last(all, "call_opened", "outside_started");
    const begun = last(all, "message_started", "outside_started");
    const shown = all.some(({ event }) => event.type === "outside_started" || ("shown" in event && event.shown));
    const over = last(all, "call_ended", "outside_ended") !== undefined || wasSaid(`timeout ${id}`);
    const tokenAt = last(all, "message_started", "outside_started", "message_token", "outside_chunk");
    const call = all.find(({ event }) => event.type === "call_opened")?.event;
    return {
      asked,
      begun,
      shown,
      over,
      tokenAt,
      progressAt: all.at(-1)?.at ?? 0,
      agent: call && "agent" in call && call.agent,
    };
  };
  const stalled = (id: string) =>
    lastSaid(`stalled ${id}`) >= 0 && stalls.get(id) === of(id).filter(({ event }) => isToken(event)).length;
  const stalls = new Map<string, number>();
  const ids = ["m0", "m1", "m2", "o0", "o1", "o2"];
  const running = () => ids.filter((id) => facts(id).asked !== undefined && !facts(id).over);

  const settledSince = () => {
    const opened = happened.findLastIndex(({ event }) => event.type === "reopened");
    return happened.slice(opened + 1).find(({ event }) => event.type === "settled")?.at;
  };
  const end = (now: number) => {
    const since = settledSince();
    if (since === undefined) return;
    const outsideAt = happened.findLast(({ event }) => event.type.startsWith("outside"))?.at;
    const open = running().filter((id) => facts(id).begun !== undefined && facts(id).shown);
    const ended = (reason: string) => say(now, ["end", reason, ...open].join(" "));
    if (outsideAt === undefined) {
      if (woken) ended("completed");
      else if (now >= short.response) ended("no_recipient");
    } else if (now >= outsideAt + short.completion) {
      ended(since >= outsideAt + short.completion && open.length === 0 ? "completed" : "silence");
    }
  };
  const due = (now: number) => {
    for (const id of running()) {
      const { begun, shown, tokenAt = 0, progressAt, agent } = facts(id);
      if (begun === undefined) {
        if (agent && now >= progressAt + short.long_operation && !wasSaid(`waiting ${agent}`))
          say(now, `waiting ${agent}`);
        continue;
      }
      if (shown && !stalled(id) && now >= tokenAt + short.stall) {
        say(now, `stalled ${id}`);
        stalls.set(id, of(id).filter(({ event }) => isToken(event)).length);
      }
      if (now >= progressAt + short.long_operation) say(now, `timeout ${id}`);
    }
    end(now);
  };

  const stop = (moments.at(-1)?.at ?? 0) + HORIZON;
  for (let now = 0; now <= stop && !hasEnded(); now++) {
    due(now);
    for (const moment of moments.filter(({ at }) => at === now)) {
      if (hasEnded()) break;
      const { event } = moment;
      const id = "message" in event ? event.message : "";
      const opens = event.type === "call_opened" || event.type === "outside_started";
      const known = opens || id === "" || running().includes(id);
      if (isToken(event) && known && stalled(id)) say(now, `resumed ${id}`);
      // An event of a message that is not there counts for the program outside that sent it, and for nothing else.
      if (known) happened.push(moment);
      else if (event.type.startsWith("outside")) happened.push({ at: now, event: said });
      if (event.type === "settled") end(now);
    }
  }
  return log.map(({ at, text }) => `${at} ${text}`);
}

const isToken = (event: TimingEvent) => event.type === "message_token" || event.type === "outside_chunk";

/** Lines in the order of their time; what happens in the same millisecond may stand in any order. */
const byTime = (log: string[]) =>
  log
    .map((line) => line.split(" "))
    .map(([at, ...words]) => ({ at: Number(at), text: words.toSorted().join(" ") }))
    .toSorted((a, b) => a.at - b.at || (a.text < b.text ? -1 : 1));

describe("R-TIMING any turn", () => {
  test("does at each millisecond what the rules say, and nothing before its time", () => {
    fc.assert(
      fc.property(anyTurn, (turn) => {
        assert.deepEqual(byTime(play(turn)), byTime(rulesByTheMillisecond(turn)));
      }),
      { numRuns: 200 },
    );
  });

  test("ends at most once, and says nothing after it", () => {
    fc.assert(
      fc.property(anyTurn, (turn) => {
        const log = play(turn);
        const end = log.findIndex((line) => line.includes(" end "));
        assert.ok(end === -1 || end === log.length - 1);
      }),
    );
  });

  test("alarms that are late do what alarms in time do, in the same order", () => {
    const texts = (log: string[]) => log.map((line) => line.slice(line.indexOf(" ")));
    fc.assert(
      fc.property(anyTurn, fc.integer({ min: 1, max: 200 }), (turn, late) => {
        assert.deepEqual(texts(play(turn, late)), texts(play(turn)));
      }),
    );
  });

  test("a token begins the times of its message anew", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 499 }), { minLength: 1, maxLength: 40 }), (gaps) => {
        const turn = run(true).at(0, called("m"), started("m"));
        let at = 0;
        for (const gap of gaps) {
          at += gap;
          turn.at(at, token("m"));
          assert.deepEqual([turn.log, turn.step.wakeAt], [[], at + 500]);
        }
        turn.at(at + 10_000);
        assert.deepEqual(turn.log, [`${at + 500} stalled m`, `${at + 8000} timeout m`]);
      }),
    );
  });
});
