import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { type CliIo, cliIo, plain } from "../../../testing/cli-io.ts";
import { type DrivenServer, drivenServer } from "../../../testing/driven-server.ts";
import type { ScriptedCall } from "../../../testing/scripted-model.ts";
import { until } from "../../../testing/until.ts";
import { WORLD, worldApp } from "../../../testing/world-app.ts";
import { run } from "../../run.ts";

type Talk = CliIo & { ended: Promise<number> };

function talk(t: TestContext, url: string, ...args: string[]): Talk {
  const cwd = mkdtempSync(join(tmpdir(), "chatwait-talk-"));
  t.after(() => rmSync(cwd, { recursive: true, force: true }));
  const cli = cliIo({ tty: true, cwd });
  return Object.assign(cli, { ended: run(["chat", "--url", url, ...args], cli.io, "1.2.3") });
}

/** A talk in which a question was asked, and the model has said its first words. */
async function answering(t: TestContext, server: DrivenServer): Promise<Talk> {
  const cli = talk(t, server.url);
  await cli.shows("> ");
  cli.type("Hi\r");
  (await server.model.call(0)).text("Hello");
  await cli.shows("Hello");
  return cli;
}

/** Stops the answer that is being written once its first words are there, and leaves. */
async function leave(cli: Talk, call: ScriptedCall): Promise<void> {
  call.text("Last words");
  await cli.shows("Last words");
  const before = cli.stderr.split("(stopped)").length;
  cli.type("\u0003");
  await until(() => cli.stderr.split("(stopped)").length > before, "(stopped)");
  cli.type("\u0004");
  await cli.ended;
}

test("words are printed as they come, and the next question brings the conversation along", async (t) => {
  const server = await drivenServer(t);
  const cli = await answering(t, server);
  const first = await server.model.call(0);
  first.text(", you.");
  await cli.shows("Hello, you.");
  first.finish();
  cli.type("And now?\r");
  const { options } = await server.model.call(1);
  const texts = options.prompt.map(({ content }) =>
    typeof content === "string" ? content : content.map((part) => ("text" in part ? part.text : "")),
  );
  assert.deepEqual(texts.flat(), ["Hi", "Hello, you.", "And now?"]);
  (await server.model.call(1)).finish();
  cli.type("/quit\r");
  assert.equal(await cli.ended, 0);
  assert.equal(cli.listeners("SIGINT"), 0);
});

test("Ctrl-C stops the answer at the model, and the talk goes on", async (t) => {
  const server = await drivenServer(t);
  const cli = await answering(t, server);
  cli.type("\u0003");
  await (await server.model.call(0)).cancelled;
  await until(() => cli.stderr.includes("(stopped)"), "(stopped)");
  cli.type("Again\r");
  (await server.model.call(1)).text("Gladly.");
  await cli.shows("Gladly.");
  (await server.model.call(1)).finish();
  cli.type("\u0004");
  assert.equal(await cli.ended, 0);
});

test("a second Ctrl-C leaves, within the answer as at the prompt", async (t) => {
  const server = await drivenServer(t);
  const within = await answering(t, server);
  within.type("\u0003\u0003");
  assert.equal(await within.ended, 130);
  await (await server.model.call(0)).cancelled;

  const prompted = talk(t, server.url);
  await prompted.shows("> ");
  prompted.type("half a line\u0003");
  prompted.type("\u0003");
  assert.equal(await prompted.ended, 130);
  assert.equal(server.model.calls.length, 1, "what was cleared was not asked");
});

test("Ctrl-D within an answer stops it at the model, and leaves", async (t) => {
  const server = await drivenServer(t);
  const cli = await answering(t, server);
  cli.type("\u0004");
  assert.equal(await cli.ended, 0);
  await (await server.model.call(0)).cancelled;
  assert.match(cli.stderr, /\(stopped\)/);
});

test("a signal is the same as the key", async (t) => {
  const server = await drivenServer(t);
  const cli = await answering(t, server);
  cli.signal("SIGINT");
  await (await server.model.call(0)).cancelled;
  cli.signal("SIGINT");
  assert.equal(await cli.ended, 130);
});

test("what is typed while an answer is printed does not mix with it, and is the next question", async (t) => {
  const server = await drivenServer(t);
  const cli = await answering(t, server);
  cli.type("typed ahead");
  cli.type("\r");
  const first = await server.model.call(0);
  first.text(" there.");
  await cli.shows("Hello there.");
  assert.ok(!cli.stdout.includes("typed ahead"));
  first.finish();
  const { options } = await server.model.call(1);
  assert.match(JSON.stringify(options.prompt.at(-1)), /typed ahead/);
  await cli.shows("> typed ahead");
  await leave(cli, await server.model.call(1));
});

test("lines that end in a backslash, and lines that are pasted at once, are one message", async (t) => {
  const server = await drivenServer(t);
  const cli = talk(t, server.url);
  await cli.shows("> ");
  cli.type("one\\\r");
  cli.type("two\r");
  (await server.model.call(0)).finish();
  await until(() => plain(cli.stdout).endsWith("> "), "a prompt");
  cli.type("three\rfour\r");
  const prompts = [server.model.calls[0], await server.model.call(1)].map((call) =>
    JSON.stringify(call?.options.prompt.at(-1)),
  );
  assert.match(prompts[0] ?? "", /one\\ntwo/);
  assert.match(prompts[1] ?? "", /three\\nfour/);
  await leave(cli, await server.model.call(1));
});

test("an answer that fails is told, and /retry asks again without it", async (t) => {
  const server = await drivenServer(t);
  const cli = await answering(t, server);
  (await server.model.call(0)).cut();
  await until(() => cli.stderr.includes("The model's answer was cut off before it was complete."), "the error");
  cli.type("/retry\r");
  const { options } = await server.model.call(1);
  assert.equal(options.prompt.length, 1);
  (await server.model.call(1)).text("Complete.");
  (await server.model.call(1)).finish();
  await cli.shows("Complete.");
  cli.type("\u0004");
  assert.equal(await cli.ended, 0);
});

test("a conversation is saved, and loaded into another talk", async (t) => {
  const server = await drivenServer(t);
  const cli = await answering(t, server);
  (await server.model.call(0)).finish();
  cli.type("/save talk.json\r");
  await until(() => cli.stderr.includes("Saved 2 messages"), "saved");
  cli.type("/new\r/save talk.md\r/load talk.json\r/save talk.json\r/save talk.md\r");
  await until(() => cli.stderr.includes("exists already") || cli.stderr.split("Saved").length > 4, "the commands");
  const saved = JSON.parse(readFileSync(join(cli.io.cwd, "talk.json"), "utf8"));
  assert.deepEqual(
    [saved.format, saved.messages.map(({ content }: { content: string }) => content)],
    ["chatwait-conversation", ["Hi", "Hello"]],
  );
  assert.match(readFileSync(join(cli.io.cwd, "talk.md"), "utf8"), /\*\*You\*\*\n\nHi\n\n\*\*Assistant\*\*\n\nHello\n/);
  cli.type("More\r");
  assert.equal((await server.model.call(1)).options.prompt.length, 3);
  await leave(cli, await server.model.call(1));
});

test("a world is entered, its agents speak one after another in the order in which they began, and it is left", async (t) => {
  const app = await worldApp(t);
  const cli = talk(t, app.url);
  await cli.shows("> ");
  cli.type(`/world ${WORLD.toUpperCase()}\r`);
  await cli.shows(`${WORLD}> `);
  cli.type("Hello all\r");
  const vera = await app.voice("Vera").call(0);
  const otto = await app.voice("Otto").call(0);
  vera.text("I ");
  await cli.shows("Vera: I ");
  otto.text("Me too.");
  otto.finish();
  vera.text("doubt it.");
  vera.finish();
  await cli.shows("Vera: I doubt it.\n\nOtto: Me too.\n");
  assert.match(cli.stdout, /\u001b\[\d+m\u001b\[1mVera/, "the name has a colour");
  cli.type("/world\r");
  await until(() => cli.stderr.includes(`Out of ${WORLD}`), "out");
  cli.type("/world\r");
  await cli.shows(`  ${WORLD}`);
  cli.type("/wold\r/quit\r");
  assert.equal(await cli.ended, 0);
  assert.match(cli.stderr, /There is no \/wold\. Did you mean \/world\?/);
});

test("what a model says cannot steer the terminal", async (t) => {
  const server = await drivenServer(t);
  const cli = await answering(t, server);
  const call = await server.model.call(0);
  call.text("\u001b", "]0;title\u0007", " and \u009b2J on");
  call.finish();
  await cli.shows("Hello]0;title and 2J on\n");
  cli.type("\u0004");
  await cli.ended;
});

test("/model lists what the server offers, and takes nothing else", async (t) => {
  const server = await drivenServer(t);
  const cli = talk(t, server.url);
  await cli.shows("> ");
  cli.type("/model\r");
  await cli.shows("* test:driven");
  cli.type("/model test:drivn\r");
  await until(
    () => cli.stderr.includes('This server does not offer "test:drivn". Did you mean "test:driven"?'),
    "a guess",
  );
  cli.type("/model test:driven\r");
  await until(() => cli.stderr.includes("From now on test:driven answers."), "the choice");
  cli.type("\u0004");
  assert.equal(await cli.ended, 0);
});
