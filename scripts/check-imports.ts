import { existsSync, globSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { withoutComments } from "./source.ts";

/** What each unit may import, by path; "anything" has no limit. A unit is a folder or a file. */
export type ImportTable = Map<string, "anything" | string[]>;

/** Reads the table under "Who may import whom" of ARCHITECTURE.md: the document is the source of the rule. */
export function parseImportTable(markdown: string): ImportTable {
  const table: ImportTable = new Map();
  const section = markdown.split(/^## /m).find((text) => text.startsWith("Who may import whom")) ?? "";
  for (const [, units = "", allowed = ""] of section.matchAll(/^\|(.*`.*)\|(.*)\|$/gm)) {
    for (const unit of codeSpans(units))
      table.set(unit, allowed.trim() === "anything" ? "anything" : codeSpans(allowed));
  }
  if (table.size === 0) throw new Error('ARCHITECTURE.md has no table under "Who may import whom".');
  return table;
}

const codeSpans = (text: string): string[] => [...text.matchAll(/`([^`]+)`/g)].map((match) => match[1] as string);

const within = (path: string, unit: string): boolean => path === unit || path.startsWith(`${unit}/`);

/** A test belongs to the file beside it. */
const subjectOf = (file: string): string => file.replace(/\.test\.ts$/, ".ts");

/** Finds the arrows of one file that the table does not allow, as lines for people: `file:line imports …`. */
export function reverseArrows(table: ImportTable, file: string, source: string): string[] {
  const unit = [...table.keys()].find((name) => within(subjectOf(file), name));
  if (!unit) return [`${file}:1 is in no unit of the import table; give it a row in ARCHITECTURE.md`];
  const allowed = table.get(unit);
  if (allowed === undefined || allowed === "anything") return [];
  const open = [unit, ...allowed, ...(file.endsWith(".test.ts") ? ["testing"] : [])];
  return importsOf(source)
    .map(({ line, specifier }) => ({ line, target: normalize(join(dirname(file), specifier)) }))
    .filter(({ target }) => !open.some((name) => within(target, name)))
    .map(({ line, target }) => `${file}:${line} imports ${target}, but ${unit} may import ${list(allowed)}`);
}

const list = (allowed: string[]): string => (allowed.length ? `only ${allowed.join(", ")}` : "nothing of ours");

const RELATIVE_IMPORT = /\b(?:from|import|require)\s*\(?\s*["'](\.{1,2}\/[^"']*)["']/g;

function importsOf(source: string): { line: number; specifier: string }[] {
  const code = withoutComments(source);
  return [...code.matchAll(RELATIVE_IMPORT)].map((match) => ({
    line: code.slice(0, match.index + match[0].length).split("\n").length,
    specifier: match[1] as string,
  }));
}

const ROOTS = ["src", "client", "cli", "web", "testing", "integration-tests", "scripts", "bench"];

/** Checks every source file of the project below `root`. */
export function checkImports(root: string): { files: number; arrows: string[] } {
  const table = parseImportTable(readFileSync(join(root, "ARCHITECTURE.md"), "utf8"));
  const pattern = ROOTS.filter((name) => existsSync(join(root, name))).map((name) => `${name}/**/*.{ts,tsx,js}`);
  const files = globSync(pattern, { cwd: root, exclude: (path) => path.includes("node_modules") }).sort();
  const arrows = files.flatMap((file) => reverseArrows(table, file, readFileSync(join(root, file), "utf8")));
  return { files: files.length, arrows };
}

if (import.meta.main) {
  const { files, arrows } = checkImports(join(import.meta.dirname, ".."));
  for (const arrow of arrows) console.error(arrow);
  console.log(`${files} files, ${arrows.length} reverse arrows`);
  if (arrows.length) process.exitCode = 1;
}
