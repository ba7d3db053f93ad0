import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { withoutComments } from "./source.ts";

/** The rules of PROTOCOL.md: each is defined where its name stands in bold. */
export const parseRules = (markdown: string): string[] =>
  [...markdown.matchAll(/\*\*(R-[A-Z]+)\*\*/g)].map(([, name = ""]) => name);

const TITLE = /\b(?:test|it|describe|suite)(?:\.only)?\(\s*(["'`])((?:\\.|(?!\1)[^\\])*)\1/g;

/** The titles of the tests in a source that really run: neither comments nor skipped ones count. */
export function testTitles(source: string): string[] {
  return [...withoutComments(source).matchAll(TITLE)].map((match) => match[2] as string);
}

const namesIn = (text: string): string[] => text.match(/\bR-[A-Z]{2,}\b/g) ?? [];

export type Source = { file: string; text: string };

/** Compares the rules with the titles of tests and with every mention in the sources; each finding is one line. */
export function ruleFindings(rules: string[], tests: Source[], sources: Source[]): string[] {
  const tested = new Set(tests.flatMap(({ text }) => testTitles(text)).flatMap(namesIn));
  const twice = rules.filter((name, index) => rules.indexOf(name) !== index);
  const unknown = sources.flatMap(({ file, text }) =>
    [...new Set(namesIn(text))].filter((name) => !rules.includes(name)).map((name) => `${file} names ${name}`),
  );
  return [
    ...twice.map((name) => `${name} is defined twice in PROTOCOL.md`),
    ...rules.filter((name) => !tested.has(name)).map((name) => `${name} is named by no test's title`),
    ...unknown.map((finding) => `${finding}, a rule that PROTOCOL.md does not define`),
  ];
}

const read = (root: string, patterns: string[]): Source[] =>
  globSync(patterns, { cwd: root }).map((file) => ({ file, text: readFileSync(join(root, file), "utf8") }));

/** Contract suites are functions in testing/: their titles count once a test imports them. */
function testsOf(root: string): Source[] {
  const tests = read(root, ["src/**/*.test.ts", "integration-tests/**/*.test.ts"]);
  const suites = read(root, ["testing/**/*.ts"]).filter(({ file }) =>
    tests.some(({ text }) => text.includes(`/${file}"`)),
  );
  return [...tests, ...suites];
}

/** Checks the whole project below `root`. */
export function checkRules(root: string): { rules: string[]; findings: string[] } {
  const rules = parseRules(readFileSync(join(root, "PROTOCOL.md"), "utf8"));
  const sources = read(root, ["src/**/*.ts", "testing/**/*.ts", "integration-tests/**/*.ts", "README.md"]);
  return { rules, findings: ruleFindings(rules, testsOf(root), sources) };
}

if (import.meta.main) {
  const { rules, findings } = checkRules(join(import.meta.dirname, ".."));
  for (const finding of findings) console.error(finding);
  console.log(`${rules.length} rules, ${findings.length} findings`);
  if (findings.length || rules.length === 0) process.exitCode = 1;
}
