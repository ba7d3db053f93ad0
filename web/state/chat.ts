import { type ReadonlySignal, signal } from "@preact/signals";
import type { Client, Connection } from "../../client/types.ts";
import type { Answer } from "./answer.ts";
import { before, type ChatSettings, type Conversation, type Entry, requestOf, withEntry } from "./conversation.ts";
import type { Conversations } from "./conversations.ts";
import { exactnessText, resumeNote } from "./resumes.ts";
import { begin, type Outcome, type Run } from "./run.ts";
import { type ConversationStore, changeOf, type Running } from "./storage.ts";

/** What a person can do in the chat. */
export type Chat = {
  /** The latest run of each conversation, under way or over, by the conversation's id. */
  readonly runs: ReadonlySignal<ReadonlyMap<string, Run>>;
  /** Asks; without `id` in a new conversation. Returns the conversation's id. */
  send(id: string | undefined, text: string, settings: ChatSettings): string;
  /** Asks the last question again; the answer that is there goes. */
  retry(id: string): void;
  /** Takes the place of a user's message and asks; all that came after it goes. */
  resend(id: string, entryId: string, text: string): void;
  stop(id: string): void;
  /** Goes on with what was under way when the page was closed or in another tab. */
  goOn(id: string): void;
  /** Writes down where the running answers stand: the page is about to go. */
  keep(): void;
  /** Ends what runs in a conversation that is being deleted. */
  forget(id: string): void;
  /** Joins an answer that another tab began, by the key of its `storage` event. */
  changedElsewhere(key: string | null): void;
};

export type ChatWiring = {
  client: Client;
  conversations: Conversations;
  store: ConversationStore;
  newId: () => string;
  /** ms on a clock that never goes back. */
  now: () => number;
  /** Milliseconds since 1970. */
  wall: () => number;
  frame: (run: () => void) => () => void;
  announce: (text: string) => void;
};

/** How often, in ms, the position of a running answer is written down. */
const KEEP_EVERY_MS = 400;

/** What has stood still for longer is not asked again by itself: nobody may be waiting for it any more. */
const STALE_MS = 10 * 60_000;

/** So many lines about resumes are kept with a message, the latest ones. */
const MOST_NOTES = 20;

/** The runs that are over are kept for their traces, only so many of them. */
const MOST_RUNS = 20;

export function createChat(wiring: ChatWiring): Chat {
  const { client, conversations, store, newId, now, wall, frame, announce } = wiring;
  const runs = signal<ReadonlyMap<string, Run>>(new Map());
  const at = () => new Date(wall()).toISOString();
  const runOf = (id: string) => runs.peek().get(id);
  const keepers = new Map<Run, () => void>();

  function ask(id: string) {
    const conversation = conversations.get(id);
    if (conversation?.entries.at(-1)?.role !== "user") return;
    const { mode } = conversation.settings;
    const request = requestOf(conversation);
    start(id, { v: 1, entryId: newId(), mode, request, key: newId(), startedAt: at() });
  }

  function start(id: string, running: Running) {
    let current = running;
    let keptAt = Number.NEGATIVE_INFINITY;
    function keep(answer?: Answer) {
      const saved = answer?.save();
      if (saved) current = { ...current, saved, savedAt: at() };
      keptAt = now();
      keepRunning(id, current);
    }
    keep();
    const run = begin(running, {
      client,
      now,
      wall,
      frame,
      onEvent: (_event, answer) => {
        if (now() - keptAt >= KEEP_EVERY_MS) keep(answer);
      },
      onResume: (resume) => {
        current = { ...current, notes: [...(current.notes ?? []), resumeNote(resume)].slice(-MOST_NOTES) };
        announce(resume.text);
      },
      onConnection: announceConnection(announce),
    });
    keepers.set(run, () => keep(run.answer));
    announce("Answering");
    show(id, run);
    void run.outcome.then((outcome) => ended(id, run, outcome, current.notes ?? []));
  }

  function keepRunning(id: string, running: Running) {
    try {
      store.setRunning(id, running);
    } catch {
      // No room: the answer goes on here, and only a reload would lose it. The conversations tell that there is no room.
    }
  }

  function show(id: string, run: Run) {
    const rest = [...runs.peek()].filter(([other]) => other !== id);
    const over = rest.filter(([, { active }]) => !active.peek());
    const forgotten = new Set(over.slice(0, Math.max(0, over.length - MOST_RUNS)).map(([other]) => other));
    runs.value = new Map([...rest.filter(([other]) => !forgotten.has(other)), [id, run]]);
  }

  function ended(id: string, run: Run, outcome: Outcome, notes: readonly string[]) {
    keepers.delete(run);
    if (runOf(id) !== run) return;
    conversations.change(id, (conversation) => withEntry(conversation, entryOf(run.entryId, outcome, notes, at())));
    if (store.running(id)?.entryId === run.entryId) store.clearRunning(id);
    announce(endText(outcome));
  }

  /** Ends what runs, and takes no more notice of it. */
  function abandon(id: string) {
    const run = runOf(id);
    runs.value = new Map([...runs.peek()].filter(([other]) => other !== id));
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
    if (!running || !conversation || runOf(id)?.active.peek()) return;
    if (conversation.entries.some((entry) => entry.id === running.entryId)) return store.clearRunning(id);
    const stale = wall() - Date.parse(running.savedAt ?? running.startedAt) > STALE_MS;
    if (stale && !running.saved) return store.clearRunning(id);
    start(id, running);
  }

  return {
    runs,
    goOn,
    send: (id, text, settings) => {
      const conversation = (id && conversations.get(id)) || conversations.create(settings);
      if (conversation.id !== id) conversations.add(conversation);
      say(conversation.id, text, (current) => current);
      return conversation.id;
    },
    retry: (id) => {
      abandon(id);
      conversations.change(id, (conversation) => {
        const last = conversation.entries.at(-1);
        return last?.role === "assistant" ? before(conversation, last.id) : conversation;
      });
      ask(id);
    },
    resend: (id, entryId, text) => {
      abandon(id);
      say(id, text, (conversation) => before(conversation, entryId));
    },
    stop: (id) => {
      runOf(id)
        ?.stop()
        .catch(() => announce("The answer could not be stopped. Try again."));
    },
    keep: () => {
      for (const keep of keepers.values()) keep();
    },
    forget: abandon,
    changedElsewhere: (key) => {
      const changed = changeOf(key);
      if (changed?.what === "running") goOn(changed.id);
    },
  };
}

const entryOf = (id: string, outcome: Outcome, notes: readonly string[], at: string): Entry => ({
  id,
  role: "assistant",
  content: outcome.content,
  at,
  ...(outcome.reason ? { reason: outcome.reason } : {}),
  ...(outcome.failure ? { failure: outcome.failure } : {}),
  ...(notes.length ? { notes: withExactness(notes, outcome.exact) } : {}),
});

const withExactness = (notes: readonly string[], exact: boolean | undefined): string[] =>
  exact === undefined ? [...notes] : [...notes, exactnessText(exact)];

const endText = ({ failure, reason }: Outcome): string =>
  failure ? failure.message : reason === "cancelled" ? "Answer stopped" : "Answer complete";

/** Says that a connection is lost once, however many attempts it takes. */
export function announceConnection(announce: (text: string) => void): (connection: Connection) => void {
  let lost = false;
  return ({ status }) => {
    if (status === "waiting" && !lost) announce("Connection lost, reconnecting");
    if (status === "waiting" || status === "open") lost = status === "waiting";
  };
}
