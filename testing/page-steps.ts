import type { Locator, Page } from "playwright-core";

// What people do on the page, by the names that a screen reader would tell them.

export const messageBox = (page: Page): Locator => page.getByRole("textbox", { name: "Message", exact: true });

export const answers = (page: Page): Locator => page.getByRole("article", { name: "Assistant said" });

export const questions = (page: Page): Locator => page.getByRole("article", { name: "You said" });

export const button = (page: Page | Locator, name: string | RegExp): Locator =>
  page.getByRole("button", typeof name === "string" ? { name, exact: true } : { name });

/** Writes a message and sends it, with the keyboard. */
export async function ask(page: Page, text: string): Promise<void> {
  await messageBox(page).fill(text);
  await messageBox(page).press("Enter");
}

/** Resolves once the page says this of its connection: "Receiving", "Complete". */
export const wireSays = (page: Page, state: string | RegExp): Promise<void> =>
  page.locator(".wire-line .wire-state").filter({ hasText: state }).waitFor();

/** Leaves a finished conversation in the browser, as if it had been had there, and shows it. */
export async function showStored(
  page: Page,
  said: readonly (readonly [role: "user" | "assistant", content: string])[],
) {
  const at = "2026-01-02T03:04:05.000Z";
  const entries = said.map(([role, content], index) => ({ id: `entry${index}`, role, content, at }));
  const conversation = {
    v: 1,
    id: "stored",
    title: said[0]?.[1],
    updatedAt: at,
    settings: { mode: "stream" },
    entries,
  };
  await page.evaluate(([key, value]) => localStorage.setItem(key, value), [
    "chatwait/conversation/stored",
    JSON.stringify(conversation),
  ] as const);
  await page.goto(`${new URL(page.url()).origin}/#/c/stored`);
  await page.reload();
}
