import type { Client } from "../../../client/index.ts";
import { cliError } from "../../failures.ts";
import { didYouMean } from "../../suggest.ts";
import type { Plan, Step } from "./plan.ts";

/** What a server would refuse in the middle of its plans, told before the first change. */

/**
 * Whether the server offers the models that agents shall have.
 * @throws CliError `unknown_model`
 */
export async function checkOffered(client: Client, plans: readonly Plan[]): Promise<void> {
  const wanted = plans.flatMap(({ steps }) => steps.flatMap(modelOf));
  if (wanted.length === 0) return;
  const ids = (await client.models()).models.map(({ id }) => id);
  const missing = wanted.find(({ model }) => !ids.includes(model));
  if (!missing) return;
  const problem = `${missing.agent}: this server does not offer the model "${missing.model}".`;
  throw cliError("unknown_model", `${problem} ${didYouMean(missing.model, ids, "It offers")} Nothing was changed.`);
}

function modelOf(step: Step): { agent: string; model: string }[] {
  if (step.do !== "create_agent" && step.do !== "update_agent") return [];
  const { model } = step.do === "create_agent" ? step.body : step.patch;
  return typeof model === "string" ? [{ agent: `${step.world}/${step.agent}`, model }] : [];
}

/** As many agents as a world may have. */
export const MOST_AGENTS = 50;

/**
 * Whether a world has room for what is planned.
 * @param before how many agents it has now
 * @throws CliError `too_many`
 */
export function checkRoom({ world, steps }: Plan, before: number): void {
  const count = (what: Step["do"]) => steps.filter((step) => step.do === what).length;
  const after = before + count("create_agent") - count("delete_agent");
  if (after <= MOST_AGENTS) return;
  throw cliError(
    "too_many",
    `${world} would have ${after} agents; ${MOST_AGENTS} is the most. Nothing was changed. --prune deletes those that the file does not name.`,
  );
}
