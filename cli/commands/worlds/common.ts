import type { Call, Command, OptionSpecs } from "../../command.ts";
import { EXIT } from "../../failures.ts";
import { say, sayJson } from "../../io.ts";

/** What the verbs of `worlds` and `agents` have in common. */

export const FILE_OPTION: OptionSpecs = {
  file: { type: "string", short: "f", value: "FILE", text: "write to this file; JSON where its name ends in .json" },
};

export const YES_OPTION: OptionSpecs = { yes: { type: "boolean", short: "y", text: "do not ask" } };

export const DRY_RUN_OPTION: OptionSpecs = {
  "dry-run": { type: "boolean", text: "only say what would be changed" },
};

/** A command with what most of them have. */
export const verb = (command: Partial<Command> & Pick<Command, "name" | "summary" | "run">): Command => ({
  ...{ usage: "[options]", least: 0, most: 0, options: {}, examples: [] },
  ...command,
});

/** Prints something of the server: as YAML for people, as it came for programs. */
export async function print({ io, json }: Call, value: object): Promise<number> {
  if (json) sayJson(io, value);
  else say(io, (await import("./show.ts")).shown(value));
  return EXIT.ok;
}
