import assert from "node:assert/strict";
import type { TestContext } from "node:test";
import type { Locator, Page } from "playwright-core";
import { browserTests, type Open, type Opening } from "../testing/browser.ts";
import { builtPage } from "../testing/page-app.ts";
import { button } from "../testing/page-steps.ts";
import { requestJson } from "../testing/sse-client.ts";
import { WORLD, type WorldApp, worldApp } from "../testing/world-app.ts";

// What a room keeps, whom it lets speak, and how a world goes from one server to another.

const browserTest = browserTests();

async function room(t: TestContext, open: Open, opening: Opening = {}): Promise<WorldApp & { page: Page }> {
  const world = await worldApp(t, { page: await builtPage() });
  const page = await open(`${world.url}/#/w/${WORLD}`, opening);
  await box(page).waitFor();
  return { ...world, page };
}

const box = (page: Page): Locator => page.getByLabel("Message to the room");
const saidBy = (page: Page, name: string): Locator => page.getByRole("article", { name: `${name} said` });

async function say(page: Page, text: string) {
  await box(page).fill(text);
  await box(page).press("Enter");
}

browserTest(
  "an agent has the same colour in the list, at its words and in the editor, and no other has it",
  async (t, open) => {
    const { page, url, voice } = await room(t, open);
    const hueAt = async (place: Locator) => await place.getAttribute("data-hue");
    const chip = (name: string) =>
      page.getByRole("list", { name: "Agents in this room" }).getByRole("button", { name });
    await say(page, "@Vera, @Otto?");
    for (const name of ["Vera", "Otto"]) {
      const call = await voice(name as "Vera").call();
      call.text("Yes");
      call.finish();
    }
    const [vera, otto] = [await hueAt(chip("Vera")), await hueAt(chip("Otto"))];
    assert.notEqual(vera, otto);
    assert.deepEqual([await hueAt(saidBy(page, "Vera")), await hueAt(saidBy(page, "Otto"))], [vera, otto]);
    const colourOf = (name: string): Promise<unknown> =>
      page.evaluate(`getComputedStyle(document.querySelector("[aria-label='${name} said'] .sender")).color`);
    assert.notEqual(await colourOf("Vera"), await colourOf("Otto"));
    await page.goto(`${url}/#/w/${WORLD}/edit`);
    assert.equal(await hueAt(page.locator("details").filter({ has: page.getByText("Vera", { exact: true }) })), vera);
  },
);

browserTest(
  "two turns of one's own run at once, and what was said stays after a reload until it is forgotten",
  async (t, open) => {
    const { page, voice } = await room(t, open);
    await say(page, "@Vera one");
    const vera = await voice("Vera").call();
    vera.text("First");
    await saidBy(page, "Vera").getByText("First").waitFor();
    await say(page, "@Otto two");
    const otto = await voice("Otto").call();
    otto.text("Second");
    await saidBy(page, "Otto").getByText("Second").waitFor();
    vera.text(", still");
    await saidBy(page, "Vera").getByText("First, still").waitFor();
    vera.finish();
    otto.finish();
    await page.getByText("The turn is over.").nth(1).waitFor();
    await page.reload();
    await saidBy(page, "Vera").getByText("First, still").waitFor();
    assert.equal(await page.getByRole("article").count(), 4);
    await button(page, "Forget it here").click();
    await button(page, "Forget").click();
    await page.getByRole("heading", { name: "Nobody has said anything here yet" }).waitFor();
    await page.reload();
    await page.getByRole("heading", { name: "Nobody has said anything here yet" }).waitFor();
  },
);

browserTest("one speaks under a name, which is no agent's, and the room is told it", async (t, open) => {
  const { page, voice } = await room(t, open);
  await button(page, "Speaking without a name").click();
  const name = page.getByRole("textbox", { name: "Your name in rooms" });
  await name.fill("otto");
  await page.getByRole("alert").getByText("Otto is an agent here").waitFor();
  await name.press("Enter");
  await name.fill("Ada");
  await name.press("Enter");
  await button(page, "Speaking as Ada").waitFor();
  await say(page, "@Vera, hello");
  const vera = await voice("Vera").call();
  assert.match(JSON.stringify(vera.options.prompt), /Ada/);
  vera.finish();
  await saidBy(page, "Ada").getByText("@Vera, hello").waitFor();
});

browserTest("who is called and is not there is said, and whoever nobody addresses learns how to", async (t, open) => {
  const { page, voice } = await room(t, open);
  await box(page).pressSequentially("@Nobody");
  await page.getByText("Nobody here is called “Nobody”.").first().waitFor();
  await box(page).fill("@Nobody @Vera");
  await page.locator("#who-answers").getByText("Nobody here is called “Nobody”. Vera will answer.").waitFor();
  await box(page).press("Enter");
  (await voice("Vera").call()).finish();
  await page.locator(".room-line").getByText("Nobody here is called").waitFor();
});

browserTest("a world that somebody deletes stays readable, is in no list, and takes nothing more", async (t, open) => {
  const { page, url, voice } = await room(t, open, { allow: [/the server responded with a status of 404/] });
  await say(page, "@Vera, talk");
  (await voice("Vera").call()).text("What was said");
  await saidBy(page, "Vera").getByText("What was said").waitFor();
  await fetch(`${url}/worlds/${WORLD}`, { method: "DELETE" });
  await page.getByText("This world was deleted, so nothing can be said here any more.").waitFor();
  await saidBy(page, "Vera").getByText("What was said").waitFor();
  await page.locator(`nav a[href$="#/w/${WORLD}"]`).waitFor({ state: "detached" });
  await box(page).fill("Anybody?");
  assert.equal(await button(page, "This world was deleted").isDisabled(), true);
});

browserTest("a save in a world that was deleted says so in plain words beside the button", async (t, open) => {
  const { page, url } = await room(t, open, { allow: [/the server responded with a status of 404/] });
  await page.goto(`${url}/#/w/${WORLD}/edit`);
  await page.getByRole("textbox", { name: "Title" }).fill("The galley");
  await fetch(`${url}/worlds/${WORLD}`, { method: "DELETE" });
  await button(page, "Save").click();
  await page
    .locator(".save-bar")
    .getByText("Not everything could be saved. There is no world of that name on the server, or not any more.")
    .waitFor();
  await page.getByText("This world was deleted, so nothing of this can be saved.").waitFor();
  assert.equal(await page.getByRole("textbox", { name: "Title" }).inputValue(), "The galley");
});

/** Where the agents of the room stand. */
const CHIPS = `[...document.querySelectorAll(".agent-chip")].map((chip) => {
  const { left, right, top } = chip.getBoundingClientRect();
  return { left, right, top, cut: chip.scrollWidth > chip.clientWidth };
})`;

browserTest("the longest name and many agents widen nothing, on a phone and in a window", async (t, open) => {
  const { page, url } = await room(t, open);
  const headers = { "content-type": "application/json" };
  for (const name of ["A".repeat(64), ..."BCDEFGH"].map((letter) => `${letter}a`.slice(0, 64))) {
    const body = JSON.stringify({ name, instructions: "Talk." });
    await fetch(`${url}/worlds/${WORLD}/agents`, { method: "POST", headers, body });
  }
  for (const width of [390, 1280]) {
    await page.setViewportSize({ width, height: 800 });
    await page.reload();
    const chips = page.getByRole("list", { name: "Agents in this room" });
    await chips.getByRole("button").nth(9).waitFor();
    assert.equal(await page.evaluate("document.documentElement.scrollWidth"), width);
    const boxes = (await page.evaluate(CHIPS)) as { left: number; right: number; top: number; cut: boolean }[];
    for (const [index, chip] of boxes.entries()) {
      const next = boxes[index + 1];
      assert.ok(!chip.cut && chip.right - chip.left <= 256, `${width}: chip ${index}`);
      assert.ok(!next || next.top > chip.top || next.left >= chip.right, `${width}: chip ${index} is over the next`);
    }
  }
});

browserTest("a world is taken along in a file, and made anew from it under another name", async (t, open) => {
  const { page, url } = await room(t, open);
  await page.goto(`${url}/#/w/${WORLD}/edit`);
  const download = page.waitForEvent("download");
  await button(page, "Export as a file").click();
  const path = await (await download).path();
  await button(page, "New world").click();
  await page.locator("input[type=file]").setInputFiles(path);
  await page.getByText("With 2 agents from the file.").waitFor();
  await page.getByRole("textbox", { name: "Name of the new world" }).fill("copy");
  await button(page, "Create").click();
  await page.getByRole("link", { name: "Back to the room" }).waitFor();
  await page.waitForURL(/#\/w\/copy\/edit$/);
  const [one, other] = await Promise.all([WORLD, "copy"].map((name) => requestJson(`${url}/worlds/${name}`)));
  assert.deepEqual({ ...other?.body, name: WORLD }, one?.body);
});

browserTest("what was changed and not saved is still there after a look at the room", async (t, open) => {
  const { page, url } = await room(t, open);
  await page.goto(`${url}/#/w/${WORLD}/edit`);
  await page.getByRole("textbox", { name: "Title" }).fill("The galley");
  await page.getByText("Not saved yet.").waitFor();
  await page.getByRole("link", { name: "Back to the room" }).click();
  await page.getByRole("link", { name: "Edit (not saved yet)" }).click();
  assert.equal(await page.getByRole("textbox", { name: "Title" }).inputValue(), "The galley");
  await button(page, "Discard changes").click();
  await page.getByText("No changes.").waitFor();
});
