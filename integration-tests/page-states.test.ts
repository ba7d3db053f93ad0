import assert from "node:assert/strict";
import { modelFailure } from "../src/models/failure.ts";
import { browserTests } from "../testing/browser.ts";
import { pageApp } from "../testing/page-app.ts";
import { answers, ask, button, messageBox, wireSays } from "../testing/page-steps.ts";
import { until } from "../testing/until.ts";

// What the page says where something does not go well, and the way on that it offers.

const browserTest = browserTests();

/** The browser itself writes to the console that a request was refused. */
const refused = [/Failed to load resource: the server responded with a status of (?:400|403|404|410|429|5\d\d)/];

browserTest("an answer that fails half-way keeps its text, says why, and can be asked for again", async (t, open) => {
  const { url, model } = await pageApp(t);
  const page = await open(url);
  await ask(page, "Talk");
  const call = await model.call();
  call.text("So far");
  await answers(page).getByText("So far").waitFor();
  call.fail(modelFailure("model_cut"));
  await page.getByText("model_cut").waitFor();
  await wireSays(page, "Failed");
  assert.equal(await answers(page).locator(".md").innerText(), "So far");
  await button(page, "Retry").first().click();
  const again = await model.call(1);
  again.text("Whole");
  again.finish();
  await answers(page).getByText("Whole").waitFor();
  await page.getByText("model_cut").waitFor({ state: "detached" });
});

browserTest(
  "a message that the server refuses is kept, with the server's own words on how to mend it",
  async (t, open) => {
    const { url } = await pageApp(t, { env: { CHATWAIT_MAX_MESSAGE_CHARS: "10" } });
    const page = await open(url, { allow: refused });
    await ask(page, "Longer than ten characters");
    await page.getByText("message_too_long").waitFor();
    await page
      .getByText(/at most 10|10 characters/)
      .first()
      .waitFor();
    await page.getByRole("article", { name: "You said" }).getByText("Longer than ten characters").waitFor();
  },
);

browserTest("where many requests came, the page counts down, and lets one cancel", async (t, open) => {
  const { url, model } = await pageApp(t, { env: { CHATWAIT_RATE_LIMIT: "1" } });
  const page = await open(url, { allow: refused });
  await ask(page, "First");
  const call = await model.call();
  call.text("Yes");
  call.finish();
  await wireSays(page, "Complete");
  await ask(page, "Second");
  await page.getByText(/^Many requests came from your address\. This one is sent again in \d+ s/).waitFor();
  await wireSays(page, /^Not taken yet$/);
  await button(page, "Cancel").click();
  await page.getByText("and the server asked for a pause").waitFor();
  await button(page, "Retry now").waitFor();
  assert.equal(model.calls.length, 1);
  await ask(page, "Third");
  await page.getByText(/^Many requests came from your address\. This one is sent again in \d+ s/).waitFor();
  assert.equal(
    await page
      .locator(".thread")
      .getByText(/Try again in/)
      .count(),
    0,
    "of what was given up, no time is told for ever",
  );
});

browserTest("an address that leads nowhere says so, and keeps nobody from going on", async (t, open) => {
  const { url } = await pageApp(t);
  const page = await open(`${url}/#/worlds/default`);
  await page.getByRole("heading", { name: "There is nothing at this address" }).waitFor();
  assert.equal(await messageBox(page).count(), 0);
  await page.getByRole("link", { name: "Begin a new conversation" }).click();
  await messageBox(page).waitFor();
});

browserTest("at the end of the countdown it asks again by itself", async (t, open) => {
  const { url } = await pageApp(t, { env: { CHATWAIT_RATE_LIMIT: "1" } });
  const page = await open(url, { allow: refused });
  const starts: string[] = [];
  page.on("request", (request) => {
    if (request.method() === "POST") starts.push(request.url());
  });
  await page.clock.install();
  await ask(page, "First");
  await button(page, "Stop").click();
  await button(page, "Send").waitFor();
  await ask(page, "Second");
  await page.getByText(/^Many requests came/).waitFor();
  assert.equal(starts.length, 2);
  await page.clock.fastForward(61_000);
  await until(() => starts.length === 3);
});

browserTest(
  "a server that goes away in the middle of an answer is told apart from an answer that ended",
  async (t, open) => {
    const { app, url, model } = await pageApp(t);
    const page = await open(url, { allow: [/ERR_/, ...refused] });
    await ask(page, "Talk");
    const call = await model.call();
    call.text("So far");
    await answers(page).getByText("So far").waitFor();
    await app.shelf.close("shutting_down");
    await page
      .getByText(/shutting_down|Trying again|Reconnecting/)
      .first()
      .waitFor();
    assert.equal(await answers(page).locator(".md").innerText(), "So far");
  },
);

browserTest(
  "an answer that was forgotten while the page was away is said to be gone, and its text stays",
  async (t, open) => {
    const { url, model, app } = await pageApp(t, { env: { CHATWAIT_RETENTION_MS: "1" } });
    const page = await open(url, { allow: refused });
    await ask(page, "Talk");
    const call = await model.call();
    call.text("So far");
    await answers(page).getByText("So far").waitFor();
    await page.goto("about:blank");
    call.text(" and more");
    call.finish();
    await until(() => app.shelf.counts().kept === 0, "forgotten");
    await page.goto(url);
    await page.getByRole("link", { name: "Talk" }).click();
    await page.getByText("stream_expired").waitFor();
    await page.getByText("So far").waitFor();
    await button(page, "Retry").first().waitFor();
  },
);

browserTest("a conversation and a world that are not there are explained, not an empty page", async (t, open) => {
  const { url } = await pageApp(t);
  const page = await open(`${url}/#/c/nothing`, { allow: refused });
  await page.getByRole("heading", { name: "This conversation is not here" }).waitFor();
  await page.getByRole("link", { name: "Begin a new conversation" }).click();
  await messageBox(page).waitFor();
  await page.goto(`${url}/#/w/nothing`);
  await page
    .getByText(/no world|not here|world_not_found/i)
    .first()
    .waitFor();
});

browserTest("an answer that was stopped, cut or empty is called complete nowhere", async (t, open) => {
  const { url, model } = await pageApp(t);
  const page = await open(url);
  await ask(page, "Stopped");
  (await model.call()).text("Half");
  await answers(page).getByText("Half").waitFor();
  await button(page, "Stop").click();
  await wireSays(page, /^Stopped$/);
  await ask(page, "Cut");
  const cut = await model.call(1);
  cut.text("Half");
  cut.finish({ reason: "length" });
  await wireSays(page, /^Cut at the length limit$/);
  await ask(page, "Empty");
  (await model.call(2)).finish();
  await wireSays(page, /^Over, without a word$/);
  const last = answers(page).last();
  await last.getByText("The model answered nothing.").waitFor();
  await button(last, "Retry").waitFor();
  assert.equal(await page.getByText("Complete").count(), 0);
});

browserTest("a browser that has no room left still chats, and the page says that it is not kept", async (t, open) => {
  const { url, model } = await pageApp(t);
  const page = await open("about:blank", { origins: [url] });
  await page.addInitScript(
    "Storage.prototype.setItem = () => { throw new DOMException('full', 'QuotaExceededError'); }",
  );
  await page.goto(url);
  await ask(page, "Talk");
  const call = await model.call();
  call.text("Still here");
  call.finish();
  await answers(page).getByText("Still here").waitFor();
  await wireSays(page, "Complete");
  await page.getByText("This browser has no room left for conversations").waitFor();
});

/** As a browser does that keeps nothing for any site: reading the property throws. */
const BLOCKED = `for (const name of ["localStorage", "sessionStorage"])
  Object.defineProperty(globalThis, name, { get() { throw new DOMException("denied", "SecurityError"); } });`;

browserTest(
  "a browser that lets no page keep anything still chats, and the page says so everywhere",
  async (t, open) => {
    const { url, model } = await pageApp(t);
    const page = await open("about:blank", { origins: [url] });
    await page.addInitScript(BLOCKED);
    await page.goto(url);
    const lost = page.getByText("This browser does not let the page keep anything");
    await lost.waitFor();
    await page.getByText("This browser keeps nothing for the page").waitFor();
    await ask(page, "Talk");
    const call = await model.call();
    call.text("Still here");
    call.finish();
    await answers(page).getByText("Still here").waitFor();
    await page.reload();
    await page.getByRole("heading", { name: "This conversation is not here" }).waitFor();
    await page.getByText("This browser does not let the page store them").waitFor();
    await page.goto(`${url}/#/w/default`);
    await page.getByRole("checkbox", { name: "Follow the room" }).waitFor();
    await lost.waitFor();
  },
);

browserTest("a wait that fails says so as a stream does", async (t, open) => {
  const { url, model } = await pageApp(t);
  const page = await open(url, { allow: refused });
  await page.getByText("Wait", { exact: true }).click();
  await ask(page, "Talk");
  (await model.call()).fail(modelFailure("model_error"));
  await page.getByText("model_error").waitFor();
  await button(page, "Retry").first().waitFor();
});
