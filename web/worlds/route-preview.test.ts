import assert from "node:assert/strict";
import { test } from "node:test";
import { manualClock } from "../../testing/manual-clock.ts";
import { createRoutePreview } from "./route-preview.ts";
import type { Routed } from "./words.ts";

function previewing() {
  const clock = manualClock();
  const asked: { text: string; answer: PromiseWithResolvers<Routed> }[] = [];
  const preview = createRoutePreview({
    after: clock.after,
    ask: ({ message }) => {
      const answer = Promise.withResolvers<Routed>();
      asked.push({ text: message, answer });
      return answer.promise;
    },
  });
  return { clock, asked, preview };
}

const settle = () => new Promise((done) => setImmediate(done));
const to = (agent: string): Routed => ({ agents: [{ agent, why: "mentioned" }], unknown: [] });

test("the server is asked once somebody pauses, and not for each key", async () => {
  const { clock, asked, preview } = previewing();
  for (const text of ["@", "@V", "@Vera"]) {
    preview.write(text);
    clock.advance(100);
  }
  assert.equal(asked.length, 0);
  clock.advance(100);
  assert.deepEqual(
    asked.map(({ text }) => text),
    ["@Vera"],
  );
  asked[0]?.answer.resolve(to("Vera"));
  await settle();
  assert.deepEqual(preview.routed.value, { ...to("Vera"), text: "@Vera" });
});

test("a blank text asks nobody, and takes back what was known", async () => {
  const { clock, asked, preview } = previewing();
  preview.write("@Vera");
  clock.advance(200);
  asked[0]?.answer.resolve(to("Vera"));
  await settle();
  preview.write("  ");
  assert.equal(preview.routed.value, undefined);
  clock.advance(1000);
  assert.equal(asked.length, 1);
  assert.equal(clock.pending(), 0);
});

test("the answer to an older text is not shown, and the newer text is asked once it is there", async () => {
  const { clock, asked, preview } = previewing();
  preview.write("@Vera");
  clock.advance(200);
  preview.write("@Otto");
  clock.advance(200);
  assert.equal(asked.length, 1, "never two at once");
  asked[0]?.answer.resolve(to("Vera"));
  await settle();
  assert.deepEqual(preview.routed.value, undefined);
  clock.advance(200);
  asked[1]?.answer.resolve(to("Otto"));
  await settle();
  assert.deepEqual(preview.routed.value, { ...to("Otto"), text: "@Otto" });
});

test("a failure is silence, and the next text is asked all the same", async () => {
  const { clock, asked, preview } = previewing();
  preview.write("@Vera");
  clock.advance(200);
  asked[0]?.answer.reject(new Error("offline"));
  await settle();
  assert.equal(preview.routed.value, undefined);
  preview.write("@Vera!");
  clock.advance(200);
  assert.equal(asked.length, 2);
});

test("where others are there, it is asked again; where one leaves, nothing is left behind", async () => {
  const { clock, asked, preview } = previewing();
  preview.renew("Vera");
  preview.write("@Vera");
  clock.advance(200);
  asked[0]?.answer.resolve(to("Vera"));
  await settle();
  preview.renew("Vera");
  clock.advance(200);
  assert.equal(asked.length, 1);
  preview.renew("Vera,Otto");
  clock.advance(200);
  assert.equal(asked.length, 2);
  preview.write("@Vera and");
  preview.leave();
  assert.deepEqual([clock.pending(), preview.routed.value], [0, undefined]);
});
