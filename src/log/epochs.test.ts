import assert from "node:assert/strict";
import { test } from "node:test";
import { agreedUpTo, epochsOfText, NO_LOSS, sharedUpTo, textOfEpochs } from "./epochs.ts";

const ALL = Number.POSITIVE_INFINITY;

test("R-HONEST a cursor is true up to the least that is shared by the epochs from its own to the stream's", () => {
  assert.deepEqual([sharedUpTo([], 0), sharedUpTo([], 1)], [ALL, -1]);
  assert.deepEqual(
    [0, 1, 2, 3].map((epoch) => sharedUpTo([12, 20], epoch)),
    [12, 20, ALL, -1],
  );
  assert.deepEqual(
    [0, 1, 2].map((epoch) => sharedUpTo([20, 12], epoch)),
    [12, 12, ALL],
  );
});

test("R-STORE two copies agree up to where the first of them lost something that the other does not know of", () => {
  assert.equal(agreedUpTo([], []), ALL);
  assert.equal(agreedUpTo([5], [5]), ALL);
  assert.deepEqual([agreedUpTo([], [7, 9]), agreedUpTo([7, 9], [])], [7, 7]);
  assert.equal(agreedUpTo([5, 8], [5]), 8);
  assert.equal(agreedUpTo([5], [6]), 5);
});

test("epochs are read back as they were written", () => {
  for (const epochs of [[], [0], [3, 12]]) assert.deepEqual(epochsOfText(textOfEpochs(epochs)), epochs);
  assert.equal(epochsOfText(""), NO_LOSS);
});
