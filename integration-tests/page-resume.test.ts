import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { browserTests } from "../testing/browser.ts";
import { pageApp } from "../testing/page-app.ts";
import { answers, ask, button, wireSays } from "../testing/page-steps.ts";
import type { ScriptedCall } from "../testing/scripted-model.ts";
import { requestJson } from "../testing/sse-client.ts";

// What happens to an answer when the connection, the network or the page itself goes away in the middle of it.

const browserTest = browserTests();

const words = (from: number, to: number): string[] =>
  Array.from({ length: to - from }, (_, index) => `word${from + index} `);

const shownText = (page: Page): Promise<string> => answers(page).locator(".md").innerText();

/** Says these words, and waits until the page shows the last one. */
async function say(page: Page, call: ScriptedCall, from: number, to: number) {
  call.text(...words(from, to));
  await answers(page)
    .getByText(`word${to - 1}`)
    .waitFor();
}

/** The text that the server has of the answer under way; the key to it is kept by the page. */
async function serverText(page: Page, url: string): Promise<string> {
  const id = await page.evaluate(
    "Object.entries(localStorage).map(([, value]) => /chat\\/streaming\\/(\\w+)/.exec(value)?.[1]).find(Boolean)",
  );
  const { body } = await requestJson(`${url}/chat/streaming/${id}`, { headers: { accept: "application/json" } });
  return body.messages.at(-1).content;
}

browserTest(
  "an answer goes on from the next token after the connection was dropped, and is shown to be exact",
  async (t, open) => {
    const { url, model } = await pageApp(t);
    const page = await open(url);
    await ask(page, "Count");
    const call = await model.call();
    await say(page, call, 0, 20);
    for (const round of [1, 2, 3]) {
      await button(page, "Drop the connection").click();
      call.text(...words(20 * round, 20 * round + 10));
      await answers(page)
        .getByText(/Resumed at event \d+/)
        .nth(round - 1)
        .waitFor();
      await say(page, call, 20 * round + 10, 20 * round + 20);
    }
    assert.equal(await serverText(page, url), words(0, 80).join(""));
    call.finish();
    await wireSays(page, "Complete");
    assert.equal(await shownText(page), words(0, 80).join("").trim());
    const notes = await answers(page)
      .getByText(/^Connection dropped\. Resumed at event/)
      .allInnerTexts();
    assert.match(notes[0] ?? "", /Resumed at event 22, (?:nothing to replay|\d+ events? replayed), [\d.]+ m?s/);
    await button(page, "The wire: connection, events and latency").click();
    const resumes = page.getByRole("region", { name: "Resumes" });
    assert.equal(await resumes.getByRole("listitem").count(), 3);
    await resumes.getByText("Exact: the pieces, put together, are the whole text.").waitFor();
    assert.equal(model.calls.length, 1);
  },
);

browserTest("a reload in the middle of an answer finds it, with what was said meanwhile", async (t, open) => {
  const { url, model } = await pageApp(t);
  const page = await open(url);
  await ask(page, "Count");
  const call = await model.call();
  await say(page, call, 0, 15);
  const reloaded = page.reload();
  call.text(...words(15, 30));
  await reloaded;
  await answers(page).getByText("word29").waitFor();
  await wireSays(page, "Receiving");
  await say(page, call, 30, 40);
  call.finish();
  await wireSays(page, "Complete");
  assert.equal(await shownText(page), words(0, 40).join("").trim());
  await answers(page)
    .getByText(/^Page reloaded\. Resumed at event/)
    .waitFor();
  await page.reload();
  await answers(page).getByText("word39").waitFor();
  assert.equal(await shownText(page), words(0, 40).join("").trim());
  assert.equal(model.calls.length, 1);
});

browserTest("a reload before the first token, and one after the end, find the same answer", async (t, open) => {
  const { url, model } = await pageApp(t);
  const page = await open(url);
  await ask(page, "Count");
  const call = await model.call();
  await page.reload();
  await button(page, "Stop").waitFor();
  await page.close();
  call.text(...words(0, 5));
  call.finish();
  const again = await open(url, { beside: page });
  await again.getByRole("link", { name: "Count" }).click();
  await answers(again).getByText("word4").waitFor();
  assert.equal(await shownText(again), words(0, 5).join("").trim());
  assert.equal(model.calls.length, 1);
});

browserTest("an answer that is waited for survives a reload, without a second call of the model", async (t, open) => {
  const { url, model } = await pageApp(t);
  const page = await open(url);
  await page.getByText("Wait", { exact: true }).click();
  await ask(page, "Count");
  const call = await model.call();
  await page.reload();
  await wireSays(page, "Waiting for the whole answer");
  call.text(...words(0, 5));
  call.finish();
  await answers(page).getByText("word4").waitFor();
  assert.equal(model.calls.length, 1);
});

browserTest("two tabs of one conversation show the same answer", async (t, open) => {
  const { url, model } = await pageApp(t);
  const page = await open(url);
  await ask(page, "Count");
  const call = await model.call();
  await say(page, call, 0, 5);
  const tab = await open(url, { beside: page });
  await tab.getByRole("link", { name: "Count" }).click();
  await answers(tab).getByText("word4").waitFor();
  call.text(...words(5, 10));
  call.finish();
  for (const shown of [page, tab]) {
    await answers(shown).getByText("word9").waitFor();
    assert.equal(await shownText(shown), words(0, 10).join("").trim());
  }
  assert.equal(model.calls.length, 1);
});

browserTest("offline, the page says so and keeps what it has; back online, the answer goes on", async (t, open) => {
  const { url, model } = await pageApp(t);
  const page = await open(url, { allow: [/ERR_INTERNET_DISCONNECTED/] });
  await ask(page, "Count");
  const call = await model.call();
  await say(page, call, 0, 10);
  await page.context().setOffline(true);
  await page.getByText("You are offline.").waitFor();
  await button(page, "Drop the connection").click();
  call.text(...words(10, 20));
  assert.match(await shownText(page), /^word0 .*word9$/);
  await page.context().setOffline(false);
  await page.getByText("You are offline.").waitFor({ state: "detached" });
  await answers(page).getByText("word19").waitFor();
  call.finish();
  await wireSays(page, "Complete");
  assert.equal(await shownText(page), words(0, 20).join("").trim());
});

browserTest("each event is in the trace, with its number and id", async (t, open) => {
  const { url, model } = await pageApp(t);
  const page = await open(url);
  await button(page, "The wire: connection, events and latency").click();
  await ask(page, "Count");
  const call = await model.call();
  await say(page, call, 0, 3);
  call.finish();
  await wireSays(page, "Complete");
  const trace = page.getByRole("list", { name: "Events, newest first" });
  await page.getByRole("checkbox", { name: "Tokens" }).setChecked(true);
  await trace.getByText("token").first().waitFor();
  const rows = await trace.getByRole("listitem").allInnerTexts();
  assert.equal(rows.length, 7, rows.join(" | "));
  for (const [index, type] of ["done", "message_end", "token", "token", "token", "message_start", "start"].entries())
    assert.match(rows[index] ?? "", new RegExp(`${7 - index}\\b[^]*${type}`));
});
