import { Document, visit } from "yaml";
import { isFailure } from "../../../src/protocol/errors.ts";
import { parseAgentCreate, parseWorldCreate } from "../../../src/protocol/world-requests.ts";
import { fileError } from "../../failures.ts";
import { didYouMean } from "../../suggest.ts";
import {
  AGENT_KEYS,
  type AgentDefinition,
  agentDefinitionOf,
  definitionOf,
  sameName,
  WORLD_KEYS,
  type WorldDefinition,
} from "./definition.ts";
import { MOST_AGENTS } from "./feasible.ts";
import { readSource, refuse, type Sourced } from "./yaml-source.ts";

/** Worlds and agents as files: YAML, or JSON where the name ends so. */

export const isJsonFile = (file: string): boolean => /\.json$/i.test(file);

/** Worlds as the text of a file: several are several documents of YAML, or an array of JSON. `list`: one is an array, too. */
export function worldText(worlds: readonly WorldDefinition[], json: boolean, list = worlds.length !== 1): string {
  if (json) return `${JSON.stringify(list ? worlds : worlds[0], null, 2)}\n`;
  return worlds.map((world) => `${header("worlds", "", world.name)}${yamlOf(world)}`).join("---\n");
}

/** An agent as the text of a file. */
export function agentText(agent: AgentDefinition, world: string, json: boolean): string {
  if (json) return `${JSON.stringify(agent, null, 2)}\n`;
  return `${header("agents", ` ${world}`, agent.name)}${yamlOf(agent)}`;
}

const header = (group: string, into: string, name: string): string =>
  `# Made by "chatwait ${group} export". To make a server as this file says:\n#   chatwait ${group} import${into} ${name}.yaml\n` +
  "# A field that is not here has its default.\n";

/** White space that a folded or indented text would lose: before it all, and at the end of a line. */
const FRAGILE = /^\s|[^\S\n](?:\n|$)|\r/;

/** Long texts are folded or kept as blocks, so that a change of one sentence is a change of few lines. */
function yamlOf(value: object): string {
  const document = new Document(value);
  visit(document, {
    Scalar(_key, node) {
      if (typeof node.value === "string" && FRAGILE.test(node.value)) node.type = "QUOTE_DOUBLE";
    },
  });
  return document.toString({ lineWidth: 100, minContentWidth: 40 });
}

/**
 * The worlds of a file.
 * @throws CliError `invalid_file` with `file:line:column` of each fault
 */
export function readWorlds(text: string, file: string): WorldDefinition[] {
  const sources = readSource(text, file);
  if (sources.length === 0)
    throw fileError(`${file} holds no world. "chatwait worlds export NAME" shows how one looks.`);
  const faults = sources.flatMap(worldFaults);
  if (faults.length > 0) refuse(faults);
  return sources.map(({ value }) => definitionOf(value as Parameters<typeof definitionOf>[0]));
}

/**
 * The agents of a file.
 * @throws CliError `invalid_file` with `file:line:column` of each fault
 */
export function readAgents(text: string, file: string): AgentDefinition[] {
  const sources = readSource(text, file);
  if (sources.length === 0)
    throw fileError(`${file} holds no agent. "chatwait agents export WORLD NAME" shows how one looks.`);
  const faults = sources.flatMap((source) => agentFaults(source, []));
  if (faults.length > 0) refuse(faults);
  return sources.map(({ value }) => agentDefinitionOf(value as AgentDefinition));
}

type Path = readonly (string | number)[];

function worldFaults(source: Sourced): string[] {
  const { value, place } = source;
  if (!isRecord(value)) return [`${place([])}: A world must be a map of fields, beginning with "name: …".`];
  const unknown = unknownKeys(source, value, [], WORLD_KEYS);
  if (unknown.length > 0) return unknown;
  const { agents, ...fields } = value;
  const own = protocolFaults(source, [], () => parseWorldCreate(fields));
  if (agents === undefined || agents === null) return own;
  if (!Array.isArray(agents))
    return [...own, `${place(["agents"])}: "agents" must be a list; each entry begins with "- name: …".`];
  if (agents.length > MOST_AGENTS)
    return [
      ...own,
      `${place(["agents", MOST_AGENTS])}: A world has at most ${MOST_AGENTS} agents; these are ${agents.length}.`,
    ];
  const inner = agents.flatMap((_, index) => agentFaults(source, ["agents", index]));
  return [...own, ...inner, ...twins(source, agents)];
}

function agentFaults(source: Sourced, path: Path): string[] {
  const value = path.reduce<unknown>((at, key) => (at as Record<string | number, unknown>)[key], source.value);
  if (!isRecord(value)) return [`${source.place(path)}: An agent must be a map of fields, beginning with "name: …".`];
  const unknown = unknownKeys(source, value, path, AGENT_KEYS);
  return unknown.length > 0 ? unknown : protocolFaults(source, path, () => parseAgentCreate(value));
}

function twins({ place }: Sourced, agents: readonly unknown[]): string[] {
  const names = agents.map((agent) => (isRecord(agent) ? String(agent["name"]) : ""));
  return names.flatMap((name, index) => {
    const first = names.findIndex((other) => sameName(other, name));
    return first < index ? [`${place(["agents", index])}: There are two agents "${name}" in this world.`] : [];
  });
}

function unknownKeys({ place }: Sourced, value: object, path: Path, known: readonly string[]): string[] {
  const strangers = Object.keys(value).filter((key) => !known.includes(key));
  return strangers.map(
    (key) => `${place([...path, key])}: Unknown field "${key}". ${didYouMean(key, known, "Known fields")}`,
  );
}

/** What the server would say of it, with the line. */
function protocolFaults({ place }: Sourced, path: Path, check: () => unknown): string[] {
  try {
    check();
    return [];
  } catch (error) {
    if (!isFailure(error)) throw error;
    const details = error.extra.details ?? [{ path: "name", message: error.message }];
    return details.map((detail) => `${place([...path, ...detail.path.split(".")])}: ${detail.message}`);
  }
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
