import assert from "node:assert/strict";
import { test } from "node:test";
import { inFlightCount } from "./in-flight.ts";

test("idle resolves at once where nothing is answered, else with the last answer, for all who wait", async () => {
  const inFlight = inFlightCount();
  await inFlight.idle();
  inFlight.begin();
  inFlight.begin();
  let resolved = 0;
  for (let waiting = 0; waiting < 2; waiting++) void inFlight.idle().then(() => resolved++);
  inFlight.end();
  await new Promise(setImmediate);
  assert.equal(resolved, 0);
  inFlight.end();
  await new Promise(setImmediate);
  assert.equal(resolved, 2);
});
