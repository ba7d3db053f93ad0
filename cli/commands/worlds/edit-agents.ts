import { type Call, isOn } from "../../command.ts";
import { EXIT, fileError } from "../../failures.ts";
import { remark } from "../../io.ts";
import { type AgentDefinition, agentDefinitionOf, definitionOf, sameName } from "./definition.ts";
import { editText } from "./editor.ts";
import { checkRoom } from "./feasible.ts";
import { planAgents } from "./plan.ts";
import { carryOut, readInput, writeOutput } from "./transfer.ts";
import { agentText, isJsonFile, readAgents } from "./world-file.ts";

/** `agents edit` without options: one agent in an editor. @returns the exit code */
export async function editAgent(call: Call, world: string, name: string): Promise<number> {
  const agent = agentDefinitionOf(await call.client.worlds.agents.get(world, name));
  const text = agentText(agent, world, false);
  const edited = await editText(call, {
    name: agent.name,
    text,
    read: (back, file) => onlyAgent(back, file, agent.name),
  });
  if (edited) return carryOut(call, [planAgents(world, [edited], [agent])], false);
  remark(call.io, "Nothing was changed.");
  return EXIT.ok;
}

function onlyAgent(text: string, file: string, name: string): AgentDefinition {
  const [agent, ...more] = readAgents(text, file);
  if (agent && more.length === 0 && sameName(agent.name, name)) return agent;
  throw fileError(`The name of an agent cannot be changed: this is ${name}. Make another, and delete this one.`);
}

/** `agents import`. All files are read before anything is changed. @returns the exit code */
export async function importAgents(call: Call): Promise<number> {
  const [world = "", ...files] = call.positionals;
  const wanted: AgentDefinition[] = [];
  for (const file of files) {
    const { text, name } = await readInput(call, file);
    for (const agent of readAgents(text, name)) {
      if (wanted.some((other) => sameName(other.name, agent.name)))
        throw fileError(`${name}: the agent ${agent.name} comes twice.`);
      wanted.push(agent);
    }
  }
  const current = definitionOf(await call.client.worlds.get(world));
  const there = current.agents ?? [];
  const plan = planAgents(current.name, wanted, there);
  checkRoom(plan, there.length);
  return carryOut(call, [plan], isOn(call, "dry-run"));
}

/** `agents export`. @returns the exit code */
export async function exportAgent(call: Call, file: string | undefined): Promise<number> {
  const [world = "", name = ""] = call.positionals;
  const agent = agentDefinitionOf(await call.client.worlds.agents.get(world, name));
  writeOutput(call, file, agentText(agent, world, file === undefined ? call.json : isJsonFile(file)));
  return EXIT.ok;
}
