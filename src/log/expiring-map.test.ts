import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { manualClock } from "../../testing/manual-clock.ts";
import { expiringMap } from "./expiring-map.ts";

function rig(ttlMs = 100, most?: number) {
  const clock = manualClock();
  const expired: string[] = [];
  const map = expiringMap<number>(clock, ttlMs, (value, key) => expired.push(`${key}=${value}@${clock.now()}`), most);
  return { clock, expired, map };
}

describe("expiringMap", () => {
  test("an entry expires when its time is up, and not before", () => {
    const { clock, expired, map } = rig();
    map.set("a", 1);
    clock.advance(99);
    assert.deepEqual([map.get("a"), map.size, expired], [1, 1, []]);
    clock.advance(1);
    assert.deepEqual([map.get("a"), map.size, expired], [undefined, 0, ["a=1@100"]]);
    assert.equal(clock.pending(), 0);
  });

  test("setting an entry again begins its time anew and makes it the youngest", () => {
    const { clock, expired, map } = rig();
    map.set("a", 1);
    clock.advance(10);
    map.set("b", 2);
    clock.advance(50);
    assert.equal(map.oldest(), 1);
    map.set("a", 3);
    assert.deepEqual([map.oldest(), map.size, map.keys()], [2, 2, ["b", "a"]]);
    clock.advance(1000);
    assert.deepEqual(expired, ["b=2@110", "a=3@160"]);
  });

  test("what was deleted or cleared never expires", () => {
    const { clock, expired, map } = rig();
    map.set("a", 1);
    map.set("b", 2);
    map.delete("a");
    map.delete("never was");
    clock.advance(50);
    map.clear();
    assert.deepEqual([clock.pending(), map.size, map.oldest()], [0, 0, undefined]);
    map.set("c", 3);
    clock.advance(99);
    assert.deepEqual(expired, []);
    clock.advance(1);
    assert.deepEqual(expired, ["c=3@150"]);
  });

  test("beyond the most entries the oldest is dropped, without expiring", () => {
    const { clock, expired, map } = rig(100, 2);
    for (const [key, value] of Object.entries({ a: 1, b: 2, c: 3 })) map.set(key, value);
    assert.deepEqual([map.size, map.get("a"), map.oldest()], [2, undefined, 2]);
    map.set("b", 4);
    assert.deepEqual([map.size, map.oldest()], [2, 3]);
    clock.advance(100);
    assert.deepEqual(expired, ["c=3@100", "b=4@100"]);
  });

  test("there is one timer, however many entries", () => {
    const { clock, map } = rig();
    for (let n = 0; n < 1000; n++) {
      map.set(`k${n % 300}`, n);
      clock.advance(1);
      assert.ok(clock.pending() <= 1);
    }
  });

  test("an action may set and delete entries of its own map", () => {
    const clock = manualClock();
    const seen: string[] = [];
    const map = expiringMap<number>(clock, 100, (value, key) => {
      seen.push(`${key}@${clock.now()}`);
      if (value > 0) map.set(key, value - 1);
      map.delete("c");
    });
    map.set("a", 2);
    map.set("b", 0);
    map.set("c", 0);
    clock.advance(1000);
    assert.deepEqual(seen, ["a@100", "b@100", "a@200", "a@300"]);
    assert.equal(clock.pending(), 0);
  });

  test("behaves as a map of entries that each have a timer, whatever is done with it", () => {
    const key = fc.constantFrom("a", "b", "c", "d");
    const step = fc.oneof(
      fc.record({ do: fc.constantFrom("set" as const, "delete" as const), key }),
      fc.record({ do: fc.constant("pass" as const), ms: fc.integer({ min: 1, max: 80 }) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 50, size: "max" }), (steps) => {
        const { clock, expired, map } = rig();
        const model = manualClock();
        const timers = new Map<string, () => void>();
        const modelExpired: string[] = [];
        for (const [n, one] of steps.entries()) {
          if (one.do === "pass") {
            clock.advance(one.ms);
            model.advance(one.ms);
            continue;
          }
          timers.get(one.key)?.();
          timers.delete(one.key);
          map.delete(one.key);
          if (one.do === "delete") continue;
          map.set(one.key, n);
          const expire = () => {
            timers.delete(one.key);
            modelExpired.push(`${one.key}=${n}@${model.now()}`);
          };
          timers.set(one.key, model.after(100, expire));
        }
        assert.deepEqual(expired, modelExpired);
        assert.equal(map.size, timers.size);
      }),
    );
  });
});
