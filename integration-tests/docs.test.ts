import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, type TestContext, test } from "node:test";
import { promisify } from "node:util";
import { type BlockCheck, checkOf, type DocBlock, docBlocks } from "../scripts/doc-blocks.ts";
import { type OutputFormat, runExample, runnableHere, shapeOf } from "../scripts/readme.ts";
import { freePort } from "../testing/free-port.ts";
import { unlessInstalled } from "../testing/installed.ts";
import { startProgram } from "../testing/program.ts";

/** Every code block of docs/ and of the examples' own pages is run, type-checked, or found in a file that has a test or in a test of its own. */

const root = join(import.meta.dirname, "..");
const run = promisify(execFile);
const documents = globSync(["docs/**/*.md", "examples/**/README.md"], { cwd: root }).sort();
const blocks = documents.flatMap((path) =>
  docBlocks(readFileSync(join(root, path), "utf8")).map((block) => ({ path, block })),
);
const placeOf = (path: string, block: DocBlock): string => `${path}:${block.line}`;
const NEEDS_SERVER: ReadonlySet<BlockCheck> = new Set(["run-shell", "run-program", "post"]);
const checked = (check: ReturnType<typeof checkOf>) => blocks.filter(({ block }) => checkOf(block) === check);

test("no code block of a document goes without a check", () => {
  const without = checked(undefined).map(({ path, block }) => placeOf(path, block));
  assert.deepEqual(without, []);
  assert.ok(blocks.length > 0);
});

/** A folder inside the package, so that `chatwait/client` is found there as a user's program finds it. */
function scratch(t: TestContext): string {
  mkdirSync(join(root, "dist"), { recursive: true });
  const folder = mkdtempSync(join(root, "dist/docs-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

// Most of it is waiting. What one document does to its server, no other sees.
describe("what the documents run prints what they show", { concurrency: 2, timeout: 300_000 }, () => {
  for (const path of documents) test(path, (t) => printsAll(t, path));
});

async function printsAll(t: TestContext, document: string): Promise<void> {
  const own = blocks.flatMap(({ path, block }) => (path === document ? [{ block, check: checkOf(block) }] : []));
  if (!own.some(({ check }) => check !== undefined && NEEDS_SERVER.has(check))) return;
  const server = await startProgram(t);
  const port = Number(new URL(server.url).port);
  const folder = scratch(t);
  for (const { block, check } of own) {
    const place = placeOf(document, block);
    if (check === "run-shell") {
      await t.test(place, { skip: unlessThere(block) }, async () =>
        printsWhatIsShown(block, port, await withFreePorts(block)),
      );
    }
    if (check === "run-program") {
      await t.test(place, () => {
        const file = join(folder, `${block.line}.ts`);
        writeFileSync(file, runnableHere(block.text, port));
        return printsWhatIsShown(block, port, `node ${file}`);
      });
    }
    if (check === "post") await t.test(place, () => isTaken(block, server.url));
  }
}

function unlessThere({ options }: DocBlock): string | false {
  const program = options.get("needs");
  return program !== undefined && unlessInstalled(program, "--version");
}

/** The text with a free port for each that the block takes on a reader's machine. */
async function withFreePorts({ text, options }: DocBlock): Promise<string> {
  const taken = options.get("ports")?.split(",") ?? [];
  const free = await Promise.all(taken.map(() => freePort()));
  return taken.reduce((result, port, at) => result.replaceAll(new RegExp(`\\b${port}\\b`, "g"), `${free[at]}`), text);
}

async function printsWhatIsShown({ output }: DocBlock, port: number, command: string): Promise<void> {
  const printed = await runExample({ command }, port);
  if (!output) return;
  const format = output.format as OutputFormat;
  assert.deepEqual(shapeOf(format, printed), shapeOf(format, output.text), printed);
}

async function isTaken({ text, options }: DocBlock, url: string): Promise<void> {
  const headers = { "content-type": "application/json", accept: "application/json" };
  const reply = await fetch(`${url}${options.get("post")}`, { method: "POST", headers, body: text });
  assert.ok(reply.ok, `${reply.status} ${await reply.text()}`);
}

test("the programs in the documents type-check, each by itself", { timeout: 120_000 }, async (t) => {
  const folder = scratch(t);
  const programs = [...checked("types"), ...checked("run-program")];
  for (const { path, block } of programs) {
    const file = join(folder, `${path.replaceAll("/", "-")}-${block.line}.${block.language}`);
    // `export {}` makes a module of each, so that none sees the names of another.
    writeFileSync(file, `${block.text}\nexport {};\n`);
  }
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(DOCS_TSCONFIG));
  const { stdout } = await run(join(root, "node_modules/.bin/tsc"), ["-p", folder], { cwd: folder }).catch(
    (error: { stdout: string }) => error,
  );
  assert.equal(stdout, "");
});

const DOCS_TSCONFIG = {
  extends: "../../tsconfig.json",
  compilerOptions: {
    ...{ lib: ["esnext", "dom", "dom.iterable", "dom.asynciterable"], types: ["node"] },
    ...{ jsx: "react-jsx", noUnusedLocals: false, noUnusedParameters: false },
  },
  include: ["*.ts", "*.tsx"],
  exclude: [],
};

for (const { path, block } of checked("json")) {
  test(`the JSON at ${placeOf(path, block)} can be parsed`, () => void JSON.parse(block.text));
}

for (const { path, block } of checked("shell-syntax")) {
  test(`the commands at ${placeOf(path, block)} are shell`, async () => {
    await run("bash", ["-n", "-c", block.text]);
  });
}

for (const { path, block } of checked("file")) {
  const file = block.options.get("file") ?? "";
  test(`the excerpt at ${placeOf(path, block)} stands in ${file}`, () => {
    const whole = readFileSync(join(root, file), "utf8");
    assert.ok(unindented(whole).includes(unindented(block.text)), `${block.text}\nis not in ${file}`);
  });
}

for (const { path, block } of checked("test")) {
  const file = block.options.get("test") ?? "";
  test(`the block at ${placeOf(path, block)} is read by ${file}`, () => {
    assert.match(file, /\.test\.ts$/);
    assert.ok(readFileSync(join(root, file), "utf8").includes(`/${path}"`), `${path} is not named there`);
  });
}

/** An excerpt may stand further left than in its file. */
const unindented = (text: string): string =>
  text
    .split("\n")
    .map((line) => line.trim())
    .join("\n");

/** Links to other files, with or without a heading in them. */
const LINK = /\]\((?!https?:|mailto:|#)([^)#\s]+)(#[^)\s]+)?\)/g;

test("links between the documents lead somewhere", () => {
  const all = [...documents, "README.md", "ARCHITECTURE.md", "PROTOCOL.md", "CONTRIBUTING.md"];
  const broken = all.flatMap((path) =>
    [...readFileSync(join(root, path), "utf8").matchAll(LINK)]
      .map(([, target = ""]) => join(dirname(path), target))
      .filter((target) => globSync(target, { cwd: root }).length === 0)
      .map((target) => `${path} → ${target}`),
  );
  assert.deepEqual(broken, []);
});
