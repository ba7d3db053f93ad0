import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { offer, startTestApp } from "../testing/app.ts";
import { type CliProgramOptions, runCliProgram, startCli } from "../testing/cli-program.ts";
import { startCuttingProxy } from "../testing/cutting-proxy.ts";
import { drivenServer } from "../testing/driven-server.ts";
import { instantModel } from "../testing/scripted-model.ts";
import { until } from "../testing/until.ts";
import { WORLD, worldApp } from "../testing/world-app.ts";

/** A server whose model answers at once. */
async function instantServer(t: TestContext, tokens = ["It is ", "42."]) {
  const app = await startTestApp({ models: [offer("test:instant", instantModel(tokens))] });
  t.after(() => app.close());
  return app;
}

const ask = (t: TestContext, url: string, args: string[], options: CliProgramOptions = {}) =>
  runCliProgram(t, ["chat", ...args], { url, ...options });

test("a question from a pipe, or as an argument, brings the answer on stdout and nothing else", async (t) => {
  const { url } = await instantServer(t);
  for (const [args, input] of [
    [[], "What is 6 * 7?\n"],
    [["What", "is 6 * 7?"], ""],
  ] as const) {
    assert.deepEqual(await ask(t, url, [...args], { input }), { code: 0, stdout: "It is 42.\n", stderr: "" });
  }
});

test("an argument - is replaced by the input", async (t) => {
  const server = await drivenServer(t);
  const cli = startCli(t, ["chat", "Explain", "this:", "-"], { url: server.url, input: "a  b\n" });
  const call = await server.model.call();
  assert.match(JSON.stringify(call.options.prompt), /"Explain this:\\n\\na {2}b"/);
  call.finish();
  assert.equal((await cli.ended).code, 0);
});

test("with --json the events of the protocol come, one a line; with --wait, the whole answer as one object", async (t) => {
  const { url } = await instantServer(t);
  const events = (await ask(t, url, ["--json", "Hi"])).stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  assert.deepEqual(
    events.map(({ type }) => type),
    ["start", "message_start", "token", "token", "message_end", "done"],
  );
  assert.deepEqual(
    events.map(({ seq }) => seq),
    [1, 2, 3, 4, 5, 6],
  );
  const whole = JSON.parse((await ask(t, url, ["--json", "--wait", "Hi"])).stdout);
  assert.deepEqual([whole.message.content, whole.reason], ["It is 42.", "stop"]);
  assert.deepEqual(await ask(t, url, ["--wait", "Hi"]), { code: 0, stdout: "It is 42.\n", stderr: "" });
});

test("--model, --instructions from a file and --load go into the request, and --save keeps what was said", async (t) => {
  const server = await drivenServer(t);
  const first = startCli(t, ["chat", "Hi", "--save", "talk.json"], { url: server.url, input: "" });
  (await server.model.call(0)).text("Hello");
  (await server.model.call(0)).finish();
  assert.equal((await first.ended).code, 0);
  const args = [
    "chat",
    "And?",
    "--load",
    "talk.json",
    "--save",
    "talk.json",
    "--model",
    "test:driven",
    "--instructions",
    "Be brief.",
  ];
  const second = startCli(t, args, { url: server.url, input: "", cwd: first.cwd });
  const call = await server.model.call(1);
  assert.deepEqual(
    call.options.prompt.map(({ role }) => role),
    ["system", "user", "assistant", "user"],
  );
  call.text("So.");
  call.finish();
  assert.equal((await second.ended).code, 0);
  const saved = JSON.parse(readFileSync(join(first.cwd, "talk.json"), "utf8"));
  assert.deepEqual(
    saved.messages.map(({ content }: { content: string }) => content),
    ["Hi", "Hello", "And?", "So."],
  );
});

test("what fails is told on stderr, with its exit code", async (t) => {
  const { url } = await instantServer(t);
  const unknown = await ask(t, url, ["--model", "test:none", "Hi"]);
  assert.deepEqual([unknown.code, unknown.stdout], [1, ""]);
  assert.match(unknown.stderr, /does not offer that model|does not offer/);
  const asJson = await ask(t, url, ["--json", "--model", "test:none", "Hi"]);
  const error = JSON.parse(asJson.stderr);
  assert.deepEqual([asJson.code, error.error_code, error.status], [1, "unknown_model", 400]);
  const nobody = await ask(t, "http://127.0.0.1:1", ["Hi"]);
  assert.deepEqual([nobody.code, nobody.stdout], [3, ""]);
  assert.match(nobody.stderr, /http:\/\/127\.0\.0\.1:1\. Start one with "chatwait serve"/);
  assert.equal((await ask(t, url, [], { input: " \n" })).code, 2);
  const unplaced = await ask(t, url, ["--as", "Ada", "Hi"]);
  assert.deepEqual([unplaced.code, unplaced.stderr], [2, "--as is a name in a world: say which with --world.\n"]);
  const asEvents = await ask(t, url, ["--json"], { terminal: true });
  assert.match(asEvents.stdout, /"message":"A talk at a terminal has no --json\. Ask with: chatwait chat --json/);
  assert.equal((await ask(t, url, ["--wiat", "Hi"])).stderr, 'There is no option --wiat. Did you mean "--wait"?\n');
});

test("an answer that fails in its middle keeps its text on stdout, and is an error", async (t) => {
  const server = await drivenServer(t);
  const cli = startCli(t, ["chat", "Hi"], { url: server.url, input: "" });
  const call = await server.model.call();
  call.text("Half");
  call.cut();
  const { code, stdout, stderr } = await cli.ended;
  assert.deepEqual([code, stdout], [1, "Half\n"]);
  assert.match(stderr, /The model's answer was cut off before it was complete\./);
});

test("SIGINT stops the answer at the model: what there is is printed, and the exit code is 130", async (t) => {
  const server = await drivenServer(t);
  const cli = startCli(t, ["chat", "Hi"], { url: server.url, input: "" });
  const call = await server.model.call();
  call.text("Hello");
  await cli.shows("Hello");
  cli.signal("SIGINT");
  await call.cancelled;
  assert.deepEqual(await cli.ended, { code: 130, stdout: "Hello\n", stderr: "(stopped)\n" });
});

test("whoever stops reading the output ends the answer, quietly", async (t) => {
  const server = await drivenServer(t);
  const cli = startCli(t, ["chat", "Hi"], { url: server.url, input: "" });
  const call = await server.model.call();
  call.text("Hello");
  await cli.shows("Hello");
  cli.leave();
  // The first write finds out that nobody reads, and what the system had taken in before may hide it.
  const writing = setInterval(() => call.text("more ".repeat(1000)), 20);
  await call.cancelled;
  clearInterval(writing);
  const { code, stderr } = await cli.ended;
  assert.deepEqual([code, stderr], [0, ""]);
});

/** A device on which there is never any room. */
const FULL_DISK = "/dev/full";

test("an output that cannot be written is told in one sentence, and ends the answer", async (t) => {
  const server = await drivenServer(t);
  const cli = startCli(t, ["chat", "Hi"], { url: server.url, input: "", stdoutTo: FULL_DISK });
  const call = await server.model.call();
  call.text("Hello");
  await call.cancelled;
  const told = "stdout cannot be written: the disk is full.\n";
  assert.deepEqual(await cli.ended, { code: 1, stdout: "", stderr: told });
  for (const args of [["--version"], ["worlds", "list"], ["chat", "--help"]]) {
    const { code, stderr } = await runCliProgram(t, [...args, "--json"], { url: server.url, stdoutTo: FULL_DISK });
    assert.deepEqual([code, JSON.parse(stderr).error_code], [1, "output_lost"], args.join(" "));
  }
});

/** An address whose connections go to one server, and after `restart`, which cuts them, to another. */
async function restartable(t: TestContext, first: string, second: string) {
  let target = first;
  const open = new Set<Socket>();
  const server = createServer((socket) => {
    const upstream = connect(Number(new URL(target).port), "127.0.0.1");
    for (const end of [socket, upstream]) open.add(end.on("error", () => {}));
    socket.pipe(upstream).pipe(socket);
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const cut = () => {
    for (const socket of open) socket.destroy();
  };
  t.after(() => {
    cut();
    server.close();
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    restart() {
      target = second;
      cut();
    },
  };
}

test("an answer that a restart of the server took away is told as that", async (t) => {
  const first = await drivenServer(t);
  const { url, restart } = await restartable(t, first.url, (await instantServer(t)).url);
  const cli = startCli(t, ["chat", "Hi"], { url, input: "" });
  (await first.model.call()).text("Half");
  await cli.shows("Half");
  restart();
  const { code, stderr } = await cli.ended;
  assert.equal(code, 1);
  assert.match(stderr, /\nThe server was restarted meanwhile, and the rest of this answer is lost\. Ask again\.\n$/);
});

test("a connection that is cut is restored, and the text goes on exactly", async (t) => {
  const server = await drivenServer(t);
  const proxy = await startCuttingProxy(server.url);
  t.after(() => proxy.close());
  const cli = startCli(t, ["chat", "Hi"], { url: proxy.url, input: "" });
  const call = await server.model.call();
  call.text("One, ");
  await cli.shows("One, ");
  proxy.cut();
  call.text("two, ");
  await cli.shows("two, ");
  call.text("three.");
  call.finish();
  assert.deepEqual(await cli.ended, {
    code: 0,
    stdout: "One, two, three.\n",
    stderr: "(connection lost, reconnecting …)\n",
  });
});

test("an answer that was begun elsewhere is read with --resume, whole or after an event", async (t) => {
  const { url } = await instantServer(t);
  const [start] = (await ask(t, url, ["--json", "Hi"])).stdout.split("\n");
  const id = JSON.parse(start ?? "").stream_id;
  assert.equal((await ask(t, url, ["--resume", id])).stdout, "It is 42.\n");
  const rest = (await ask(t, url, ["--json", "--resume", `${id}.0.3`])).stdout.trim().split("\n");
  assert.deepEqual(
    rest.map((line) => JSON.parse(line).seq),
    [4, 5, 6],
  );
  const gone = await ask(t, url, ["--resume", "abcdefghijklmnopqrstuv"]);
  assert.equal(gone.code, 1);
});

test("in a world each message has its name, also with --wait, and a sender can be named", async (t) => {
  const app = await worldApp(t);
  for (const [index, wait] of [false, true].entries()) {
    const cli = startCli(t, ["chat", "--world", WORLD, "--as", "Ada", ...(wait ? ["--wait"] : []), "@Vera hello"], {
      url: app.url,
      input: "",
    });
    await app.says("Vera", index, "Good ", "evening.");
    const { code, stdout } = await cli.ended;
    assert.deepEqual([code, stdout], [0, "Vera: Good evening.\n"]);
    assert.match(JSON.stringify(app.voice("Vera").calls[index]?.options.prompt), /Ada/);
  }
  assert.equal((await ask(t, app.url, ["--world", "nowhere", "Hi"])).code, 1);
});

test("at a terminal: colours, a prompt, Ctrl-C that stops and a second one that leaves", async (t) => {
  const server = await drivenServer(t);
  const cli = startCli(t, ["chat"], { url: server.url, terminal: true });
  await cli.shows("> ");
  assert.match(cli.stdout, /\u001b\[2mTalking to test:driven/);
  cli.write("Hi\r");
  const call = await server.model.call();
  call.text("Hello");
  await cli.shows("Hello");
  cli.write("\u0003");
  await call.cancelled;
  await cli.shows("(stopped)");
  await until(() => cli.stdout.lastIndexOf("> ") > cli.stdout.indexOf("(stopped)"), "the prompt");
  cli.write("\u0003");
  assert.equal((await cli.ended).code, 130);
});

test("Ctrl-Z suspends it, and fg brings it back: at the prompt and within an answer", async (t) => {
  const server = await drivenServer(t);
  const cli = startCli(t, ["chat"], { url: server.url, shell: true, env: { PS1: "shell> " } });
  const shell = () => until(() => cli.stdout.endsWith("shell> "), "the shell");
  const suspend = async () => {
    const seen = cli.stdout.length;
    cli.write("\u001a");
    await until(() => cli.stdout.includes("Stopped", seen), "Stopped");
    await shell();
    cli.write("fg\r");
    return cli.stdout.length;
  };
  await cli.shows("> \u001b[22m");
  const since = await suspend();
  // What is typed before the shell has left the terminal is the shell's.
  await until(() => cli.stdout.includes("> \u001b[22m", since), "the prompt again");
  cli.write("Hi\r");
  const call = await server.model.call();
  call.text("Hello");
  await cli.shows("Hello");
  await suspend();
  const seen = cli.stdout.length;
  call.text(", you.");
  call.finish();
  // Ctrl-D is for the prompt, and not for the answer that is just ending.
  await until(() => {
    const said = cli.stdout.indexOf(", you.", seen);
    return said >= 0 && cli.stdout.includes("> \u001b[22m", said);
  }, "the prompt after the answer");
  cli.write("\u0004");
  await shell();
  cli.write("exit $?\r");
  assert.equal((await cli.ended).code, 0);
});

test("colours are for terminals, unless NO_COLOR, FORCE_COLOR or an option says otherwise", async (t) => {
  const { url } = await instantServer(t);
  const coloured = async (args: string[], env: Record<string, string>, terminal: boolean) => {
    const { stdout, stderr } = await runCliProgram(t, ["chat", "--world", "none", ...args, "Hi"], {
      url,
      env,
      terminal,
    });
    return (stdout + stderr).includes("\u001b[31m");
  };
  assert.equal(await coloured([], {}, false), false);
  assert.equal(await coloured([], { FORCE_COLOR: "1" }, false), true);
  assert.equal(await coloured([], {}, true), true);
  assert.equal(await coloured([], { NO_COLOR: "1" }, true), false);
  assert.equal(await coloured(["--no-color"], { FORCE_COLOR: "1" }, true), false);
});

test("agents that fail, and messages that reach nobody, are told", async (t) => {
  const app = await worldApp(t, { world: { respond: "mentioned" } });
  const failing = startCli(t, ["chat", "--world", WORLD, "@Vera hello"], { url: app.url, input: "" });
  (await app.voice("Vera").call(0)).fail(new Error("no"));
  const failed = "(Vera could not answer: its model failed.)\n";
  assert.deepEqual(await failing.ended, { code: 1, stdout: "", stderr: failed });
  const unheard = startCli(t, ["chat", "--world", WORLD, "hello"], { url: app.url, input: "" });
  await until(() => app.app.worlds.counts().turns === 1, "a turn");
  await app.readers(1);
  app.clock.advance(3000);
  const nobody = "(Nobody answered. Name somebody with @.)\n";
  assert.deepEqual(await unheard.ended, { code: 0, stdout: "", stderr: nobody });
});

test("a file that is there already is not written over, nor one made where it cannot be, and that is told before anything is asked", async (t) => {
  const server = await drivenServer(t);
  const cli = startCli(t, ["--version"], { input: "" });
  await cli.ended;
  writeFileSync(join(cli.cwd, "talk.md"), "mine");
  const { code, stderr } = await ask(t, server.url, ["Hi", "--save", "talk.md"], { cwd: cli.cwd });
  assert.deepEqual([code, stderr], [2, "talk.md exists already. Choose another name, or delete it first.\n"]);
  const nowhere = await ask(t, server.url, ["Hi", "--save", "nowhere/talk.md"], { cwd: cli.cwd });
  const why = "nowhere/talk.md cannot be written: there is no such file or folder.\n";
  assert.deepEqual([nowhere.code, nowhere.stderr], [2, why]);
  const inFile = await ask(t, server.url, ["Hi", "--save", "talk.md/talk.json"], { cwd: cli.cwd });
  assert.deepEqual([inFile.code, inFile.stderr.split(": ")[1]], [2, "part of the path is no folder.\n"]);
  assert.equal((await ask(t, server.url, ["Hi", "--save", "talk.txt"])).code, 2);
  assert.equal(server.model.calls.length, 0);
});
