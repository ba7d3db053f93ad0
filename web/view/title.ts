import { effect } from "@preact/signals";
import { chat, conversations } from "../state/page.ts";
import { type Route, route } from "../state/route.ts";

/** Keeps the title of the window: where the reader is, and quietly whether something is being written. */
export function followTitle(page: Document): () => void {
  return effect(() => {
    const writing = [...chat.runs.value.values()].some(({ active }) => active.value);
    const place = placeOf(route.value);
    page.title = `${writing ? "… " : ""}${place ? `${place} – ` : ""}ChatWait`;
  });
}

function placeOf(now: Route): string | undefined {
  if (now.view === "nowhere") return "Not found";
  if (now.view !== "chat") return now.world;
  return conversations.list.value.find(({ id }) => id === now.id)?.title;
}
