import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { before, type TestContext, test } from "node:test";
import { buildPage } from "../scripts/build-web.ts";
import { type CliProgram, type CliProgramOptions, runCliProgram, startCli } from "../testing/cli-program.ts";
import { startModelServer } from "../testing/model-server.ts";
import { openStream, requestJson } from "../testing/sse-client.ts";
import { until } from "../testing/until.ts";

// Else the first server would wait for it, and a test for that. One that cannot be built is not this test's business.
before(() => buildPage().catch(() => {}));

type Serving = CliProgram & { url: string };

/** Runs `chatwait serve` on a free port until the test is over. */
async function serve(t: TestContext, args: string[] = [], options: CliProgramOptions = {}): Promise<Serving> {
  const cli = startCli(t, ["serve", "--port", "0", ...args], options);
  const address = () => /"url":"([^"]+)"/.exec(cli.stdout)?.[1];
  let over = false;
  const ended = cli.ended.finally(() => {
    over = true;
  });
  await until(() => over || address() !== undefined, "listening");
  if (over) assert.fail((await ended).stderr);
  return Object.assign(cli, { url: address() ?? "" });
}

/** An answer that is being written, over a model that has said one word. */
async function answering(url: string) {
  const stream = await openStream(`${url}/chat/streaming`, { body: { message: "Hi" } });
  await stream.take(3);
  return stream;
}

async function slowModel(t: TestContext) {
  const model = await startModelServer(async (call) => {
    call.push("One");
    await call.pause(30_000);
  });
  t.after(() => model.close());
  return { model, env: { CHATWAIT_BASE_URL: model.url, CHATWAIT_MODEL: "openai-compatible:slow" } };
}

test("it serves with what options, a file of settings and the environment say, in that order", async (t) => {
  const first = startCli(t, ["--version"], { input: "" });
  await first.ended;
  writeFileSync(
    join(first.cwd, "settings.env"),
    "CHATWAIT_MODEL=builtin:none\nCHATWAIT_RATE_LIMIT=1\nCHATWAIT_BUILTIN_WORDS_PER_SECOND=0\n",
  );
  const args = [
    "--settings",
    "settings.env",
    "--model",
    "builtin:chat",
    "--data-dir",
    "worlds",
    "--set",
    "CHATWAIT_INSTRUCTIONS=You are Ada.",
  ];
  const env = { CHATWAIT_RATE_LIMIT: "2", CHATWAIT_URL: "http://127.0.0.1:1" };
  const { url, stdout, cwd } = await serve(t, args, { env, cwd: first.cwd });
  assert.match((await requestJson(`${url}/models`)).text, /"default":"builtin:chat"/);
  const ask = () => requestJson(`${url}/chat/wait`, { body: { message: "Who are you?" } });
  assert.match((await ask()).text, /Ada/);
  assert.deepEqual([(await ask()).status, (await ask()).status], [200, 429], "the environment's limit of two");
  assert.ok(!stdout.includes("There is no setting"), "CHATWAIT_URL is none of the server's");
  assert.equal(cwd, first.cwd);
});

test("SIGINT and SIGTERM let answers finish, and its exit code is the server's", async (t) => {
  for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    const { model, env } = await slowModel(t);
    const cli = await serve(t, [], { env: { ...env, CHATWAIT_DRAIN_MS: "20000" } });
    const stream = await answering(cli.url);
    cli.signal(name);
    await until(() => cli.stdout.includes('"shutting down"'), "shutting down");
    model.calls[0]?.push(" more");
    model.calls[0]?.finish();
    await stream.closed;
    assert.equal(stream.events.at(-1)?.type, "done", name);
    assert.equal((await cli.ended).code, 0);
  }
});

test("Ctrl-C at a terminal reaches the server once: answers go on, until a second one", async (t) => {
  const { env } = await slowModel(t);
  const cli = await serve(t, [], {
    env: { ...env, CHATWAIT_DRAIN_MS: "20000", TERM: "xterm" },
    terminal: true,
  });
  const { url } = cli;
  const stream = await answering(url);
  cli.write("\u0003");
  await until(async () => (await fetch(`${url}/readyz`).catch(() => undefined))?.status !== 200, "not ready any more");
  assert.ok(
    stream.events.every(({ type }) => type !== "done" && type !== "error"),
    "the answer goes on",
  );
  cli.write("\u0003");
  await stream.closed.catch(() => {});
  assert.notEqual((await cli.ended).code, 0);
});

test("a setting that cannot be used is the server's to tell: exit code 2, with its name", async (t) => {
  const cwd = mkdtempSync(join(tmpdir(), "chatwait-serve-"));
  t.after(() => rmSync(cwd, { recursive: true }));
  const bad = await runCliProgram(t, ["serve", "--port", "many"]);
  assert.equal(bad.code, 2);
  assert.match(bad.stderr, /PORT must be a whole number from 0 to 65535; it is "many"\./);
  const none = await runCliProgram(t, ["serve", "--settings", "none.env"]);
  assert.deepEqual([none.code, none.stderr], [2, "none.env cannot be read: there is no such file or folder.\n"]);
  writeFileSync(join(cwd, "wrong.env"), "# Ours\r\nexport A='it is\nlong # so'\n\nCHATWAIT_RATE_LIMIT 60\n");
  const wrong = await runCliProgram(t, ["serve", "--settings", "wrong.env"], { cwd });
  const told = "wrong.env:5: This line must be like CHATWAIT_RATE_LIMIT=60.\n";
  assert.deepEqual([wrong.code, wrong.stderr.slice(-told.length)], [2, told]);
  const set = await runCliProgram(t, ["serve", "--set", "CHATWAIT_RATE_LIMIT"]);
  assert.deepEqual([set.code, set.stdout], [2, ""]);
});

test("with --json its log alone comes, also at a terminal", async (t) => {
  const cli = await serve(t, ["--json"], { terminal: true });
  for (const line of cli.stdout.replaceAll("\r", "").trim().split("\n"))
    assert.equal(typeof JSON.parse(line).level, "number", line);
});

test("a server does not outlive the program that started it, even where that is killed", async (t) => {
  const { url, signal } = await serve(t);
  signal("SIGKILL");
  const gone = () =>
    fetch(`${url}/healthz`).then(
      () => false,
      () => true,
    );
  await until(gone, "nobody listens");
});
