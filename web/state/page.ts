import { signal } from "@preact/signals";
import { announce } from "./announce.ts";
import { nextFrame, randomId } from "./browser.ts";
import { createChat } from "./chat.ts";
import { client } from "./client.ts";
import type { ChatSettings } from "./conversation.ts";
import { createConversations } from "./conversations.ts";
import { createDrafts } from "./drafts.ts";
import { createModels } from "./models.ts";
import { remembered } from "./preferences.ts";
import { shelf, tabShelf } from "./shelf.ts";
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

export const models = createModels(client);

export const drafts = createDrafts(tabShelf);

/** How the next new conversation is begun. */
export const newMode = remembered(shelf, "mode", ["stream", "wait"]);
export const newSettings = signal<Omit<ChatSettings, "mode">>({});

export const theme = remembered(shelf, "theme", ["auto", "light", "dark"]);

/** Whether `/` and `?` alone do something: some voices and keyboards press them by accident. */
export const singleKeys = remembered(shelf, "single-keys", ["on", "off"]);

/** Whether the browser says that it has a network. */
export const online = signal(navigator.onLine);

/** Listens to the browser, and goes on with what was under way; called once. */
export function followBrowser(page: Window): void {
  for (const { id } of conversations.list.peek()) chat.goOn(id);
  void models.load();
  theme.subscribe((choice) => {
    if (choice === "auto") delete page.document.documentElement.dataset["theme"];
    else page.document.documentElement.dataset["theme"] = choice;
  });
  page.addEventListener("pagehide", () => chat.keep());
  // A page that is not looked at may be ended without another word, on phones above all.
  page.document.addEventListener("visibilitychange", () => page.document.hidden && chat.keep());
  page.addEventListener("online", () => setOnline(true));
  page.addEventListener("offline", () => setOnline(false));
  page.addEventListener("storage", ({ key }) => {
    conversations.changedElsewhere(key);
    chat.changedElsewhere(key);
  });
}

function setOnline(now: boolean): void {
  online.value = now;
  announce(now ? "You are online again" : "You are offline");
  if (now) void models.load();
}
