import { type Signal, signal } from "@preact/signals";
import type { Shelf } from "./storage.ts";

export type Drafts = {
  /** What is written in a conversation and not sent; without `id`, in the one that is about to begin. */
  of(id: string | undefined): Signal<string>;
};

/** Keeps what is being written while the reader looks elsewhere, and over a reload. */
export function createDrafts(shelf: Shelf): Drafts {
  const drafts = new Map<string, Signal<string>>();
  return {
    of(id = "") {
      const known = drafts.get(id);
      if (known) return known;
      const key = `chatwait/draft/${id}`;
      const draft = signal(shelf.getItem(key) ?? "");
      draft.subscribe((text) => keepDraft(shelf, key, text));
      drafts.set(id, draft);
      return draft;
    },
  };
}

function keepDraft(shelf: Shelf, key: string, text: string): void {
  try {
    if (text) shelf.setItem(key, text);
    else if (shelf.getItem(key) !== null) shelf.removeItem(key);
  } catch {
    // No room: the draft lives as long as the page.
  }
}
