import type { DatabaseSync } from "node:sqlite";
import type { z } from "zod";
import { expectation, pathOf } from "../protocol/fault-texts.ts";
import { agentSchema, worldSchema } from "../protocol/world-requests.ts";
import { agentOf, type Row, statements, worldOf } from "./world-rows.ts";

/**
 * Reads every world and agent once. A row that somebody has damaged would otherwise be met by a request, and with it the list
 * of all worlds could not be read.
 * @throws Error that names the world, and what is wrong with it
 */
export function checkRows(database: DatabaseSync): void {
  // Of a file whose tables or columns are missing, this throws.
  const run = statements(database);
  for (const row of run.worlds.all()) {
    const world = JSON.stringify(row["name"]);
    checkRow(`the world ${world}`, row, worldOf, worldSchema);
    for (const agent of run.agents.all(Number(row["id"]))) {
      checkRow(`the agent ${JSON.stringify(agent["name"])} of the world ${world}`, agent, agentOf, agentSchema);
    }
  }
}

function checkRow(what: string, row: Row, read: (row: Row) => object, schema: z.ZodType) {
  const fault = faultOf(row, read, schema);
  if (fault !== undefined) throw new Error(`${what} cannot be read: ${fault}`);
}

function faultOf(row: Row, read: (row: Row) => object, schema: z.ZodType): string | undefined {
  try {
    const definition: unknown = read(row);
    const [issue] = schema.safeParse(definition).error?.issues ?? [];
    if (!issue) return undefined;
    const value = issue.path.reduce((at, key) => (at as Record<PropertyKey, unknown>)[key], definition);
    return `"${pathOf(issue.path)}" ${expectation(issue, value)}`;
  } catch (error) {
    return (error as Error).message;
  }
}
