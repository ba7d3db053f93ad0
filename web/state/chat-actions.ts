import type { ReadonlySignal } from "@preact/signals";
import type { ChatSettings } from "./conversation.ts";
import type { Run } from "./run.ts";

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
  /** Goes on with what was under way when the page was closed, or in another tab. */
  goOn(id: string): void;
  /** Writes down where the running answers stand: the page is about to go. */
  keep(): void;
  /** Ends what runs in a conversation that is being deleted; what was written so far stays in it. */
  forget(id: string): void;
  /** Joins an answer that another tab began, by the key of its `storage` event. */
  changedElsewhere(key: string | null): void;
};
