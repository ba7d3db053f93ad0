import { chat, singleKeys } from "../state/page.ts";
import { chatHref, goTo, route } from "../state/route.ts";
import { shortcutsOpen } from "../state/shortcuts-open.ts";
import { sidebarOpen } from "../state/sidebar.ts";
import { focusComposer, isTyping } from "./focus.ts";

/** Listens to the keys that mean something wherever the focus is; returns what lets go. */
export function followKeys(page: Document): () => void {
  const onKey = (event: KeyboardEvent) => {
    if (event.defaultPrevented || event.isComposing || page.querySelector("dialog[open]")) return;
    if (act(event)) event.preventDefault();
  };
  page.addEventListener("keydown", onKey);
  return () => page.removeEventListener("keydown", onKey);
}

function act(event: KeyboardEvent): boolean {
  const { key, ctrlKey, metaKey, altKey, shiftKey } = event;
  if (key === "Escape") return leave();
  if ((ctrlKey || metaKey) && !altKey && !shiftKey && key.toLowerCase() === "k") return newConversation();
  if (ctrlKey || metaKey || altKey || singleKeys.value === "off" || isTyping(event.target)) return false;
  if (key === "?") shortcutsOpen.value = true;
  else if (key === "/") focusComposer();
  return key === "?" || key === "/";
}

function newConversation(): boolean {
  goTo(chatHref());
  focusComposer();
  return true;
}

function leave(): boolean {
  if (sidebarOpen.value) {
    sidebarOpen.value = false;
    return true;
  }
  const { value } = route;
  const id = value.view === "chat" ? value.id : undefined;
  if (!id || !chat.runs.value.get(id)?.active.value) return false;
  chat.stop(id);
  return true;
}
