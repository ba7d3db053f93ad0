import assert from "node:assert/strict";
import type { Locator } from "playwright-core";
import { offer } from "../testing/app.ts";
import { browserTests } from "../testing/browser.ts";
import { pageApp } from "../testing/page-app.ts";
import { answers, ask, button, messageBox, questions, wireSays } from "../testing/page-steps.ts";
import { scriptedModel } from "../testing/scripted-model.ts";

// A conversation with one assistant, from the first message on.

const browserTest = browserTests();

const textOf = (message: Locator): Promise<string> => message.locator(".md").innerText();

browserTest("a message is answered piece by piece, and the page says when the answer is complete", async (t, open) => {
  const { url, model } = await pageApp(t);
  const page = await open(url);
  await ask(page, "Hello there");
  await questions(page).getByText("Hello there").waitFor();
  assert.equal(await messageBox(page).inputValue(), "");
  const call = await model.call();
  assert.deepEqual(call.options.prompt.at(-1), { role: "user", content: [{ type: "text", text: "Hello there" }] });
  call.text("Good ");
  await answers(page).getByText("Good").waitFor();
  assert.equal(await answers(page).getAttribute("aria-busy"), "true");
  call.text("morning");
  await answers(page).getByText("Good morning").waitFor();
  await wireSays(page, "Receiving");
  call.finish();
  await wireSays(page, "Complete");
  await page.locator('[aria-label="Assistant said"][aria-busy="false"]').waitFor();
  assert.equal(await textOf(answers(page)), "Good morning");
  assert.equal(await page.getByRole("heading", { level: 1 }).innerText(), "Hello there");
});

browserTest("the conversation goes along with each further message", async (t, open) => {
  const { url, model } = await pageApp(t);
  const page = await open(url);
  for (const [index, said] of ["I am Ada", "Who am I?"].entries()) {
    await ask(page, said);
    const call = await model.call(index);
    call.text(`Answer ${index}`);
    call.finish();
    await answers(page).nth(index).getByText(`Answer ${index}`).waitFor();
    await wireSays(page, "Complete");
  }
  const said = model.calls[1]?.options.prompt.map(({ role, content }) => [role, JSON.stringify(content)]) ?? [];
  assert.deepEqual(
    said.map(([role]) => role),
    ["user", "assistant", "user"],
  );
  assert.match(said.join(), /I am Ada.*Answer 0.*Who am I\?/s);
});

browserTest("Stop ends the answer at the server too, and keeps what there is of it", async (t, open) => {
  const { url, model } = await pageApp(t);
  const page = await open(url);
  await ask(page, "Talk");
  const call = await model.call();
  call.text("As far as");
  await answers(page).getByText("As far as").waitFor();
  await button(page, "Stop").click();
  await call.cancelled;
  await answers(page).getByText("Stopped.").waitFor();
  assert.equal(await textOf(answers(page)), "As far as");
  await button(page, "Send").waitFor();
});

browserTest("Stop before the first token leaves a conversation that goes on", async (t, open) => {
  const { url, model } = await pageApp(t);
  const page = await open(url);
  await ask(page, "Talk");
  const call = await model.call();
  await button(page, "Stop").click();
  await call.cancelled;
  await button(page, "Send").waitFor();
  await ask(page, "Again");
  (await model.call(1)).text("Yes");
  await answers(page).getByText("Yes").waitFor();
});

browserTest("Retry asks again and replaces the answer", async (t, open) => {
  const { url, model } = await pageApp(t);
  const page = await open(url);
  await ask(page, "Say a number");
  const first = await model.call();
  first.text("One");
  first.finish();
  await button(answers(page), "Retry").click();
  const second = await model.call(1);
  assert.equal(second.options.prompt.length, 1);
  second.text("Two");
  second.finish();
  await answers(page).getByText("Two").waitFor();
  await wireSays(page, "Complete");
  assert.deepEqual(await answers(page).locator(".md").allInnerTexts(), ["Two"]);
});

browserTest("an edited message takes the place of what came after it", async (t, open) => {
  const { url, model } = await pageApp(t);
  const page = await open(url);
  for (const [index, said] of ["First", "Second"].entries()) {
    await ask(page, said);
    const call = await model.call(index);
    call.text(`To ${said}`);
    call.finish();
    await wireSays(page, "Complete");
    await answers(page).nth(index).getByText(`To ${said}`).waitFor();
  }
  await questions(page).first().hover();
  await button(questions(page).first(), "Edit").click();
  await page.getByRole("textbox", { name: "Edit message" }).fill("Changed");
  await button(page, "Send again").click();
  const call = await model.call(2);
  assert.match(JSON.stringify(call.options.prompt), /^\[\{"role":"user".*"Changed"/);
  call.text("To the change");
  call.finish();
  await answers(page).getByText("To the change").waitFor();
  await wireSays(page, "Complete");
  assert.deepEqual(await questions(page).locator(".plain").allInnerTexts(), ["Changed"]);
  assert.deepEqual(await answers(page).locator(".md").allInnerTexts(), ["To the change"]);
});

browserTest("in wait mode the answer appears whole, and not before", async (t, open) => {
  const { url, model } = await pageApp(t);
  const page = await open(url);
  await page.getByText("Wait", { exact: true }).click();
  assert.ok(await page.getByRole("radio", { name: "Wait" }).isChecked());
  await ask(page, "Take your time");
  const call = await model.call();
  await wireSays(page, "Waiting for the whole answer");
  call.text("Half of it");
  assert.equal(await page.getByText("Half of it").count(), 0);
  assert.ok(await button(page, "Drop the connection").isDisabled());
  call.text(" and the rest");
  call.finish();
  await answers(page).getByText("Half of it and the rest").waitFor();
});

browserTest("the model that is chosen is the one that answers, for this conversation", async (t, open) => {
  const other = scriptedModel();
  const { url, model } = await pageApp(t, { models: [offer("test:other", other.model)] });
  const page = await open(url);
  await page.getByRole("combobox", { name: "Model" }).selectOption("test:other");
  await ask(page, "Who are you?");
  (await other.call()).text("The other");
  await answers(page).getByText("The other").waitFor();
  assert.equal(model.calls.length, 0);
  (await other.call()).finish();
  await wireSays(page, "Complete");
  await page.getByRole("link", { name: "New conversation" }).click();
  await page.getByRole("combobox", { name: "Model" }).selectOption("test:driven");
  await page.getByRole("link", { name: "Who are you?" }).click();
  await answers(page).getByText("The other").waitFor();
  assert.equal(await page.getByRole("combobox", { name: "Model" }).inputValue(), "test:other");
});

browserTest("instructions and temperature of a conversation reach the model", async (t, open) => {
  const { url, model } = await pageApp(t);
  const page = await open(url);
  await button(page, "Settings of this conversation").click();
  await page.getByRole("textbox", { name: "Instructions" }).fill("Answer in Latin.");
  await page.getByRole("spinbutton", { name: "Temperature" }).fill("0.5");
  await button(page, "Close the settings").click();
  await ask(page, "Hello");
  const { options } = await model.call();
  assert.deepEqual([options.prompt[0], options.temperature], [{ role: "system", content: "Answer in Latin." }, 0.5]);
});

browserTest(
  "code is shown with its language and copied without it, and a finished block stays the element it was",
  async (t, open) => {
    const { url, model } = await pageApp(t);
    const page = await open(url);
    await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
    await ask(page, "Code");
    const call = await model.call();
    call.text("```ts title=x\nconst a = 1 < 2;\n```\n\nAnd ", "so **on");
    await answers(page).locator("strong").getByText("on").waitFor();
    assert.equal(await answers(page).locator(".md-language").innerText(), "ts");
    await page.evaluate("window.block = document.querySelector('.md-code')");
    call.text("**.\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n- [x] done");
    call.finish();
    await wireSays(page, "Complete");
    assert.equal(await page.evaluate("window.block === document.querySelector('.md-code')"), true);
    assert.equal(await answers(page).getByRole("cell").count(), 2);
    assert.ok(await answers(page).getByRole("checkbox", { name: "Done" }).isChecked());
    await button(answers(page), "Copy code").click();
    await button(answers(page), "Copied").waitFor();
    assert.equal(await page.evaluate("navigator.clipboard.readText()"), "const a = 1 < 2;");
  },
);

browserTest("a reader who selects in a growing answer keeps the selection", async (t, open) => {
  const { url, model } = await pageApp(t);
  const page = await open(url);
  await ask(page, "Talk");
  const call = await model.call();
  call.text("Some words that a reader may want, ");
  await answers(page).getByText("a reader may want").waitFor();
  await page.evaluate(`{
    const range = document.createRange();
    const text = document.querySelector(".md p").firstChild;
    range.setStart(text, 0);
    range.setEnd(text, 10);
    getSelection().removeAllRanges();
    getSelection().addRange(range);
  }`);
  call.text("and *more* of them", " and more.\n\nAnd another.");
  call.finish();
  await wireSays(page, "Complete");
  assert.equal(await page.evaluate("getSelection().toString()"), "Some words");
});

browserTest("a conversation can be found again, renamed, deleted and brought back", async (t, open) => {
  const { url, model } = await pageApp(t);
  const page = await open(url);
  await ask(page, "Remember me");
  const call = await model.call();
  call.text("I do");
  call.finish();
  await wireSays(page, "Complete");
  await page.getByRole("link", { name: "New conversation" }).click();
  await page.getByRole("link", { name: "Remember me" }).click();
  await answers(page).getByText("I do").waitFor();
  await button(page, "More: Remember me").click();
  await button(page, "Delete").click();
  await page.getByRole("link", { name: "Remember me" }).waitFor({ state: "detached" });
  await button(page, "Undo").click();
  await page.getByRole("link", { name: "Remember me" }).waitFor();
});
