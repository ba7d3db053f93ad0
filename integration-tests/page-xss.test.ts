import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { TestContext } from "node:test";
import { browserTests } from "../testing/browser.ts";
import { pageApp } from "../testing/page-app.ts";
import { answers, ask, showStored, wireSays } from "../testing/page-steps.ts";
import { xssCorpus } from "../testing/xss-corpus.ts";

// What a model, or another person in a room, may write and must not achieve: run a script, load anything, reach the page.

const browserTest = browserTests();

/** A server that counts who asks it for anything. */
async function beacon(t: TestContext): Promise<{ origin: string; requests: string[] }> {
  const requests: string[] = [];
  const server = createServer((request, response) => {
    requests.push(request.url ?? "");
    response.writeHead(200, { "content-type": "text/html", "access-control-allow-origin": "*" }).end("<!doctype html>");
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  t.after(() => server.close());
  return { origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, requests };
}

/** In thirds, so that each is seen unfinished too. */
const inThirds = (text: string): string[] => {
  const third = Math.ceil(text.length / 3);
  return [text.slice(0, third), text.slice(third, 2 * third), text.slice(2 * third)].filter((part) => part !== "");
};

/** What an answer may be made of, and which attributes may stand there. */
const ELEMENTS =
  "a b blockquote br button code del div em figcaption figure h2 h3 h4 h5 h6 hr i input ins kbd li mark ol p pre s small span strong sub sup table tbody td th thead tr u ul";
const ATTRIBUTES = "aria-label checked class dir disabled href rel role scope start style tabindex target type";

const findings = `[...document.querySelectorAll("article .md *")].flatMap((element) => {
  const tag = element.tagName.toLowerCase();
  const bad = [...element.attributes].filter(({ name, value }) =>
    !"${ATTRIBUTES}".split(" ").includes(name) || (name === "style" && value !== ""));
  const leads = element.href === undefined || /^(https?|mailto):/.test(element.href);
  const isOurs = "${ELEMENTS}".split(" ").includes(tag) && leads && bad.length === 0;
  return isOurs ? [] : [element.outerHTML];
})`;

const armed = "window.ran = 0; window.pwned = () => { window.ran++; }";

browserTest(
  "no text of a known attack runs a script, loads anything or makes an element that is not ours",
  async (t, open) => {
    const { url } = await pageApp(t);
    const { origin, requests } = await beacon(t);
    const page = await open(url);
    await page.addInitScript(armed);
    const corpus = xssCorpus(origin);
    assert.ok(corpus.length >= 120, `${corpus.length} texts`);
    await showStored(
      page,
      corpus.flatMap((attack) => [["user", attack] as const, ["assistant", attack] as const]),
    );
    await answers(page)
      .nth(corpus.length - 1)
      .waitFor();
    assert.deepEqual(await page.evaluate(findings), []);
    assert.equal(await page.evaluate("window.ran"), 0);
    assert.deepEqual(requests, []);
  },
);

const TOGETHER = 12;

browserTest("nor does it while it is being written, or as the title of a conversation", async (t, open) => {
  const { url, model } = await pageApp(t);
  const { origin, requests } = await beacon(t);
  const page = await open(url);
  await page.evaluate(armed);
  const corpus = xssCorpus(origin);
  for (let index = 0; index * TOGETHER < corpus.length; index++) {
    const attacks = corpus.slice(index * TOGETHER, (index + 1) * TOGETHER);
    await ask(page, `${attacks[0]} `);
    const call = await model.call(index);
    for (const part of attacks.flatMap((attack) => inThirds(`${attack}\n\n`))) call.text(part);
    await wireSays(page, "Receiving");
    assert.deepEqual(await page.evaluate(findings), []);
    call.finish();
    await wireSays(page, "Complete");
    assert.deepEqual(await page.evaluate(findings), []);
    await page.getByRole("link", { name: "New conversation" }).click();
    await wireSays(page, "Ready");
  }
  assert.equal(await page.evaluate("window.ran"), 0);
  assert.deepEqual(requests, []);
});

browserTest(
  "links lead out, in a tab of their own that knows nothing of the page; pictures are only named",
  async (t, open) => {
    const { url, model } = await pageApp(t);
    const { origin, requests } = await beacon(t);
    const page = await open(url, { allow: [/^popup: .*\/page$/] });
    await ask(page, "Show me");
    const call = await model.call();
    call.text(`[a link](${origin}/page) and ![a cat](${origin}/cat.png) and [mail](mailto:a@b.example)`);
    call.finish();
    await wireSays(page, "Complete");
    const link = answers(page).getByRole("link", { name: "a link" });
    assert.equal(await link.getAttribute("rel"), "noopener noreferrer");
    assert.equal(await link.getAttribute("target"), "_blank");
    assert.equal(await answers(page).getByRole("link", { name: "mail" }).getAttribute("href"), "mailto:a@b.example");
    assert.equal(
      await answers(page).getByRole("link", { name: "Picture: a cat" }).getAttribute("href"),
      `${origin}/cat.png`,
    );
    assert.equal(await answers(page).locator("img").count(), 0);
    assert.deepEqual(requests, []);
    const opened = page.context().waitForEvent("page");
    await link.click();
    const tab = await opened;
    assert.equal(await tab.evaluate("String(window.opener) + document.referrer"), "null");
  },
);
