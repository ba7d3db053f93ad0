import { type ReadonlySignal, signal } from "@preact/signals";
import type { Message, StreamEvent } from "../../client/types.ts";

export type Exactness = {
  /** Undefined until a message has ended; false for good once one was not its own pieces put together. */
  readonly exact: ReadonlySignal<boolean | undefined>;
  /** What was there before the first event. */
  begin(messages: readonly Message[]): void;
  took(event: StreamEvent): void;
};

/** Puts the pieces of each message together by itself, and compares them with what the server says the whole is (R-TEXT). */
export function createExactness(): Exactness {
  const exact = signal<boolean>();
  const texts = new Map<string, string>();
  return {
    exact,
    begin(messages) {
      for (const { message_id, content } of messages) texts.set(message_id, content);
    },
    took(event) {
      if (event.type === "token") texts.set(event.message_id, (texts.get(event.message_id) ?? "") + event.text);
      if (event.type !== "message_end") return;
      const joined = texts.get(event.message_id) ?? "";
      texts.delete(event.message_id);
      exact.value = exact.peek() !== false && joined === event.content;
    },
  };
}
