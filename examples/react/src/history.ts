import type { ChatWaitUIMessage } from "chatwait/ai-sdk";

/** Where the conversation is kept. An app of yours would ask its own server; ChatWait keeps no history. */
const KEY = "history";

export function loadHistory(): ChatWaitUIMessage[] {
  return JSON.parse(localStorage.getItem(KEY) ?? "[]");
}

export function saveHistory(messages: ChatWaitUIMessage[]): void {
  localStorage.setItem(KEY, JSON.stringify(messages));
}
