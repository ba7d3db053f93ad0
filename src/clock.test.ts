import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { manualClock } from "../testing/manual-clock.ts";
import { deadline, systemClock } from "./clock.ts";

describe("deadline", () => {
  function rig() {
    const clock = manualClock();
    const expired: number[] = [];
    return { clock, expired, line: deadline(clock, 100, () => expired.push(clock.now())) };
  }

  test("expires once the time has passed since the last touch, and then begins anew", () => {
    const { clock, expired, line } = rig();
    clock.advance(60);
    line.touch();
    clock.advance(99);
    assert.deepEqual(expired, []);
    clock.advance(1);
    assert.deepEqual(expired, [160]);
    clock.advance(240);
    assert.deepEqual(expired, [160, 260, 360]);
    line.touch();
    clock.advance(99);
    assert.deepEqual(expired, [160, 260, 360]);
  });

  test("a touch sets no timer: there is one at a time, however often it is touched", () => {
    const { clock, expired, line } = rig();
    for (let ms = 0; ms < 1000; ms++) {
      line.touch();
      clock.advance(1);
      assert.equal(clock.pending(), 1);
    }
    assert.deepEqual(expired, []);
  });

  test("stopped, it never expires and leaves no timer", () => {
    const { clock, expired, line } = rig();
    clock.advance(50);
    line.stop();
    line.touch();
    assert.equal(clock.pending(), 0);
    clock.advance(1000);
    assert.deepEqual(expired, []);
  });

  test("it may be stopped from its own action", () => {
    const clock = manualClock();
    let expired = 0;
    const line = deadline(clock, 100, () => {
      expired++;
      line.stop();
    });
    clock.advance(1000);
    assert.deepEqual([expired, clock.pending()], [1, 0]);
  });
});

describe("systemClock", () => {
  test("asks for no timer that Node would fire at once", (t) => {
    const asked = t.mock.method(globalThis, "setTimeout", () => undefined);
    for (const ms of [-5, 0, 1000, 2 ** 31 - 1, 2 ** 31, Number.POSITIVE_INFINITY]) systemClock.after(ms, () => {});
    assert.deepEqual(
      asked.mock.calls.map(({ arguments: [, ms] }) => ms),
      [0, 0, 1000, 2 ** 31 - 1, 2 ** 31 - 1, 2 ** 31 - 1],
    );
  });

  test("runs an action, unless it was cancelled", (t) => {
    t.mock.timers.enable({ apis: ["setTimeout"] });
    const ran: string[] = [];
    systemClock.after(10, () => ran.push("a"));
    const cancel = systemClock.after(10, () => ran.push("b"));
    cancel();
    cancel();
    t.mock.timers.tick(10);
    assert.deepEqual(ran, ["a"]);
  });

  test("its monotonic time never goes back, and its wall is the calendar", () => {
    const before = systemClock.now();
    assert.ok(systemClock.now() >= before);
    assert.ok(Math.abs(systemClock.wall() - Date.now()) < 60_000);
  });
});
