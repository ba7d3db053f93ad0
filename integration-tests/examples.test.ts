import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { readdir } from "node:fs/promises";
import { type TestContext, test } from "node:test";
import { promisify } from "node:util";
import { browserTests } from "../testing/browser.ts";
import { startCuttingProxy } from "../testing/cutting-proxy.ts";
import { startProgram } from "../testing/program.ts";

/** What is in examples/, run as a reader would run it. The React example has a file of its own. */

const run = promisify(execFile);
const pathOf = (name: string): string => new URL(`../examples/${name}`, import.meta.url).pathname;
const count = (most: number): string => `${Array.from({ length: most }, (_, index) => index + 1).join(", ")}.`;

test("worlds-without-http.ts runs as it stands", async () => {
  const { stdout, stderr } = await run(process.execPath, [pathOf("worlds-without-http.ts")], { timeout: 60_000 });
  assert.equal(stderr, "");
  // In any order, where agents speak at once.
  const lines = [/^Thermometer: The kettle is at 96 °C\.$/m, /^Mona: .+tea/m, /^Ralf: .+tea/m, /^\(silence\)\n$/m];
  for (const line of lines) assert.match(stdout, line);
});

test("ask.ts prints the answer", async (t) => {
  const { url } = await startProgram(t);
  const env = { ...process.env, CHATWAIT_URL: url };
  const { stdout } = await run(process.execPath, [pathOf("ask.ts"), "Say good morning"], { env, timeout: 60_000 });
  assert.equal(stdout, "good morning\n");
});

test("ask.ts stops the answer when it is interrupted", async (t) => {
  const { url } = await startProgram(t);
  const child = spawn(process.execPath, [pathOf("ask.ts"), "Count to 200"], {
    env: { ...process.env, CHATWAIT_URL: url },
  });
  const ended = new Promise((resolve) => child.on("close", resolve));
  let printed = "";
  for await (const text of child.stdout.setEncoding("utf8")) {
    if (printed === "") child.kill("SIGINT");
    printed += text;
  }
  await ended;
  assert.ok(printed.length > 0 && !printed.includes("200"), printed);
  const metrics = await (await fetch(`${url}/metrics`)).text();
  assert.match(metrics, /^chatwait_streams_running 0$/m);
});

test("ask.sh prints the same answer whether it was cut or not", async (t) => {
  const { url } = await startProgram(t);
  const ask = (env: Record<string, string>) =>
    run("bash", [pathOf("ask.sh"), "Count to 60"], {
      env: { ...process.env, CHATWAIT_URL: url, ...env },
      timeout: 60_000,
    });
  const [whole, cut] = await Promise.all([ask({}), ask({ CUT_AFTER: "0.5" })]);
  assert.equal(whole.stdout, `${count(60)}\n`);
  assert.equal(cut.stdout, whole.stdout);
});

/** The small application of examples/event-source, in front of a server. */
async function eventSourceExample(t: TestContext, chatWait: string): Promise<string> {
  const env = { ...process.env, PORT: "0", CHATWAIT_URL: chatWait };
  const child = spawn(process.execPath, [pathOf("event-source/server.ts")], {
    env,
    stdio: ["ignore", "pipe", "inherit"],
  });
  t.after(() => child.kill("SIGKILL"));
  for await (const text of child.stdout.setEncoding("utf8")) return String(text).trim();
  throw new Error("It did not start.");
}

const browserTest = browserTests();

browserTest(
  "event-source/ shows the whole answer, and nothing twice, with a connection cut on the way",
  async (t, open) => {
    const { url } = await startProgram(t);
    const proxy = await startCuttingProxy(url);
    t.after(() => proxy.close());
    const page = await open(await eventSourceExample(t, proxy.url), { allow: [/favicon|404|ERR_/] });
    await page.getByLabel("Question").fill("Count to 60");
    await page.getByRole("button", { name: "Ask" }).click();
    await page.getByText("20, 21").waitFor();
    proxy.cut();
    await page.getByRole("status").getByText("Done").waitFor();
    assert.equal(await page.locator("#answer").textContent(), count(60));
    assert.equal(proxy.exchanges.length, 2, "it was cut once, and resumed");
  },
);

test("no example goes without its test", async () => {
  const tested = ["ask.sh", "ask.ts", "event-source", "kitchen.yaml", "react", "worlds-without-http.ts"];
  assert.deepEqual((await readdir(new URL("../examples/", import.meta.url))).sort(), tested);
});
