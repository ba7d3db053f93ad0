import assert from "node:assert/strict";
import type { TestContext } from "node:test";
import type { Page } from "playwright-core";
import type * as Chatwait from "../client/index.ts";
import { offer } from "../testing/app.ts";
import { browserTests, type Open } from "../testing/browser.ts";
import { clientPage } from "../testing/client-page.ts";
import { type CuttingProxy, startCuttingProxy } from "../testing/cutting-proxy.ts";
import { serverFor } from "../testing/driven-server.ts";
import { hostileTexts } from "../testing/model-server.ts";
import { type ScriptedModel, scriptedModel } from "../testing/scripted-model.ts";
import { until } from "../testing/until.ts";

/** What a page of these tests keeps where the test finds it. */
declare const window: {
  chatwait: typeof Chatwait;
  stream: Chatwait.Stream;
  types: string[];
  text: string;
  connections: Chatwait.Connection[];
  outcome: string;
  time: number;
  longestTimer: number;
  dispatchEvent(event: Event): boolean;
};
declare const sessionStorage: { getItem(name: string): string | null; setItem(name: string, value: string): void };

const browserTest = browserTests();

type Rig = { page: Page; model: ScriptedModel; proxy: CuttingProxy; url: string };

/** A page on one origin, and the server on another, behind a proxy, that lets the page in. */
async function rig(t: TestContext, open: Open): Promise<Rig> {
  const url = await clientPage(t);
  const model = scriptedModel();
  const origin = new URL(url).origin;
  const app = await serverFor(t, {
    models: [offer("test:driven", model.model)],
    env: { CHATWAIT_CORS_ORIGINS: origin },
  });
  const proxy = await startCuttingProxy(app.url);
  t.after(() => proxy.close());
  // The browser itself tells of each request that fails.
  const page = await open(url, { origins: [proxy.url], allow: [/Failed to load resource/, /blocked by CORS policy/] });
  return { page, model, proxy, url: proxy.url };
}

/** In the page: follows a stream, and keeps what comes of it; on paper, too, as a page does that may be reloaded. */
function follow(baseUrl: string): void {
  // Only what the browser tells can help here: timers run out where the test lets them, and time is the test's.
  const after = (ms: number, run: () => void) => {
    const timer = setTimeout(run, ms < window.longestTimer ? ms : 2 ** 31 - 1);
    return () => clearTimeout(timer);
  };
  const surroundings = { after, now: () => window.time };
  const client = window.chatwait.createClient({ baseUrl, surroundings });
  const paper = sessionStorage.getItem("saved");
  const onConnection = (connection: Chatwait.Connection) => window.connections.push(connection);
  Object.assign(window, { time: 0, longestTimer: 0, connections: [], types: [], text: "", outcome: "" });
  const stream = paper
    ? client.restore(JSON.parse(paper), { onConnection })
    : client.chat.stream({ message: "Hi" }, { onConnection });
  window.stream = stream;
  (async () => {
    for await (const event of stream) {
      window.types.push(event.type);
      window.text = stream.messages[0]?.content ?? "";
      sessionStorage.setItem("saved", JSON.stringify(stream.save() ?? null));
    }
  })().then(
    () => Object.assign(window, { outcome: "ended" }),
    (error) => Object.assign(window, { outcome: error.code }),
  );
}

/** Resolves once the page has that text. */
const shows = (page: Page, text: string) => page.waitForFunction((text) => window.text === text, text);

const outcomeOf = async (page: Page) => {
  await page.waitForFunction(() => window.outcome !== "");
  return page.evaluate(() => window.outcome);
};

/** Resolves once the page waits for its next attempt, for the n-th time. */
const waits = (page: Page, n: number) =>
  page.waitForFunction((n) => window.connections.filter(({ status }) => status === "waiting").length === n, n);

/** The browser says that the network is back. */
const wake = (page: Page) => page.evaluate(() => void window.dispatchEvent(new Event("online")));

const SAID = [...hostileTexts, "😀", "漢字"];

browserTest("a page that was offline is back as soon as the network is, and its text is exact", async (t, open) => {
  const { page, model, proxy, url } = await rig(t, open);
  await page.evaluate(follow, url);
  const call = await model.call();
  call.text(...SAID);
  await shows(page, SAID.join(""));
  await page.context().setOffline(true);
  // The emulation leaves connections as they are.
  proxy.cut();
  await waits(page, 1);
  call.text(...SAID);
  await page.context().setOffline(false);
  await shows(page, [...SAID, ...SAID].join(""));
  call.finish();
  assert.equal(await outcomeOf(page), "ended");
  const types = await page.evaluate(() => window.types);
  const tokens = Array.from({ length: 2 * SAID.length }, () => "token");
  assert.deepEqual(types, ["start", "message_start", ...tokens, "message_end", "done"]);
  assert.equal(model.calls.length, 1);
});

browserTest("a connection that went silent is given up as soon as the network is back", async (t, open) => {
  const { page, model, proxy, url } = await rig(t, open);
  await page.evaluate(follow, url);
  const call = await model.call();
  call.text(...SAID);
  await shows(page, SAID.join(""));
  // Half-open: another network, and nobody has told the old connection.
  for (const exchange of proxy.exchanges) exchange.stall();
  await page.context().setOffline(true);
  call.text(...SAID);
  await page.evaluate(() => {
    window.time += 2000;
    // The first wait of a reconnect is shorter, and its watchdog is longer.
    window.longestTimer = 1000;
  });
  await page.context().setOffline(false);
  await shows(page, [...SAID, ...SAID].join(""));
  call.finish();
  assert.equal(await outcomeOf(page), "ended");
  assert.equal(model.calls.length, 1);
});

browserTest("a page that is reloaded goes on where it was", async (t, open) => {
  const { page, model, url } = await rig(t, open);
  await page.evaluate(follow, url);
  const call = await model.call();
  call.text(...SAID);
  await shows(page, SAID.join(""));
  const before = await page.evaluate(() => window.types.length);
  await page.reload();
  call.text(...SAID);
  await page.evaluate(follow, url);
  await shows(page, [...SAID, ...SAID].join(""));
  call.finish();
  assert.equal(await outcomeOf(page), "ended");
  const types = await page.evaluate(() => window.types);
  assert.equal(before + types.length, 2 * SAID.length + 4);
  assert.equal(await page.evaluate(() => sessionStorage.getItem("saved")), "null");
  assert.equal(model.calls.length, 1);
});

browserTest("a page that stops an answer stops it for everybody", async (t, open) => {
  const { page, model, url } = await rig(t, open);
  await page.evaluate(follow, url);
  const call = await model.call();
  call.text("So far");
  await shows(page, "So far");
  await page.evaluate(() => window.stream.stop());
  assert.equal(await outcomeOf(page), "ended");
  assert.equal(await page.evaluate(() => window.stream.messages[0]?.reason), "cancelled");
  await call.cancelled;
});

browserTest("a page that is closed only leaves: the answer goes on being written", async (t, open) => {
  const { page, model, proxy, url } = await rig(t, open);
  await page.evaluate(follow, url);
  const call = await model.call();
  call.text("So far");
  await shows(page, "So far");
  await page.goto("about:blank");
  await until(() => proxy.open() === 0);
  assert.equal(call.isCancelled, false);
});

browserTest(
  "what a page cannot tell from a broken network is tried again, and asks the model once",
  async (t, open) => {
    const { page, model, proxy, url } = await rig(t, open);
    // A page of a proxy has no CORS headers: to the client it is as opaque as a reset.
    const fates = [{ page: 502 }, { lost: true }, { ending: { after: "character", how: "reset" } } as const];
    proxy.treat(({ method }) => (method === "OPTIONS" ? {} : (fates.shift() ?? {})));
    await page.evaluate(follow, url);
    await waits(page, 1);
    await wake(page);
    await waits(page, 2);
    await wake(page);
    (await model.call()).text(...SAID);
    await waits(page, 3);
    await wake(page);
    await shows(page, SAID.join(""));
    (await model.call()).finish();
    assert.equal(await outcomeOf(page), "ended");
    assert.equal(model.calls.length, 1);
  },
);
