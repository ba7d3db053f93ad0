import type { Chat } from "./chat-actions.ts";
import { before, type Conversation, type Entry, requestOf, withAnswer, withEntry } from "./conversation.ts";
import type { Conversations } from "./conversations.ts";
import { type Follow, type FollowSettings, followRun } from "./follow-run.ts";
import type { Run } from "./run.ts";
import { createRuns } from "./runs.ts";
import { type ConversationStore, changeOf, type Running } from "./storage.ts";

export type ChatWiring = FollowSettings & {
  conversations: Conversations;
  store: ConversationStore;
  newId: () => string;
};

/** What began longer ago, in ms, and has not said a word is not asked again by itself: nobody may be waiting any more. */
const STALE_MS = 10 * 60_000;

export function createChat(wiring: ChatWiring): Chat {
  const { conversations, store, newId, wall, announce } = wiring;
  const runs = createRuns();
  const follows = new Map<string, Follow>();
  /** What goes on unseen, for another tab has asked something else at the same time. */
  const aside = new Set<Run>();
  const at = () => new Date(wall()).toISOString();

  function start(id: string, running: Running) {
    const follow = followRun(running, wiring, (current) => keepRunning(id, current));
    const { run } = follow;
    runs.show(id, run);
    follows.set(id, follow);
    announce("Answering");
    void follow.ended.then(({ entry, text }) => {
      if (follows.get(id) === follow) follows.delete(id);
      const isAside = aside.delete(run);
      if (!isAside && runs.of(id) !== run) return;
      conversations.change(id, (conversation) => withAnswer(conversation, running.asked, entry));
      if (isAside) return;
      if (store.running(id)?.entryId === entry.id) store.clearRunning(id);
      announce(text);
    });
  }

  function keepRunning(id: string, running: Running) {
    try {
      store.setRunning(id, running);
    } catch {
      // No room: the answer goes on here, and only a reload would lose it. The conversations tell that there is no room.
    }
  }

  function ask(id: string) {
    const conversation = conversations.get(id);
    const last = conversation?.entries.at(-1);
    if (!conversation || last?.role !== "user") return;
    const asked = { asked: last.id, request: requestOf(conversation), mode: conversation.settings.mode };
    start(id, { v: 1, entryId: newId(), ...asked, key: newId(), startedAt: at() });
  }

  /** Takes no more notice of what runs. */
  function leave(id: string) {
    runs.forget(id);
    follows.get(id)?.discard();
    follows.delete(id);
  }

  /** The other tab has ended what is followed here and asked anew, or it has asked something beside it. */
  function giveWay(id: string, theirs: Running) {
    const follow = follows.get(id);
    const isKept = conversations.get(id)?.entries.some((entry) => entry.id === follow?.asked);
    if (follow && isKept && theirs.asked !== follow.asked) aside.add(follow.run);
    leave(id);
  }

  function forget(id: string) {
    const run = runs.of(id);
    const follow = follows.get(id);
    const soFar = follow?.soFar();
    // A deletion that is taken back brings back what was there.
    if (follow && soFar) conversations.change(id, (conversation) => withAnswer(conversation, follow.asked, soFar));
    leave(id);
    store.clearRunning(id);
    if (run?.active.peek()) run.stop().catch(() => undefined);
  }

  function say(id: string, text: string, change: (conversation: Conversation) => Conversation) {
    const entry: Entry = { id: newId(), role: "user", content: text, at: at() };
    conversations.change(id, (conversation) => withEntry(change(conversation), entry));
    ask(id);
  }

  function goOn(id: string) {
    const running = store.running(id);
    const conversation = conversations.get(id);
    if (!running || !conversation || runs.of(id)?.active.peek()) return;
    const known = conversation.entries.some((entry) => entry.id === running.entryId);
    const stale = !running.saved && wall() - Date.parse(running.startedAt) > STALE_MS;
    if (known || stale) store.clearRunning(id);
    else start(id, running);
  }

  return {
    runs: runs.all,
    goOn,
    forget,
    send(id, text, settings) {
      const known = id === undefined ? undefined : conversations.get(id);
      const conversation = known ?? conversations.create(settings);
      if (!known) conversations.add(conversation);
      say(conversation.id, text, (current) => current);
      return conversation.id;
    },
    retry(id) {
      forget(id);
      conversations.change(id, (conversation) => {
        const last = conversation.entries.at(-1);
        return last?.role === "assistant" ? before(conversation, last.id) : conversation;
      });
      ask(id);
    },
    resend(id, entryId, text) {
      forget(id);
      say(id, text, (conversation) => before(conversation, entryId));
    },
    stop(id) {
      const failed = () => announce("The answer could not be stopped. Try again.");
      runs.of(id)?.stop().catch(failed);
    },
    keep() {
      for (const follow of follows.values()) follow.keep();
    },
    changedElsewhere(key) {
      const changed = changeOf(key);
      if (changed?.what !== "running") return;
      const mine = runs.of(changed.id);
      const theirs = store.running(changed.id);
      if (mine && theirs && theirs.entryId !== mine.entryId && Date.parse(theirs.startedAt) >= mine.startedAt)
        giveWay(changed.id, theirs);
      goOn(changed.id);
    },
  };
}
