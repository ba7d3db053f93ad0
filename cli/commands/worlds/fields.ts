import type { OptionSpecs, Values } from "../../command.ts";
import { usageError } from "../../failures.ts";
import type { Io } from "../../io.ts";
import { didYouMean } from "../../suggest.ts";
import { textOrFile } from "../../text-file.ts";

/** The fields of worlds and agents as options of the command line. */

type Kind = "text" | "long text" | "number" | "whole number" | "switch";

export type Field = {
  /** The option, and where the field is: `timing.stall`. */
  option: string;
  path: readonly string[];
  kind: Kind;
  value: string;
  text: string;
};

const field = (path: string, kind: Kind, value: string, text: string): Field => ({
  option: path.replaceAll("_", "-"),
  path: path.split("."),
  kind,
  value,
  text,
});

const delay = (name: string, text: string): Field => field(`timing.${name}`, "whole number", "MS", text);

export const WORLD_FIELDS: readonly Field[] = [
  field("title", "text", "TEXT", "what people see"),
  field("description", "long text", "TEXT|@FILE", "what the world is for"),
  field("turn_limit", "whole number", "N", "answers of one agent in a turn (5)"),
  field("respond", "text", "WHO", "who answers where nobody is named: everyone (the default), first or mentioned"),
  field("memory", "switch", "", "agents remember what was said lately (the default); --no-memory: they do not"),
  delay("stall", "a message without a token for so long is reported as stalled"),
  delay("completion", "so long after the last event of a program outside the turn ends"),
  delay("response", "how long to wait for a program outside where no agent was woken"),
  delay("long_operation", "an agent without a sign for so long is reported, a message that hangs is cut off"),
];

export const AGENT_FIELDS: readonly Field[] = [
  field("instructions", "long text", "TEXT|@FILE", "who the agent is"),
  field("model", "text", "PROVIDER:MODEL", "the model that plays it; else the server's default"),
  field("temperature", "number", "N", "0 to 2"),
  field("max_tokens", "whole number", "N", "the longest answer"),
  field("streaming", "switch", "", "it speaks word by word (the default); --no-streaming: in whole messages"),
];

/** The options for these fields; `editing` adds the one that takes fields back. */
export function fieldOptions(fields: readonly Field[], editing = false): OptionSpecs {
  const own = fields.map(({ option, kind, value, text }) => [
    option,
    kind === "switch" ? { type: "boolean", text } : { type: "string", value, text },
  ]);
  const unset = {
    type: "string",
    multiple: true,
    value: "FIELD",
    text: "take a field back to its default (repeatable)",
  };
  return { ...Object.fromEntries(own), ...(editing ? { unset } : {}) };
}

/**
 * What the options say of the fields, as the body of a request; a field that is unset is null.
 * @throws CliError `usage` for a number that is none, and for `--unset` of a field that does not exist
 */
export function fieldsFrom(values: Values, fields: readonly Field[], io: Pick<Io, "cwd">): Record<string, unknown> {
  const body: Record<string, unknown> = {};
  for (const each of fields) {
    const value = values[each.option];
    if (value !== undefined) put(body, each.path, converted(each, value, io));
  }
  const unset = values["unset"];
  for (const name of Array.isArray(unset) ? (unset as readonly string[]) : []) {
    const { option, path } = fieldNamed(name, fields);
    if (values[option] !== undefined) throw usageError(`--${option} sets a field that --unset ${name} takes back.`);
    put(body, path, null);
  }
  return body;
}

function fieldNamed(name: string, fields: readonly Field[]): Field {
  const wanted = name.replaceAll("_", "-");
  const found = fields.find(({ option }) => option === wanted);
  if (found) return found;
  const known = fields.map(({ option }) => option);
  throw usageError(`There is no field "${name}" to unset. ${didYouMean(wanted, known, "The fields are")}`);
}

function put(body: Record<string, unknown>, [first = "", ...rest]: readonly string[], value: unknown): void {
  if (rest.length === 0) body[first] = value;
  else {
    const inner = (body[first] ?? {}) as Record<string, unknown>;
    put(inner, rest, value);
    body[first] = inner;
  }
}

function converted({ kind, option }: Field, value: Values[string], io: Pick<Io, "cwd">): unknown {
  if (typeof value !== "string") return value;
  if (kind === "long text") return textOrFile(io, value);
  if (kind === "text" || kind === "switch") return value;
  const number = value.trim() === "" ? Number.NaN : Number(value);
  if (kind === "number" ? Number.isFinite(number) : Number.isInteger(number)) return number;
  throw usageError(`--${option} must be a ${kind}; it is "${value}".`);
}
