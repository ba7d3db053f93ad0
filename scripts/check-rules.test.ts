import assert from "node:assert/strict";
import { test } from "node:test";
import { parseRules, ruleFindings, testTitles } from "./check-rules.ts";

const rules = parseRules(`# Protocol
## 2. Events
- **R-SEQ** numbered. R-LATER is only mentioned here.
- **R-ONE** one end.
`);

const file = (text: string) => [{ file: "a.test.ts", text }];

test("rules are what stands in bold", () => {
  assert.deepEqual(rules, ["R-SEQ", "R-ONE"]);
});

test("titles are found however a test is written, and comments and skipped tests are none", () => {
  const source = [
    'test("R-SEQ a", () => {});',
    "it('R-ONE b', () => {});",
    "describe(`R-X c`, () => {",
    "  test(",
    '    "R-Y says \\"hi\\"",',
    "  );",
    "});",
    '// test("R-NO comment")',
    '/* test("R-NO block") */',
    'test.skip("R-NO skipped", () => {});',
    'test.todo("R-NO todo");',
  ].join("\n");
  assert.deepEqual(testTitles(source), ["R-SEQ a", "R-ONE b", "R-X c", 'R-Y says \\"hi\\"']);
});

test("a rule that no test's title names is a finding", () => {
  const tests = file('test("R-SEQ holds", () => { /* R-ONE */ });');
  assert.deepEqual(ruleFindings(rules, tests, []), ["R-ONE is named by no test's title"]);
});

test("naming a rule that does not exist is a finding", () => {
  const tests = file('test("R-SEQ and R-ONE", () => {});');
  const sources = [{ file: "src/a.ts", text: "// as R-SEQS says, and R-ONE" }];
  assert.deepEqual(ruleFindings(rules, tests, sources), [
    "src/a.ts names R-SEQS, a rule that PROTOCOL.md does not define",
  ]);
});

test("a rule defined twice is a finding", () => {
  const twice = parseRules("## 1\n**R-SEQ** a\n## 2\n**R-SEQ** b");
  assert.deepEqual(ruleFindings(twice, file('test("R-SEQ", () => {});'), []), [
    "R-SEQ is defined twice in PROTOCOL.md",
  ]);
});
