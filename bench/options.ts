import { parseArgs } from "node:util";
import { SCENARIOS } from "./scenarios.ts";
import { SUBJECTS } from "./subjects.ts";

export type Options = {
  rounds: number;
  window: number;
  settle: number;
  scenarios: string[];
  /** Undefined: those that each scenario names. */
  subjects: string[] | undefined;
  profile: string | undefined;
  save: boolean;
};

export const HELP = `Measures ChatWait beside its floors and a peer. Linux only: it reads /proc.

npm run bench -- [options]
  --quick            one round of 3 s, nothing is saved
  --rounds N         rounds, interleaved (default 3)
  --seconds N        length of a measured window (default 10)
  --only A,B         scenarios, by name or by what the names of several begin with: ${SCENARIOS.map(({ name }) => name).join(", ")}
  --subjects A,B     servers: ${SUBJECTS.map(({ name }) => name).join(", ")}
  --profile DIR      writes a profile of each window to DIR (Node servers), prints where the time went; saves no results
  --help
`;

/** Reads the command line. Undefined where help is asked for. Throws an Error whose message is for the user. */
export function readOptions(args: string[]): Options | undefined {
  const { values } = parseArgs({
    args,
    options: {
      quick: { type: "boolean", default: false },
      rounds: { type: "string" },
      seconds: { type: "string" },
      only: { type: "string" },
      subjects: { type: "string" },
      profile: { type: "string" },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) return undefined;
  const every = SCENARIOS.map(({ name }) => name);
  return {
    rounds: positive("rounds", values.rounds ?? (values.quick || values.profile ? "1" : "3")),
    window: positive("seconds", values.seconds ?? (values.quick ? "3" : "10")),
    settle: values.quick ? 2 : 3,
    scenarios: named("--only", values.only && scenariosOf(values.only, every), every) ?? every,
    subjects: named(
      "--subjects",
      values.subjects,
      SUBJECTS.map(({ name }) => name),
    ),
    profile: values.profile,
    save: !values.quick && values.profile === undefined,
  };
}

function positive(name: string, text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value > 0) return value;
  throw new Error(`--${name} must be a whole number from 1 up, not "${text}".`);
}

/** `servers` stands for all those whose names begin with `servers-`. */
function scenariosOf(only: string, every: string[]): string {
  const begun = (word: string) => every.filter((name) => name.startsWith(`${word}-`));
  return only
    .split(",")
    .flatMap((word) => (every.includes(word) || begun(word).length === 0 ? [word] : begun(word)))
    .join(",");
}

function named(option: string, text: string | undefined, known: string[]): string[] | undefined {
  const names = text?.split(",");
  const unknown = names?.find((name) => !known.includes(name));
  if (unknown !== undefined) throw new Error(`${option}: "${unknown}" is none of ${known.join(", ")}.`);
  return names;
}
