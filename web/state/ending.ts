/** How an answer ended where it is not a whole one: under its text, in the line of the wire, and to those who listen. */
export type Ending = { line: string; wire: string; said: string };

type Ended = { content: string; reason?: string; failure?: unknown };

const ending = (line: string, wire: string, said: string): Ending => ({ line, wire, said });

const LENGTH = "The answer reached its greatest length.";
const FILTER = "The model's filter ended the answer.";
const SILENT = "The model fell silent.";

/** By the reason of a message; a map, for a reason may have any name. */
const CUT: ReadonlyMap<string, Ending> = new Map([
  ["cancelled", ending("Stopped.", "Stopped", "Answer stopped")],
  ["length", ending(LENGTH, "Cut at the length limit", LENGTH)],
  ["content_filter", ending(FILTER, "Ended by a filter", FILTER)],
  ["timeout", ending(SILENT, "The model fell silent", SILENT)],
]);

const NOTHING = "The model answered nothing.";
const EMPTY = ending(NOTHING, "Over, without a word", NOTHING);

/** Undefined where an answer is whole, or its failure says all there is to say. */
export function endingOf({ content, reason = "", failure }: Ended): Ending | undefined {
  const cut = CUT.get(reason);
  if (cut || failure !== undefined) return cut;
  return content.trim() === "" ? EMPTY : undefined;
}

const TURN_ENDS: ReadonlyMap<string, string> = new Map([
  ["turn_limit", "Ended at the turn limit"],
  ["no_recipient", "Nobody was addressed"],
]);

type Part = { content: string; reason?: string | undefined };

/** What the wire says after a `done` with that reason: a part never looks like the whole. */
export function wireEnd(reason: string, messages: readonly Part[]): string {
  const end = TURN_ENDS.get(reason) ?? CUT.get(reason)?.wire;
  if (end !== undefined) return end;
  if (messages.some(({ reason: its = "" }) => CUT.has(its) || its === "error")) return "Over, not all whole";
  // Of the reasons that are left only the chat's own promises an answer.
  return reason === "stop" && !messages.at(-1)?.content.trim() ? EMPTY.wire : "Complete";
}
