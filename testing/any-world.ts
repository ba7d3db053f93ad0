import fc from "fast-check";
import { anyUnicode } from "./any-unicode.ts";

/** Definitions of worlds with all that may stand in them, texts that files find hard to keep among it. */

const SNAGS = [
  "word",
  " ",
  "  ",
  "\n",
  "\n\n",
  "\t",
  ": ",
  "# ",
  "- ",
  "'",
  '"',
  "\r\n",
  "---",
  "yes",
  "1e3",
  "|",
  "\u0085",
];

const text = (maxLength: number) =>
  fc.oneof(
    fc.string({ maxLength, unit: "grapheme" }),
    anyUnicode({ maxLength }),
    fc.array(fc.constantFrom(...SNAGS), { maxLength: 40 }).map((parts) => parts.join("").slice(0, maxLength)),
    fc.lorem({ maxCount: 60 }).map((words) => words.slice(0, maxLength)),
  );

const name = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9_-]{0,20}$/).filter((each) => each.toUpperCase() !== "HUMAN");
const delay = fc.integer({ min: 1, max: 600_000 });

const anyAgent = fc.record(
  {
    name,
    instructions: text(500),
    model: text(50).filter((each) => each !== ""),
    // Not -0, which JSON does not know.
    temperature: fc.double({ min: 0, max: 2, noNaN: true }).map((each) => each + 0),
    max_tokens: fc.integer({ min: 1, max: 2 ** 40 }),
    streaming: fc.boolean(),
  },
  { requiredKeys: ["name"] },
);

export const anyWorld = fc.record(
  {
    name,
    title: text(200),
    description: text(300),
    turn_limit: fc.integer({ min: 1, max: 1000 }),
    respond: fc.constantFrom("everyone" as const, "first" as const, "mentioned" as const),
    memory: fc.boolean(),
    timing: fc.record(
      { stall: delay, completion: delay, response: delay, long_operation: delay },
      { requiredKeys: [] },
    ),
    agents: fc.uniqueArray(anyAgent, { maxLength: 5, selector: (each) => each.name.toLowerCase() }),
  },
  { requiredKeys: ["name"] },
);
