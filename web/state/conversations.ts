import { type ReadonlySignal, signal } from "@preact/signals";
import { type ChatSettings, type Conversation, titleOf } from "./conversation.ts";
import { type ConversationStore, changeOf } from "./storage.ts";

/** The conversations of this browser, newest first, and what can be done with them. */
export type Conversations = {
  readonly list: ReadonlySignal<readonly Conversation[]>;
  /** What to tell when the browser has no room left; undefined while it has. */
  readonly full: ReadonlySignal<string | undefined>;
  get(id: string): Conversation | undefined;
  /** Makes a conversation; it is kept from its first message on. */
  create(settings: ChatSettings): Conversation;
  /** Reads what is kept now, applies `change` to it and keeps the result: another tab may have written meanwhile. */
  change(id: string, change: (conversation: Conversation) => Conversation): Conversation | undefined;
  add(conversation: Conversation): void;
  rename(id: string, title: string): void;
  /** Returns what brings it back. */
  remove(id: string): () => void;
  /** Takes over what another tab did, by the key of its `storage` event (null: everything). */
  changedElsewhere(key: string | null): void;
};

export type ConversationsSettings = {
  store: ConversationStore;
  newId: () => string;
  /** Milliseconds since 1970. */
  wall: () => number;
};

const FULL =
  "This browser has no room left for conversations, so what is said now is lost with this page. Delete conversations to make room.";

export function createConversations({ store, newId, wall }: ConversationsSettings): Conversations {
  const list = signal(sorted(store.ids().flatMap((id) => store.read(id) ?? [])));
  const full = signal<string>();
  const get = (id: string) => list.peek().find((conversation) => conversation.id === id);

  function put(conversation: Conversation) {
    list.value = sorted([conversation, ...list.peek().filter(({ id }) => id !== conversation.id)]);
    try {
      store.write(conversation);
      full.value = undefined;
    } catch {
      full.value = FULL;
    }
  }

  function change(id: string, alter: (conversation: Conversation) => Conversation) {
    // Where the last write found no room, what is in memory is the newer one.
    const current = (full.peek() ? undefined : store.read(id)) ?? get(id);
    if (!current) return undefined;
    const altered = alter(current);
    put(altered);
    return altered;
  }

  function remove(id: string) {
    const removed = get(id);
    store.remove(id);
    list.value = list.peek().filter((conversation) => conversation.id !== id);
    full.value = undefined;
    return () => {
      if (removed) put(removed);
    };
  }

  function changedElsewhere(key: string | null) {
    const changed = changeOf(key);
    if (key === null) list.value = sorted(store.ids().flatMap((id) => store.read(id) ?? []));
    if (changed?.what !== "conversation") return;
    const others = list.peek().filter(({ id }) => id !== changed.id);
    const kept = store.read(changed.id);
    list.value = sorted(kept ? [kept, ...others] : others);
  }

  return {
    list,
    full,
    get,
    change,
    remove,
    changedElsewhere,
    add: put,
    create: (settings) => {
      const updatedAt = new Date(wall()).toISOString();
      return { v: 1, id: newId(), title: titleOf(""), updatedAt, settings, entries: [] };
    },
    rename: (id, title) =>
      void change(id, (conversation) => {
        const name = title.trim();
        const first = conversation.entries[0]?.content ?? "";
        return name
          ? { ...conversation, title: name, named: true }
          : { ...conversation, title: titleOf(first), named: false };
      }),
  };
}

const sorted = (conversations: readonly Conversation[]): readonly Conversation[] =>
  [...conversations].sort((a, b) => (a.updatedAt < b.updatedAt ? 1 : a.updatedAt > b.updatedAt ? -1 : 0));
