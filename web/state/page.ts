import { signal } from "@preact/signals";
import { announce } from "./announce.ts";
import { nextFrame, randomId } from "./browser.ts";
import { createChat } from "./chat.ts";
import { client } from "./client.ts";
import { createConversations } from "./conversations.ts";
import { shelf } from "./shelf.ts";
import { createStore } from "./storage.ts";

/** The state of this page, wired to this browser. Everything in it is made once and lives as long as the page. */

const store = createStore(shelf);
const wall = () => Date.now();
const now = () => performance.now();

export const conversations = createConversations({ store, newId: randomId, wall });

export const chat = createChat({
  client,
  conversations,
  store,
  newId: randomId,
  now,
  wall,
  frame: nextFrame,
  announce,
});

/** Whether the browser says that it has a network. */
export const online = signal(navigator.onLine);

/** Listens to the browser, and goes on with what was under way; called once. */
export function followBrowser(page: Window): void {
  for (const { id } of conversations.list.peek()) chat.goOn(id);
  page.addEventListener("pagehide", () => chat.keep());
  page.addEventListener("online", () => setOnline(true));
  page.addEventListener("offline", () => setOnline(false));
  page.addEventListener("storage", ({ key }) => {
    conversations.changedElsewhere(key);
  });
}

function setOnline(now: boolean): void {
  online.value = now;
  announce(now ? "You are online again" : "You are offline");
}
