import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { type TestContext, test } from "node:test";
import { runCli } from "../testing/cli-io.ts";
import { runCliProgram } from "../testing/cli-program.ts";

const GROUPS = ["worlds", "agents"];
const VERBS = ["list", "show", "create", "edit", "delete", "import", "export"];
const COMMANDS = [
  ...["serve", "chat", "doctor"].map((name) => [name]),
  ...GROUPS.flatMap((group) => VERBS.map((verb) => [group, verb])),
];

test("the real program prints its version and its help, and tells what it does not know", async (t) => {
  const { version } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"));
  assert.deepEqual(await runCliProgram(t, ["--version"]), { code: 0, stdout: `${version}\n`, stderr: "" });
  const help = await runCliProgram(t, ["--help"]);
  assert.deepEqual([help.code, help.stderr], [0, ""]);
  for (const word of ["serve", "chat", "worlds", "agents", "doctor", "--json", "--url", "130"])
    assert.ok(help.stdout.includes(word), word);
  const unknown = await runCliProgram(t, ["sevre"]);
  assert.deepEqual(
    [unknown.code, unknown.stdout, unknown.stderr],
    [2, "", 'There is no command "sevre". Did you mean "serve"?\n'],
  );
});

test("every command has a help with its usage, its options and, where it is not obvious, an example", async () => {
  for (const command of COMMANDS) {
    const { code, stdout, stderr } = await runCli([...command, "--help"]);
    assert.deepEqual([code, stderr], [0, ""], command.join(" "));
    assert.match(stdout, new RegExp(`^Use: chatwait ${command.join(" ")} `, "m"));
    assert.match(stdout, /^Everywhere:$/m);
    assert.ok(
      stdout.split("\n").every((line) => line.length <= 100),
      `${command.join(" ")} is too wide`,
    );
    assert.equal((await runCli(["help", ...command])).stdout, stdout);
  }
  for (const group of GROUPS) {
    const { stdout } = await runCli([group, "--help"]);
    for (const verb of VERBS) assert.match(stdout, new RegExp(`^ {2}${verb} `, "m"));
  }
});

test("--json is everywhere, for errors too", async () => {
  const url = ["--url", "http://127.0.0.1:1", "--json"];
  for (const args of [
    ["worlds", "list"],
    ["agents", "list", "x"],
    ["chat", "Hi"],
    ["worlds", "export", "--all"],
  ]) {
    const { code, stdout, stderr } = await runCli([...args, ...url]);
    assert.deepEqual([code, stdout], [3, ""], args.join(" "));
    assert.equal(JSON.parse(stderr).error_code, "network");
  }
  assert.equal(JSON.parse((await runCli(["--json", "wrlds"])).stderr).error_code, "usage");
  assert.deepEqual(JSON.parse((await runCli(["--version", "--json"])).stdout), { version: "1.2.3" });
});

test("common options stand before or after the command, and the address comes from them or the environment", async () => {
  assert.equal((await runCli(["--url", "http://127.0.0.1:1", "worlds", "list"])).code, 3);
  assert.match(
    (await runCli(["worlds", "list"], { env: { CHATWAIT_URL: "http://127.0.0.1:1/" } })).stderr,
    /at http:\/\/127\.0\.0\.1:1\./,
  );
  assert.match(
    (await runCli(["worlds", "list"], { env: { CHATWAIT_URL: "chat.example" } })).stderr,
    /^CHATWAIT_URL must be like https/,
  );
  assert.match((await runCli(["worlds", "list", "--url=ftp://x"])).stderr, /^--url must be like https/);
  const secret = "http://ada:hunter2@127.0.0.1:1";
  for (const [args, name] of [
    [["--url", secret], "--url"],
    [[], "CHATWAIT_URL"],
  ] as const) {
    const { code, stderr } = await runCli(["worlds", "list", ...args], { env: { CHATWAIT_URL: secret } });
    const told = `${name} takes no user and no password. Send them with --header 'Authorization: Basic …'.\n`;
    assert.deepEqual([code, stderr], [2, told]);
  }
  assert.match((await runCli(["worlds", "list", "--header", "nothing"])).stderr, /^--header must be like/);
});

/** A server that gives this answer to whatever it is asked. */
async function stranger(t: TestContext, status: number, body: object): Promise<string> {
  const server = createServer((_request, response) => {
    response.writeHead(status, { "Content-Type": "application/json" }).end(JSON.stringify(body));
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  t.after(() => server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

test("what is no ChatWait server is told, whatever is asked of it", async (t) => {
  for (const body of [{ default: "x", models: "none" }, { worlds: {}, agents: {} }, []]) {
    const url = await stranger(t, 200, body);
    for (const args of ["worlds list", "worlds show x", "worlds delete x --yes", "agents list x", "chat hi"]) {
      const { code, stdout, stderr } = await runCli([...args.split(" "), "--url", url]);
      assert.deepEqual([code, stdout], [3, ""], args);
      assert.match(
        stderr,
        /^What answers at \S+ is no ChatWait server\. "chatwait doctor --url \S+" looks closer\.\n$/,
      );
    }
  }
});

test("what a server says of an error cannot steer the terminal", async (t) => {
  const message = "\u001b[31mEVIL\u0007\u001b]0;title\u0007 \u009b2J";
  const details = [{ path: "x", message: "\u001b[2J" }];
  const url = await stranger(t, 400, { error_code: "bad", message, request_id: "\u001b[2J", details });
  for (const args of ["worlds list", "chat hi"]) {
    const { stderr } = await runCli([...args.split(" "), "--url", url]);
    assert.equal(stderr, "[31mEVIL]0;title 2J\n  [2J\n(request [2J)\n", args);
  }
});

const USAGE: [args: string[], stderr: RegExp][] = [
  [[], /Which command\?/],
  [["worlds"], /Use: chatwait worlds list\|show/],
  [["worlds", "lst"], /worlds has no verb "lst"\. Did you mean "list"\?/],
  [["worlds", "zzzzzzzz"], /The verbs are: list, show/],
  [["chat", "--world"], /--world needs a value: --world NAME/],
  [["chat", "--json=yes"], /--json takes no value/],
  [["chat", "--no-world"], /--world takes a value/],
  [
    ["doctor", "--long", "--seconds", "x", "--remote", "--url", "http://127.0.0.1:1", "more"],
    /"more" is one argument too many/,
  ],
];

test("wrong usage is exit code 2, and one sentence that helps", async () => {
  for (const [args, stderr] of USAGE) {
    const result = await runCli(args);
    assert.deepEqual([result.code, result.stdout], [2, ""], args.join(" "));
    assert.match(result.stderr, stderr);
  }
});
