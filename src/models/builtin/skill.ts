import type { Sentence, Turn } from "./turn.ts";

/** A piece of an answer. An `exact` one is left as it is by orders about length. */
export type Part = {
  kind: "greeting" | "note" | "answer" | "unknown" | "reflection" | "closing";
  text: string;
  exact?: boolean;
};

/** Answers one sentence, if that is what it can do. */
export type Skill = (turn: Turn, sentence: Sentence) => Part | undefined;

/** An answer to a question. */
export const answer = (text: string): Part => ({ kind: "answer", text });
/** An answer that orders about length leave alone. */
export const exactly = (text: string): Part => ({ kind: "answer", text, exact: true });
