import assert from "node:assert/strict";
import { cp, mkdtemp, readFile, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { fileURLToPath } from "node:url";
import type { Page } from "playwright-core";
import { build, preview } from "vite";
import { offer, startTestApp } from "../testing/app.ts";
import { browserTests } from "../testing/browser.ts";
import { scriptedModel } from "../testing/scripted-model.ts";
import { until } from "../testing/until.ts";

/** examples/react as somebody would use it who has copied it: built by its own configuration, in a real browser. */

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const browserTest = browserTests();

/** Where React is built for development, its strict mode mounts each component twice, as `npm run dev` does. */
const MODES = ["production", "development"] as const;
type Mode = (typeof MODES)[number];

/** A copy of the example that is built and served, in front of a server whose model says what the test says. */
async function example(t: TestContext, mode: Mode) {
  const model = scriptedModel();
  const app = await startTestApp({ models: [offer("test:driven", model.model)] });
  const root = await mkdtemp(join(tmpdir(), "chatwait-example-"));
  t.after(async () => {
    await app.close();
    await rm(root, { recursive: true, force: true });
  });
  await cp(join(ROOT, "examples/react"), root, { recursive: true });
  await symlink(join(ROOT, "node_modules"), join(root, "node_modules"));
  const url = await serve(t, root, mode, app.url);
  return { app, model, url };
}

async function serve(t: TestContext, root: string, mode: Mode, server: string): Promise<string> {
  process.env["CHATWAIT_URL"] = server;
  t.after(() => delete process.env["CHATWAIT_URL"]);
  const alias = { "chatwait/ai-sdk": join(ROOT, "client/ai-sdk/index.ts") };
  const define = { "process.env.NODE_ENV": JSON.stringify(mode) };
  const options = { root, mode, define, logLevel: "error", resolve: { alias, preserveSymlinks: true } } as const;
  await build(options);
  const served = await preview({ ...options, preview: { port: 0, host: "127.0.0.1" } });
  t.after(() => served.close());
  return served.resolvedUrls?.local[0] ?? "";
}

const answer = (page: Page) => page.getByRole("article", { name: "Answer" });

async function ask(page: Page, text: string) {
  await page.getByLabel("Message").fill(text);
  await page.getByRole("button", { name: "Send" }).click();
}

/** There is one answer, and this is its exact text. */
const shows = (page: Page, text: string) =>
  until(
    async () => JSON.stringify(await answer(page).allTextContents()) === JSON.stringify([text]),
    `the text ${text}`,
  );

for (const mode of MODES) {
  browserTest(
    `the example streams, goes on after a reload in mid-answer, and stops (React for ${mode})`,
    async (t, open) => {
      const { app, model, url } = await example(t, mode);
      const page = await open(url);
      const streamed: string[] = [];
      page.on("request", (request) => {
        if (request.url().includes("/chat/"))
          streamed.push(`${request.method()} ${request.headers()["last-event-id"] ?? ""}`);
      });

      await ask(page, "Hi");
      const call = await model.call();
      call.text("Hel", "lo");
      await shows(page, "Hello");
      await page.reload();
      await shows(page, "Hello");
      call.text(", Ada", ".");
      await shows(page, "Hello, Ada.");
      await page.reload();
      await shows(page, "Hello, Ada.");
      assert.deepEqual(
        streamed.map((sent) => sent.replace(/ .+\./, " ")),
        ["POST ", "GET 4", "GET 6"],
      );

      await page.getByRole("button", { name: "Stop" }).click();
      await call.cancelled;
      await page.getByRole("button", { name: "Send" }).waitFor();
      await shows(page, "Hello, Ada.");
      await page.reload();
      await shows(page, "Hello, Ada.");
      await until(() => app.shelf.counts().readers === 0, "nobody reads");

      await ask(page, "Who am I?");
      const second = await model.call(1);
      assert.deepEqual(
        second.options.prompt.map(({ role }) => role),
        ["user", "assistant", "user"],
      );
      second.text("Ada.");
      second.finish();
      await answer(page).nth(1).getByText("Ada.", { exact: true }).waitFor();
      await page.getByRole("button", { name: "New conversation" }).click();
      assert.equal(await answer(page).count(), 0);
    },
  );
}

browserTest("the example tells a failure in the server's words, and asks again", async (t, open) => {
  const { model, url } = await example(t, "production");
  const page = await open(url);
  await ask(page, "Hi");
  const call = await model.call();
  call.text("Hel");
  call.cut();
  await page
    .getByRole("alert")
    .getByText(/\(model_cut\)$/)
    .waitFor();
  await page.getByRole("button", { name: "Ask again" }).click();
  const again = await model.call(1);
  again.text("Hello.");
  again.finish();
  await shows(page, "Hello.");
  assert.equal(await page.getByRole("alert").count(), 0);
});

test("the example asks for the versions that it is tested with", async () => {
  const read = async (path: string) => JSON.parse(await readFile(join(ROOT, path), "utf8"));
  const own = await read("package.json");
  const { dependencies, devDependencies } = await read("examples/react/package.json");
  for (const [name, range] of Object.entries({ ...dependencies, ...devDependencies })) {
    const version = name === "chatwait" ? own.version : own.devDependencies[name];
    assert.equal(range, `^${version}`, name);
  }
});
