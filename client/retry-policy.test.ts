import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { chatWaitError } from "./errors.ts";
import { afterFailure, backoff, type Effort, FRESH, SILENCE } from "./retry-policy.ts";

const PATIENCE = { giveUpMs: 60_000, longestRetryAfterMs: 30_000, isReached: true };
const chance = fc.double({ min: 0, max: 0.999_999, noNaN: true });
const after = (error: ReturnType<typeof chatWaitError>, { effort = FRESH, now = 0, random = 0.5 } = {}) =>
  afterFailure(effort, error, PATIENCE, now, random);
const cut = chatWaitError("network", "Cut.", { retryable: true });

test("the backoff doubles up to 10 s, and leaves half of itself to chance", () => {
  fc.assert(
    fc.property(fc.nat({ max: 2000 }), chance, (attempt, random) => {
      const ceiling = Math.min(10_000, 300 * 2 ** attempt);
      const ms = backoff(attempt, random);
      assert.ok(ms >= ceiling / 2 && ms < ceiling, `${ms} of ${ceiling}`);
    }),
  );
  assert.deepEqual(
    [0, 1, 2, 5, 6].map((attempt) => backoff(attempt, 0)),
    [150, 300, 600, 4800, 5000],
  );
});

test("attempts are counted, and time is from the first that failed", () => {
  const first = after(cut, { now: 5 });
  assert.deepEqual(first, { attempt: 1, since: 5, strikes: 0, retryInMs: 225 });
  const second = after(cut, { effort: first, now: 900 });
  assert.deepEqual(second, { attempt: 2, since: 5, strikes: 0, retryInMs: 450 });
});

test("however it fails, it is given up in time, and never asked more often than the backoff allows", () => {
  fc.assert(
    fc.property(fc.array(chance, { minLength: 100, maxLength: 100 }), (randoms) => {
      let effort: Effort = FRESH;
      let now = 0;
      for (const [index, random] of randoms.entries()) {
        try {
          const verdict = afterFailure(effort, cut, PATIENCE, now, random);
          assert.ok(verdict.retryInMs >= 150);
          now += verdict.retryInMs;
          effort = verdict;
        } catch (error) {
          assert.equal(error, cut);
          assert.ok(now <= PATIENCE.giveUpMs && now > PATIENCE.giveUpMs - 10_000 && index > 5);
          return;
        }
      }
      assert.fail("It was never given up.");
    }),
  );
});

test("a connection that stands and brings nothing is waited for three times as long", () => {
  const silence = chatWaitError("network", "Nothing.", { retryable: true, cause: SILENCE });
  const effort = { ...FRESH, since: 0 };
  assert.throws(() => after(cut, { effort, now: 60_000 }));
  assert.ok(after(silence, { effort, now: 179_000 }));
  assert.throws(() => after(silence, { effort, now: 180_000 }));
});

test("where nothing has ever answered, it is given up after a tenth of the time", () => {
  const effort = { ...FRESH, since: 0 };
  const nobody = { ...PATIENCE, isReached: false };
  assert.ok(afterFailure(effort, cut, nobody, 5000, 0.5));
  assert.throws(() => afterFailure(effort, cut, nobody, 6000, 0.5));
});

test("Retry-After takes the place of the backoff, and is never undercut", () => {
  fc.assert(
    fc.property(fc.nat({ max: 30_000 }), chance, (retryAfterMs, random) => {
      const { retryInMs } = after(chatWaitError("rate_limited", "No.", { retryable: true, retryAfterMs }), { random });
      assert.ok(retryInMs >= retryAfterMs && retryInMs <= retryAfterMs * 1.1);
    }),
  );
});

const FINAL = {
  "what another attempt would not mend": chatWaitError("invalid_request", "No.", { status: 400 }),
  "the end of the stream itself": chatWaitError("model_unavailable", "No.", { retryable: true, streamId: "s" }),
  "a Retry-After beyond what is waited for": chatWaitError("overloaded", "No.", {
    retryable: true,
    retryAfterMs: 30_001,
  }),
};

for (const [what, error] of Object.entries(FINAL)) {
  test(`${what} is thrown as it is`, () => {
    assert.throws(
      () => after(error),
      (thrown) => thrown === error,
    );
  });
}

test("what cannot be right is tolerated twice in a row; what something else answers is not counted with it", () => {
  const broken = chatWaitError("bad_response", "Hole.", { retryable: true });
  const once = after(broken);
  const twice = after(broken, { effort: once });
  assert.deepEqual([once.strikes, twice.strikes], [1, 2]);
  assert.throws(
    () => after(broken, { effort: twice }),
    (thrown) => thrown === broken,
  );
  const gateway = chatWaitError("bad_response", "Proxy.", { retryable: true, status: 502 });
  assert.equal(after(gateway, { effort: twice }).strikes, 2);
});
