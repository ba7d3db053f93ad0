import type { Failure } from "../state/failure.ts";

/** What is wrong, by the name of the field; under "" what belongs to none of them. */
export type FieldFaults = Readonly<Record<string, string>>;

type Told = Pick<Failure, "code" | "message"> & { details?: readonly { path: string; message: string }[] };

/** Codes that speak of one field without saying so. */
const FIELD_OF: Readonly<Record<string, string>> = {
  invalid_world_name: "name",
  world_exists: "name",
  agent_exists: "name",
  unknown_model: "model",
};

/**
 * Brings what the server found to the fields of the form: `fields` are those that are shown. A detail of a field that is not
 * among them is told for all.
 */
export function faultsOf({ code, message, details = [] }: Told, fields: readonly string[]): FieldFaults {
  const faults: Record<string, string> = {};
  for (const detail of details) {
    const field = fieldAt(detail.path, fields);
    faults[field] ??= field ? sentence(detail) : detail.message;
  }
  if (details.length > 0) return faults;
  const field = FIELD_OF[code];
  return { [field !== undefined && fields.includes(field) ? field : ""]: message };
}

/** What is said of a save that was refused: where nothing is wrong at a field, what is wrong at all. */
export function refusedLine(faults: Readonly<Record<string, FieldFaults>>): string {
  const all = Object.values(faults).flatMap((ofOne) => Object.entries(ofOne));
  const isAtField = all.some(([field]) => field !== "");
  const why = isAtField ? undefined : all[0]?.[1];
  return `Not everything could be saved. ${why ?? "What is wrong stands at the fields."}`;
}

/** `timing.stall` stands in the field `stall`. */
function fieldAt(path: string, fields: readonly string[]): string {
  const name = path.replace(/^timing\./, "");
  return fields.includes(name) ? name : "";
}

/** Beside its field, the sentence need not name it: `"turn_limit" must be …` → `Must be …` */
function sentence({ path, message }: { path: string; message: string }): string {
  const rest = message.startsWith(`"${path}" `) ? message.slice(path.length + 3) : message;
  return rest.charAt(0).toUpperCase() + rest.slice(1);
}
