import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { readmeExamples, runExample, shapeOf } from "../scripts/readme.ts";
import { readConfig } from "../src/config.ts";
import { freePort } from "../testing/free-port.ts";

const root = join(import.meta.dirname, "..");
const readme = readFileSync(join(root, "README.md"), "utf8");
const examples = readmeExamples(readme);

let server: ChildProcess;
let port: number;
let dataDir: string;

async function untilReady(): Promise<void> {
  for (let tries = 0; tries < 200; tries++) {
    if (server.exitCode !== null) throw new Error(`The server ended with ${server.exitCode}.`);
    const ready = await fetch(`http://127.0.0.1:${port}/readyz`).then(
      ({ ok }) => ok,
      () => false,
    );
    if (ready) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error("The server was not ready after 20 s.");
}

before(async () => {
  port = await freePort();
  // As a newcomer starts it: with the defaults, whatever the surroundings of this test have set.
  const inherited = Object.entries(process.env).filter(
    ([name]) => !/^(?:CHATWAIT_|OPENAI_|ANTHROPIC_|OLLAMA_)/.test(name),
  );
  dataDir = mkdtempSync(join(tmpdir(), "chatwait-data-"));
  const own = { HOST: "127.0.0.1", PORT: String(port), CHATWAIT_DATA_DIR: dataDir };
  const env = { ...Object.fromEntries(inherited), ...own };
  server = spawn(process.execPath, ["src/main.ts"], { cwd: root, env, stdio: ["ignore", "ignore", "inherit"] });
  await untilReady();
});

after(async () => {
  const ended = new Promise((resolve) => server.on("exit", resolve));
  server.kill("SIGKILL");
  await ended;
  rmSync(dataDir, { recursive: true });
});

test("the README shows a runnable command for every path of the interface", () => {
  assert.equal(examples.length, readme.match(/^```sh runnable$/gm)?.length, "each runnable block has an output block");
  const commands = examples.map(({ command }) => command).join("\n");
  for (const path of ["/chat/wait", "/chat/streaming", "/models", "/healthz", "/readyz", "/metrics", "/openapi.json"]) {
    assert.ok(commands.includes(`localhost:3000${path}`), path);
  }
});

for (const example of examples) {
  test(`the command at README.md:${example.line} prints what the README shows`, async () => {
    const output = await runExample(example, port);
    assert.deepEqual(shapeOf(example.format, output), shapeOf(example.format, example.output), output);
  });
}

const envExample = readFileSync(join(root, ".env.example"), "utf8");
const settingsIn = (pattern: RegExp): [string, string][] =>
  [...envExample.matchAll(pattern)].map((match) => [match[1] ?? "", match[2] ?? ""]);

/** The rows of the README's table: each name with its default, empty where it has none that is a value. */
function settingsTable(): [string, string][] {
  const table = /^## Settings$([\s\S]*?)^## /m.exec(readme)?.[1] ?? "";
  return [...table.matchAll(/^\| (`[^|]*) \|([^|]*)\|/gm)].flatMap(([, names = "", defaults = ""]) => {
    const values = [...defaults.matchAll(/`([^`]*)`/g)].map((match) => match[1] ?? "");
    return [...names.matchAll(/`([^`]*)`/g)].map((match, index): [string, string] => [
      match[1] ?? "",
      values[index] ?? "",
    ]);
  });
}

test("the README's table and .env.example have the same settings with the same defaults", () => {
  const table = settingsTable();
  const names = settingsIn(/^#?([A-Z_]+)=(.*)$/gm).map(([name]) => name);
  assert.deepEqual(table.map(([name]) => name).sort(), names.sort());
  for (const [name, value] of settingsIn(/^([A-Z_]+)=(.*)$/gm)) assert.equal(new Map(table).get(name), value, name);
});

test(".env.example sets what is the default anyway, and nothing that the server does not know", () => {
  const defaults = Object.fromEntries(settingsIn(/^([A-Z_]+)=(.*)$/gm));
  assert.deepEqual(readConfig(defaults), readConfig({}));
  assert.deepEqual(readConfig(Object.fromEntries(settingsIn(/^#?([A-Z_]+)=(.*)$/gm))).warnings, []);
});
