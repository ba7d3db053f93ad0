import assert from "node:assert/strict";
import { test } from "node:test";
import { testCounts } from "./test-counts.ts";

test("the summaries of several runs are added up, in both formats and with colours", () => {
  const spec = "✔ a (1ms)\nℹ tests 14\nℹ pass 12\nℹ skipped 1\nℹ todo 1\nℹ duration_ms 9.5\n";
  const tap = "# tests 3\n# skipped 2\n# todo 0\n";
  assert.deepEqual(testCounts(spec + tap), { tests: 17, skipped: 3, todo: 1 });
  assert.deepEqual(testCounts("\u001b[34mℹ tests 2\u001b[39m\n"), { tests: 2, skipped: 0, todo: 0 });
});

test("what a test prints in the middle of a line does not count", () => {
  assert.deepEqual(testCounts("we wrote # tests 9\n# tests 1 and more\n"), { tests: 0, skipped: 0, todo: 0 });
});
