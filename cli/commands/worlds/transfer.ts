import { basename } from "node:path";
import type { Call } from "../../command.ts";
import { EXIT } from "../../failures.ts";
import { remark, say, sayJson } from "../../io.ts";
import { readText, writeText } from "../../text-file.ts";
import { applyStep, currentWorld, stepLine } from "./apply.ts";
import type { WorldDefinition } from "./definition.ts";
import { checkOffered, checkRoom } from "./feasible.ts";
import { type Plan, planWorld } from "./plan.ts";

/** Worlds from files to the server. */

/** The text of a file; `-` is stdin. @throws CliError `invalid_file` */
export async function readInput({ io }: Call, file: string): Promise<{ text: string; name: string }> {
  if (file !== "-") return { text: readText(io, file), name: file };
  let text = "";
  for await (const part of io.stdin.setEncoding("utf8")) text += part;
  return { text, name: "stdin" };
}

/** Writes to a file, or to stdout where there is none. */
export function writeOutput({ io }: Call, file: string | undefined, text: string): void {
  if (file === undefined || file === "-") return void io.stdout.write(text);
  writeText(io, file, text);
  remark(io, `Written to ${basename(file)}.`);
}

export type MakeOptions = { prune: boolean; dryRun: boolean };

/**
 * Makes worlds on the server as they are wanted. All are compared before the first is changed.
 * @returns the exit code
 */
export async function makeWorlds(
  call: Call,
  wanted: readonly WorldDefinition[],
  { prune, dryRun }: MakeOptions,
): Promise<number> {
  const plans: Plan[] = [];
  for (const world of wanted) {
    const current = await currentWorld(call.client, world.name);
    const plan = planWorld(world, current, prune);
    checkRoom(plan, current?.agents?.length ?? 0);
    plans.push(plan);
  }
  return carryOut(call, plans, dryRun);
}

/** Does what is planned, and tells each step; only tells, where it is a dry run. @returns the exit code */
export async function carryOut(call: Call, plans: readonly Plan[], dryRun: boolean): Promise<number> {
  await checkOffered(call.client, plans);
  for (const step of plans.flatMap(({ steps }) => steps)) {
    if (!dryRun) await applyStep(call.client, step);
    if (!call.json) say(call.io, stepLine(step, call.out));
  }
  if (call.json) sayJson(call.io, { dry_run: dryRun, worlds: plans });
  else conclude(call, plans, dryRun);
  return EXIT.ok;
}

function conclude({ io, err }: Call, plans: readonly Plan[], dryRun: boolean): void {
  for (const { world, left } of plans) {
    if (left.length > 0)
      remark(io, err.dim(`Not in the file, and left in ${world}: ${left.join(", ")}. --prune would delete them.`));
  }
  const steps = plans.reduce((sum, plan) => sum + plan.steps.length, 0);
  if (steps === 0) remark(io, `Nothing to change: ${plans.map(({ world }) => world).join(", ")} as in the file.`);
  else if (dryRun) remark(io, "Nothing was changed: this is what an import would do.");
}
