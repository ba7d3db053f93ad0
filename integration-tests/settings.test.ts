import assert from "node:assert/strict";
import { createServer } from "node:net";
import { test } from "node:test";
import { runProgram, startProgram } from "../testing/program.ts";
import { requestJson } from "../testing/sse-client.ts";

// Settings, by the real program: a bad one is one clear line on stderr that names it, and exit code 2.

/** Each is proven to be refused by src/config.test.ts; here a few of each kind prove what the program makes of that. */
const bad: [env: Record<string, string>, names: RegExp][] = [
  [{ PORT: "http" }, /PORT must be a whole number from 0 to 65535; it is "http"\./],
  [{ CHATWAIT_HEARTBEAT_MS: "10s" }, /CHATWAIT_HEARTBEAT_MS must be a whole number from 1 to \d+; it is "10s"\./],
  [{ CHATWAIT_CORS_ORIGINS: "example.com" }, /CHATWAIT_CORS_ORIGINS must list origins like https:/],
  [{ CHATWAIT_TRUST_PROXY: "yes" }, /CHATWAIT_TRUST_PROXY must be a number of hops or list networks/],
  [{ CHATWAIT_WORLD_EDITING: "1" }, /CHATWAIT_WORLD_EDITING must be true or false/],
  [{ CHATWAIT_REDIS_URL: "127.0.0.1" }, /CHATWAIT_REDIS_URL must be a URL like redis:/],
  [{ CHATWAIT_REDIS_URL: "redis://u:secret@127.0.0.1:1" }, /CHATWAIT_REDIS_URL: no store .* \(ECONNREFUSED\)\./],
  [{ HOST: "no.such.host.invalid" }, /HOST is "no\.such\.host\.invalid"/],
  // Root may write everywhere, but not below a file.
  [
    { CHATWAIT_DATA_DIR: "/proc/nowhere/data" },
    /CHATWAIT_DATA_DIR is "\/proc\/nowhere\/data", and that folder cannot be/,
  ],
  [{ CHATWAIT_DATA_DIR: "package.json/data" }, /CHATWAIT_DATA_DIR is "package\.json\/data", and that folder cannot be/],
  [{ CHATWAIT_MODEL: "gpt-5" }, /CHATWAIT_MODEL names "gpt-5"\. Write provider:model; the providers are builtin, /],
  [{ CHATWAIT_MODEL: "openai:gpt-5" }, /needs OPENAI_API_KEY/],
  [{ CHATWAIT_MODELS: "anthropic:claude" }, /needs ANTHROPIC_API_KEY/],
  [{ CHATWAIT_MODEL: "openai-compatible:m" }, /needs CHATWAIT_BASE_URL/],
  [
    { CHATWAIT_MODEL: "openai-compatible:m", CHATWAIT_BASE_URL: "localhost" },
    /CHATWAIT_BASE_URL is no http or https URL/,
  ],
  [{ CHATWAIT_MODEL: "builtin:gpt" }, /there is no builtin:gpt/],
];

for (const [env, says] of bad) {
  test(`${JSON.stringify(env)} ends the program with exit code 2 and one line that names the setting`, async (t) => {
    const { code, stdout, stderr } = await runProgram(t, env);
    assert.equal(code, 2, stderr);
    assert.match(stderr, says);
    assert.match(stderr, /^ChatWait cannot start\. [^\n]+\n$/);
    assert.equal(stdout, "");
  });
}

test("a key is never part of what is said about it", async (t) => {
  const env = { CHATWAIT_MODEL: "openai:gpt-5", OPENAI_API_KEY: "sk-with a space" };
  const { code, stderr } = await runProgram(t, env);
  assert.equal(code, 2);
  assert.match(stderr, /OPENAI_API_KEY/);
  assert.doesNotMatch(stderr, /sk-with/);
});

test("a port that is taken ends the program with exit code 2 and a line that says what to do", async (t) => {
  const other = createServer();
  await new Promise<void>((listening) => other.listen(0, "127.0.0.1", listening));
  t.after(() => other.close());
  const address = other.address();
  assert.ok(typeof address === "object" && address);
  const { code, stderr } = await runProgram(t, { PORT: String(address.port) });
  assert.equal(code, 2);
  assert.match(
    stderr,
    new RegExp(`^ChatWait cannot start\\. PORT ${address.port} is taken on 127\\.0\\.0\\.1\\. [^\\n]+\\n$`),
  );
});

test("a setting that is misspelt is warned of, with the likely name, and the program runs", async (t) => {
  const program = await startProgram(t, { CHATWAIT_MODLE: "builtin:chat", CHATWAIT_FROBNICATE: "1" });
  assert.match(program.stdout, /There is no setting CHATWAIT_MODLE\. Did you mean CHATWAIT_MODEL\?/);
  assert.match(program.stdout, /There is no setting CHATWAIT_FROBNICATE\./);
  assert.equal((await requestJson(`${program.url}/readyz`)).status, 200);
});

test("a provider's key alone changes nothing, and the log says how to use it without showing it", async (t) => {
  const keys = { OPENAI_API_KEY: "sk-one", ANTHROPIC_API_KEY: "sk-two" };
  const program = await startProgram(t, keys);
  const { body } = await requestJson(`${program.url}/models`);
  assert.equal(body.default, "builtin:chat");
  assert.match(program.stdout, /OPENAI_API_KEY is set; to use it: CHATWAIT_MODEL=openai:/);
  assert.match(program.stdout, /ANTHROPIC_API_KEY is set; to use it: CHATWAIT_MODEL=anthropic:/);
  assert.doesNotMatch(program.stdout, /sk-/);
});

test("each line of the log is JSON", async (t) => {
  const program = await startProgram(t);
  program.signal("SIGTERM");
  await program.exited;
  for (const line of program.stdout.trim().split("\n")) JSON.parse(line);
  assert.equal(program.stderr, "");
});
