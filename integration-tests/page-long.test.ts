import assert from "node:assert/strict";
import { browserTests } from "../testing/browser.ts";
import { pageApp } from "../testing/page-app.ts";
import { answers, ask, messageBox, questions, showStored, wireSays } from "../testing/page-steps.ts";

// A conversation of a thousand messages, and an answer of a hundred thousand characters: how much is drawn again, not how fast.

const browserTest = browserTests();

const MESSAGES = 1000;

const said = Array.from({ length: MESSAGES / 2 }, (_, index) => [
  ["user", `Question ${index}`] as const,
  ["assistant", `Answer ${index} with **bold** and \`code\`.\n\n- one\n- two`] as const,
]).flat();

/** Counts what changes in the page from now on: in the last message, and in the other ones. */
const WATCH = `{
  window.changed = { last: 0, others: 0 };
  new MutationObserver((records) => {
    const messages = [...document.querySelectorAll("article")];
    const last = messages.slice(-2);
    for (const { target } of records) {
      const element = target.nodeType === 1 ? target : target.parentElement;
      const message = element?.closest("article");
      if (message) window.changed[last.includes(message) ? "last" : "others"]++;
    }
  }).observe(document.body, { subtree: true, childList: true, characterData: true, attributes: true });
}`;

browserTest(
  "in a conversation of 1,000 messages, what is written at the end touches none of the others",
  async (t, open) => {
    const { url, model } = await pageApp(t);
    const page = await open(url);
    await showStored(page, said);
    await messageBox(page).waitFor();
    await answers(page)
      .last()
      .getByText(`Answer ${MESSAGES / 2 - 1}`)
      .waitFor();
    await questions(page).getByText("Question 0", { exact: true }).waitFor({ state: "attached" });
    assert.equal(await page.getByRole("article").count(), MESSAGES);
    await page.evaluate(WATCH);
    await ask(page, "One more");
    const call = await model.call();
    for (let token = 0; token < 50; token++) {
      call.text(`word${token} `);
      if (token % 10 === 0) await answers(page).last().getByText(`word${token}`).waitFor();
    }
    call.finish();
    await answers(page).last().getByText("word49").waitFor();
    await wireSays(page, "Complete");
    const changed = (await page.evaluate("window.changed")) as { last: number; others: number };
    assert.ok(changed.last > 0);
    // The message that was the last one loses the buttons that only the last one has.
    assert.ok(changed.others <= 10, `${changed.others} changes in other messages`);
    assert.equal(await page.getByRole("article").count(), MESSAGES + 2);
  },
);

browserTest(
  "a thousand messages leave the sidebar, the composer and the end of the thread where they were",
  async (t, open) => {
    const { url } = await pageApp(t);
    const page = await open(url);
    await showStored(page, said);
    await questions(page).getByText("Question 0", { exact: true }).waitFor({ state: "attached" });
    assert.ok(await messageBox(page).isVisible());
    const gap = await page
      .getByRole("region", { name: "Messages" })
      .evaluate(
        (thread: { scrollHeight: number; scrollTop: number; clientHeight: number }) =>
          thread.scrollHeight - thread.scrollTop - thread.clientHeight,
      );
    assert.ok(gap <= 48, `${gap} pixels from the end`);
  },
);

browserTest("an answer of 100 KB is drawn block by block: what is finished is left alone", async (t, open) => {
  const { url, model } = await pageApp(t);
  const page = await open(url);
  await ask(page, "Much");
  const call = await model.call();
  const paragraph = (index: number) => `Paragraph ${index}: ${"some words and *more* of them ".repeat(12)}\n\n`;
  let length = 0;
  let count = 0;
  const add = (until: number) => {
    for (; length < until; count++) {
      const text = paragraph(count);
      length += text.length;
      call.text(text);
    }
  };
  add(50_000);
  await answers(page)
    .getByText(`Paragraph ${count - 1}:`)
    .waitFor();
  await page.evaluate(`{
    window.again = 0;
    const finished = new Set([...document.querySelectorAll(".md > *")].slice(0, -2));
    new MutationObserver((records) => {
      for (const { target } of records)
        if ([...finished].some((block) => block.contains(target))) window.again++;
    }).observe(document.querySelector(".md"), { subtree: true, childList: true, characterData: true, attributes: true });
  }`);
  add(100_000);
  await answers(page)
    .getByText(`Paragraph ${count - 1}:`)
    .waitFor();
  call.finish();
  await wireSays(page, "Complete");
  assert.equal(await page.evaluate("window.again"), 0);
  assert.equal(await answers(page).locator(".md > p").count(), count);
});
