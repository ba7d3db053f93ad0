import type { Connection } from "../../client/types.ts";
import type { Entry } from "./conversation.ts";
import { endingOf } from "./ending.ts";
import type { Failure } from "./failure.ts";
import { exactnessText } from "./resumes.ts";

/** What became of an answer. */
export type Outcome = { content: string; reason?: string; failure?: Failure; exact?: boolean };

/** The answer as it is kept; `notes` tell of its resumes, and where there were any, whether the text is exact. */
export const entryOf = (id: string, outcome: Outcome, notes: readonly string[], at: string): Entry => ({
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

/** What is said of the end to those who listen. */
export const endText = (outcome: Outcome): string =>
  outcome.failure?.message ?? endingOf(outcome)?.said ?? "Answer complete";

/** Says that a connection is lost once, however many attempts it takes to come back. */
export function announceLoss(announce: (text: string) => void): (connection: Connection) => void {
  let lost = false;
  return ({ status }) => {
    if (status === "waiting" && !lost) announce("Connection lost, reconnecting");
    if (status === "waiting" || status === "open") lost = status === "waiting";
  };
}
