import assert from "node:assert/strict";
import type { TestContext } from "node:test";
import type { Locator, Page } from "playwright-core";
import { browserTests, type Open, type Opening } from "../testing/browser.ts";
import { serverFor } from "../testing/driven-server.ts";
import { builtPage } from "../testing/page-app.ts";
import { button, wireSays } from "../testing/page-steps.ts";
import { requestJson } from "../testing/sse-client.ts";
import { WORLD, type WorldApp, worldApp } from "../testing/world-app.ts";

// A room with several agents, and the editor of it. The time of its server stands still, so that nothing ends by itself.

const browserTest = browserTests();

async function room(t: TestContext, open: Open, opening: Opening = {}): Promise<WorldApp & { page: Page }> {
  const world = await worldApp(t, { page: await builtPage() });
  const page = await open(`${world.url}/#/w/${WORLD}`, opening);
  await roomBox(page).waitFor();
  return { ...world, page };
}

const roomBox = (page: Page): Locator => page.getByLabel("Message to the room");

const messages = (page: Page): Locator => page.getByRole("region", { name: "Messages" });

const saidBy = (page: Page, name: string): Locator => page.getByRole("article", { name: `${name} said` });

/** An agent in the list of them, while it is doing this. */
const agent = (page: Page, name: string, doing: string): Locator =>
  page
    .getByRole("list", { name: "Agents in this room" })
    .getByRole("button")
    .filter({ hasText: name })
    .filter({ hasText: doing });

async function say(page: Page, text: string) {
  await roomBox(page).fill(text);
  await roomBox(page).press("Enter");
}

browserTest("agents answer at the same time, each in its own message and with what it is doing", async (t, open) => {
  const { page, voice } = await room(t, open);
  await say(page, "Should I learn to sail?");
  const [vera, otto] = [await voice("Vera").call(), await voice("Otto").call()];
  vera.text("Who ");
  otto.text("Yes, ");
  vera.text("says so?");
  await saidBy(page, "Vera").getByText("Who says so?").waitFor();
  await saidBy(page, "Otto").getByText("Yes,").waitFor();
  await agent(page, "Vera", "speaking").waitFor();
  otto.text("at once.");
  otto.finish();
  await agent(page, "Otto", "listening").waitFor();
  await agent(page, "Vera", "speaking").waitFor();
  vera.finish();
  await messages(page).getByText("The turn is over.").waitFor();
  await wireSays(page, "Complete");
  assert.equal(await saidBy(page, "Vera").locator(".md").innerText(), "Who says so?");
  assert.equal(await saidBy(page, "Otto").locator(".md").innerText(), "Yes, at once.");
});

browserTest(
  "a mention is completed with the keyboard, wakes that agent alone, and the page says so before",
  async (t, open) => {
    const { page, voice } = await room(t, open);
    await roomBox(page).pressSequentially("Hello @o");
    const option = page.getByRole("option", { name: "Otto" });
    await option.waitFor();
    assert.equal(await option.getAttribute("aria-selected"), "true");
    await page.keyboard.press("Tab");
    await option.waitFor({ state: "detached" });
    assert.equal(await roomBox(page).inputValue(), "Hello @Otto ");
    await page.getByText("Otto will answer.").waitFor();
    await page.keyboard.press("Enter");
    (await voice("Otto").call()).text("Hi");
    await saidBy(page, "Otto").getByText("Hi").waitFor();
    assert.equal(voice("Vera").calls.length, 0);
  },
);

browserTest("an agent that mentions another wakes it, and Stop ends the turn for all of them", async (t, open) => {
  const { page, voice } = await room(t, open);
  await say(page, "@Vera, ask Otto");
  const vera = await voice("Vera").call();
  vera.text("@Otto, what do you think?");
  vera.finish();
  const otto = await voice("Otto").call();
  otto.text("Let me");
  await saidBy(page, "Otto").getByText("Let me").waitFor();
  await button(page, "Stop").click();
  await otto.cancelled;
  await messages(page).getByText("The turn was stopped.").waitFor();
});

browserTest("an agent that fails is named, the others go on, and it can be asked again", async (t, open) => {
  const { page, voice } = await room(t, open);
  await say(page, "Well?");
  (await voice("Vera").call()).fail(new Error("broken"));
  const otto = await voice("Otto").call();
  otto.text("Fine");
  otto.finish();
  await saidBy(page, "Otto").getByText("Fine").waitFor();
  await button(page, "Ask Vera again").click();
  const again = await voice("Vera").call(1);
  again.text("Now I can");
  again.finish();
  await saidBy(page, "Vera").getByText("Now I can").waitFor();
  assert.equal(voice("Otto").calls.length, 1);
});

browserTest("a turn goes on after a dropped connection and after a reload", async (t, open) => {
  const { page, voice } = await room(t, open);
  await say(page, "@Vera count");
  const vera = await voice("Vera").call();
  vera.text("one ");
  await saidBy(page, "Vera").getByText("one").waitFor();
  await button(page, "Drop the connection").click();
  vera.text("two ");
  await saidBy(page, "Vera").getByText("one two").waitFor();
  await page.reload();
  vera.text("three");
  await saidBy(page, "Vera").getByText("one two three").waitFor();
  vera.finish();
  await messages(page).getByText("The turn is over.").waitFor();
  assert.equal(await saidBy(page, "Vera").locator(".md").innerText(), "one two three");
  assert.equal(voice("Vera").calls.length, 1);
});

browserTest("who follows the room sees what others say in it, as they say it, and who they are", async (t, open) => {
  const { page, voice, publish } = await room(t, open);
  await page.getByRole("checkbox", { name: "Follow the room" }).setChecked(true);
  await page.getByText("live", { exact: true }).waitFor();
  assert.equal((await publish({ message: "Hello @Otto", sender: "Ada" })).status, 202);
  await saidBy(page, "Ada").getByText("Hello @Otto").waitFor();
  const otto = await voice("Otto").call();
  otto.text("Good day");
  await saidBy(page, "Otto").getByText("Good day").waitFor();
  otto.finish();
});

browserTest("the editor changes a room and its agents, and the room has them at once", async (t, open) => {
  const { page, url } = await room(t, open);
  await page.getByRole("link", { name: "Edit" }).click();
  await page.getByRole("textbox", { name: "Title" }).fill("The galley");
  await button(page, "Add an agent").click();
  await page.getByRole("textbox", { name: "Name" }).last().fill("Nora");
  await page.getByRole("textbox", { name: "Instructions" }).last().fill("You sail.");
  await button(page, "Save").click();
  await page.getByText("Saved. It holds from the next turn on.").waitFor();
  const { body } = await requestJson(`${url}/worlds/${WORLD}`);
  assert.equal(body.title, "The galley");
  assert.deepEqual(body.agents.map(({ name }: { name: string }) => name).sort(), ["Nora", "Otto", "Vera"]);
  await page.getByRole("link", { name: "Back to the room" }).click();
  await page.getByRole("heading", { level: 1, name: "The galley" }).waitFor();
  await agent(page, "Nora", "listening").waitFor();
});

browserTest("what the server refuses stands at its field, and nothing that was written is lost", async (t, open) => {
  const { page, url } = await room(t, open, { allow: [/status of 400/] });
  await page.goto(`${url}/#/w/${WORLD}/edit`);
  await page.getByRole("textbox", { name: "Turn limit" }).fill("0");
  await page.getByRole("textbox", { name: "Description" }).fill("Where we cook");
  await button(page, "Save").click();
  const limit = page.getByRole("textbox", { name: "Turn limit" });
  await page.locator("[aria-invalid=true]").waitFor();
  assert.equal(await limit.getAttribute("aria-invalid"), "true");
  assert.equal(await page.getByRole("textbox", { name: "Description" }).inputValue(), "Where we cook");
});

browserTest("a new world can be made, and one can be deleted after a question", async (t, open) => {
  const { page, url } = await room(t, open);
  await button(page, "New world").click();
  await page.getByRole("textbox", { name: "Name of the new world" }).fill("attic");
  await button(page, "Create").click();
  await page.getByRole("heading", { name: /Edit attic/ }).waitFor();
  assert.equal((await requestJson(`${url}/worlds/attic`)).status, 200);
  await button(page, "Delete this world").click();
  await button(page.getByRole("group", { name: /Delete attic for everybody/ }), "Delete").click();
  await page.getByRole("link", { name: "attic" }).waitFor({ state: "detached" });
  assert.equal((await requestJson(`${url}/worlds/attic`)).status, 404);
});

browserTest(
  "where worlds may not be changed, the editor says so and offers nothing that would be refused",
  async (t, open) => {
    const server = await serverFor(t, { page: await builtPage(), env: { CHATWAIT_WORLD_EDITING: "false" } });
    const page = await open(`${server.url}/#/w/default/edit`, { allow: [/status of 403/] });
    await page.getByText("This server does not allow worlds to be changed").waitFor();
    assert.equal(await button(page, "Save").count(), 0);
  },
);
