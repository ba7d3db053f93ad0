import assert from "node:assert/strict";
import axe from "axe-core";
import type { Page } from "playwright-core";
import { modelFailure } from "../src/models/failure.ts";
import { browserTests, type Opening } from "../testing/browser.ts";
import { builtPage, pageApp } from "../testing/page-app.ts";
import { answers, ask, button, messageBox, questions, wireSays } from "../testing/page-steps.ts";
import { WORLD, worldApp } from "../testing/world-app.ts";

// Whether everybody can use the page: with a screen reader, with a keyboard alone, on a phone, in the dark.

const browserTest = browserTests();

type Finding = { id: string; impact: string; nodes: { html: string; failureSummary: string }[] };

/** Nothing that axe calls serious or critical; of the rest, nothing either. */
async function assertAccessible(page: Page, state: string) {
  if (!(await page.evaluate("'axe' in window"))) await page.evaluate(axe.source);
  // What is still fading in would be measured half-transparent.
  await page.evaluate("Promise.all(document.getAnimations().map((animation) => animation.finished.catch(() => {})))");
  const { violations } = (await page.evaluate("axe.run({ resultTypes: ['violations'] })")) as { violations: Finding[] };
  const found = violations.map(
    ({ id, impact, nodes }) => `${impact} ${id}: ${nodes.map(({ html }) => html).join(" ")}`,
  );
  assert.deepEqual(found, [], state);
}

const ANSWER =
  "# Title\n\nSome *words*, `code` and a [link](https://a.example).\n\n```ts\nconst a = 1;\n```\n\n" +
  "| a | b |\n|---|--:|\n| 1 | 2 |\n\n- [x] done\n- [ ] to do\n\n1. one\n   - inner\n\n> quoted\n\n---\n\n![cat](https://a.example/c.png)\n";

const LOOKS: [name: string, opening: Opening][] = [
  ["in the light", { colorScheme: "light" }],
  ["in the dark", { colorScheme: "dark" }],
  ["on a phone", { viewport: { width: 390, height: 780 }, hasTouch: true, colorScheme: "light" }],
];

const still = { reducedMotion: "reduce" } as const;

for (const [name, look] of LOOKS) {
  browserTest(`a screen reader gets along with each state of a conversation ${name}`, async (t, open) => {
    const { url, model } = await pageApp(t);
    const page = await open(url, { ...look, ...still });
    await messageBox(page).waitFor();
    await assertAccessible(page, "empty");
    await ask(page, "Show me");
    const call = await model.call();
    call.text(ANSWER, "And **goes on");
    await answers(page).getByText("goes on").waitFor();
    await assertAccessible(page, "streaming");
    call.finish();
    await wireSays(page, "Complete");
    await button(page, "The wire: connection, events and latency").click();
    await page.getByRole("complementary", { name: "The wire" }).waitFor();
    await assertAccessible(page, "wire");
    await button(page, "Close the wire panel").click();
    await button(page, "Settings of this conversation").click();
    await assertAccessible(page, "settings");
    await page.keyboard.press("Escape");
    await questions(page).hover();
    await button(questions(page), "Edit").click();
    await assertAccessible(page, "editing");
    await button(page, "Cancel").click();
    await ask(page, "Fail");
    (await model.call(1)).fail(modelFailure("model_error"));
    await page.getByText("model_error").waitFor();
    await assertAccessible(page, "failed");
  });

  browserTest(`a screen reader gets along with a room and its editor ${name}`, async (t, open) => {
    const { url, voice } = await worldApp(t, { page: await builtPage() });
    const page = await open(`${url}/#/w/${WORLD}`, { ...look, ...still });
    await page.getByLabel("Message to the room").waitFor();
    await assertAccessible(page, "empty room");
    await page.getByLabel("Message to the room").pressSequentially("Hello @");
    await page.getByRole("option").first().waitFor();
    await assertAccessible(page, "completion");
    await page.getByLabel("Message to the room").fill("Hello");
    await page.keyboard.press("Enter");
    (await voice("Vera").call()).text("Well");
    await page.getByText("Well").waitFor();
    (await voice("Otto").call()).fail(new Error("broken"));
    await assertAccessible(page, "turn");
    await page.goto(`${url}/#/w/${WORLD}/edit`);
    await page.getByRole("textbox", { name: "Title" }).waitFor();
    await button(page, "Add an agent").click();
    await assertAccessible(page, "editor");
  });
}

browserTest(
  "on a phone the list of conversations is a drawer, and nothing is wider than the screen",
  async (t, open) => {
    const { url, model } = await pageApp(t);
    const page = await open(url, { viewport: { width: 360, height: 640 }, hasTouch: true, ...still });
    await ask(page, "Show me");
    const call = await model.call();
    call.text(`${ANSWER}\n\n${"long".repeat(200)}\n\n\`\`\`\n${"wide ".repeat(100)}\n\`\`\`\n`);
    call.finish();
    await wireSays(page, "Complete");
    assert.equal(await page.evaluate("document.documentElement.scrollWidth <= innerWidth"), true);
    const drawer = page.getByRole("complementary", { name: "Conversations and worlds" });
    assert.equal(await drawer.isVisible(), false);
    await page
      .getByRole("button", { name: /conversations and worlds/i })
      .first()
      .click();
    await page.getByRole("link", { name: "New conversation" }).waitFor();
    await assertAccessible(page, "drawer");
    await page.keyboard.press("Escape");
    await drawer.waitFor({ state: "hidden" });
  },
);

/** The name of what has the focus, as a screen reader says it. */
const focused = (page: Page): Promise<string> =>
  page.evaluate(
    "(({ activeElement: at }) => at.getAttribute('aria-label') ?? at.labels?.[0]?.innerText ?? at.innerText.trim())(document)",
  );

/** Presses a key until what has the focus is called this. */
async function reach(page: Page, name: RegExp, key = "Tab") {
  for (let presses = 0; presses < 60; presses++) {
    if (name.test(await focused(page))) return;
    await page.keyboard.press(key);
  }
  assert.fail(`${key} does not reach ${name}; the focus is on "${await focused(page)}"`);
}

browserTest("with a keyboard one can write as soon as the page is there", async (t, open) => {
  const { url } = await pageApp(t);
  const page = await open(url, still);
  await page.waitForFunction("document.activeElement?.matches('textarea[data-composer]')");
  await page.keyboard.type("Hello");
  assert.equal(await messageBox(page).inputValue(), "Hello");
});

browserTest(
  "at a zoom of 200 % with the wire open there is something to read, and nothing over it",
  async (t, open) => {
    const { url, model } = await pageApp(t);
    const page = await open(url, { ...still, viewport: { width: 640, height: 400 } });
    await ask(page, "Talk");
    (await model.call()).text("Readable");
    await button(page, "The wire: connection, events and latency").click();
    for (const place of ["#/", "#/w/default"]) {
      if (place !== "#/") await page.goto(`${url}/${place}`);
      await page.getByRole("region", { name: "Messages" }).waitFor();
      const [thread, foot, panel] = await Promise.all(
        [page.locator(".thread"), page.locator(".foot"), page.locator("#wire")].map((part) => part.boundingBox()),
      );
      assert.ok(thread && foot && panel);
      assert.ok(thread.height >= 96, `${place}: the thread is ${thread.height} high`);
      assert.ok(
        thread.y + thread.height <= foot.y + 1 && foot.y + foot.height <= panel.y + 1,
        `${place}: one over another`,
      );
      await button(page, "Close the wire panel").scrollIntoViewIfNeeded();
    }
  },
);

browserTest("a keyboard alone asks, stops, asks again, edits and finds another conversation", async (t, open) => {
  const { url, model } = await pageApp(t);
  const page = await open(url, still);
  await messageBox(page).waitFor();
  await reach(page, /^Message$/);
  await page.keyboard.type("First");
  await page.keyboard.press("Enter");
  (await model.call()).text("One");
  await answers(page).getByText("One").waitFor();
  await reach(page, /^Stop$/);
  await page.keyboard.press("Enter");
  await answers(page).getByText("Stopped.").waitFor();
  await reach(page, /^Retry$/, "Shift+Tab");
  await page.keyboard.press("Enter");
  const again = await model.call(1);
  again.text("Two");
  again.finish();
  await answers(page).getByText("Two").waitFor();
  await wireSays(page, "Complete");
  await reach(page, /^Edit$/, "Shift+Tab");
  await page.keyboard.press("Enter");
  await page.getByRole("textbox", { name: "Edit message" }).waitFor();
  assert.equal(await focused(page), "Edit message");
  await page.keyboard.type(" changed");
  await page.keyboard.press("Enter");
  const changed = await model.call(2);
  changed.text("Three");
  changed.finish();
  await answers(page).getByText("Three").waitFor();
  assert.equal(await focused(page), "Message");
  await reach(page, /^New conversation$/, "Shift+Tab");
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { level: 1, name: "New conversation" }).waitFor();
});

browserTest("what happens to an answer is told to those who do not see it, once and in few words", async (t, open) => {
  const { url, model } = await pageApp(t);
  const page = await open(url, still);
  await page.evaluate(`{
    window.told = [];
    const region = document.querySelector(".page > [role=status]");
    new MutationObserver(() => region.textContent && window.told.push(region.textContent)).observe(region, { childList: true, characterData: true, subtree: true });
  }`);
  await ask(page, "Talk");
  const call = await model.call();
  for (let token = 0; token < 30; token++) call.text("word ");
  await answers(page).getByText("word").waitFor();
  call.finish();
  await wireSays(page, "Complete");
  await page.getByText("Answer complete").waitFor({ state: "attached" });
  const told = (await page.evaluate("window.told")) as string[];
  assert.ok(told.includes("Answer complete"), told.join());
  assert.ok(told.length <= 4, told.join());
});

browserTest("the shortcuts are told where one presses ?, and Escape closes them", async (t, open) => {
  const { url } = await pageApp(t);
  const page = await open(url, still);
  await messageBox(page).waitFor();
  await page.getByRole("region", { name: "Messages" }).focus();
  await page.keyboard.press("?");
  await page.getByRole("dialog", { name: "Keyboard shortcuts" }).waitFor();
  await assertAccessible(page, "shortcuts");
  await page.keyboard.press("Escape");
  await page.getByRole("dialog").waitFor({ state: "hidden" });
});
