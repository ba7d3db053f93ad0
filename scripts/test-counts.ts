export type TestCounts = { tests: number; skipped: number; todo: number };

/** Adds up the summaries of node's test runner in an output: `ℹ tests 14` (spec) or `# tests 14` (TAP), one per run. */
export function testCounts(output: string): TestCounts {
  const counts: TestCounts = { tests: 0, skipped: 0, todo: 0 };
  // Colours do not reach a pipe unless FORCE_COLOR asks for them.
  const plain = output.replace(/\u001b\[[0-9;]*m/g, "");
  for (const [, key, value] of plain.matchAll(/^(?:ℹ|#) (tests|skipped|todo) (\d+)$/gm)) {
    counts[key as keyof TestCounts] += Number(value);
  }
  return counts;
}
