import type { AgentCreate, AgentPatch, Client, WorldCreate, WorldPatch } from "../../../client/index.ts";
import type { Palette } from "../../colours.ts";
import { isChatWaitError } from "../../failures.ts";
import { printable } from "../../printable.ts";
import { definitionOf, type WorldDefinition } from "./definition.ts";
import type { Step } from "./plan.ts";

/** Carries one step out. @throws ChatWaitError where the server refuses it */
export async function applyStep({ worlds }: Client, step: Step): Promise<void> {
  switch (step.do) {
    case "create_world":
      return void (await worlds.create(step.body as WorldCreate));
    case "update_world":
      return void (await worlds.update(step.world, step.patch as WorldPatch));
    case "create_agent":
      return void (await worlds.agents.create(step.world, step.body as AgentCreate));
    case "update_agent":
      return void (await worlds.agents.update(step.world, step.agent, step.patch as AgentPatch));
    case "delete_agent":
      return worlds.agents.delete(step.world, step.agent);
  }
}

/** A step as one line. */
export function stepLine(step: Step, { green, yellow, red }: Palette): string {
  switch (step.do) {
    case "create_world":
      return green(`+ world ${step.world}`);
    case "update_world":
      return yellow(`~ world ${step.world}: ${Object.keys(step.patch).join(", ")}`);
    case "create_agent":
      return green(`+ agent ${step.world}/${step.agent}`);
    case "update_agent":
      return yellow(`~ agent ${step.world}/${step.agent}: ${Object.keys(step.patch).join(", ")}`);
    case "delete_agent":
      return red(
        `- agent ${step.world}/${step.agent}${step.again ? " (made again below, for its place in the order)" : ""}`,
      );
  }
}

/** A world of the server with its agents, as a file would have it; undefined where there is none. */
export async function currentWorld({ worlds }: Client, name: string): Promise<WorldDefinition | undefined> {
  try {
    return definitionOf(await worlds.get(name));
  } catch (error) {
    if (isChatWaitError(error) && error.code === "world_not_found") return undefined;
    throw error;
  }
}

/** Rows in columns, as wide as they need be; what the server says is made fit for a terminal. */
export function table(texts: readonly (readonly string[])[]): string[] {
  const rows = texts.map((row) => row.map((cell) => printable(cell.replaceAll(/\s+/g, " "))));
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd(),
  );
}
