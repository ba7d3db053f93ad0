import type { AgentCreate, AgentPatch } from "../../client/index.ts";
import { confirm } from "../ask.ts";
import { type Call, type Group, textOption } from "../command.ts";
import { EXIT } from "../failures.ts";
import { remark, say, sayJson } from "../io.ts";
import { DRY_RUN_OPTION, FILE_OPTION, print, verb, YES_OPTION } from "./worlds/common.ts";
import { AGENT_FIELDS, fieldOptions, fieldsFrom } from "./worlds/fields.ts";

const ONE = { usage: "WORLD NAME [options]", least: 2, most: 2 };

const namesOf = ({ positionals: [world = "", name = ""] }: Call) => ({ world, name });

const list = verb({
  name: "agents list",
  summary: "list the agents of a world",
  usage: "WORLD [options]",
  least: 1,
  most: 1,
  async run(call) {
    const { world } = namesOf(call);
    const agents = await call.client.worlds.agents.list(world);
    if (call.json) sayJson(call.io, { agents });
    else {
      const [{ table }, { agentRows }] = await Promise.all([import("./worlds/apply.ts"), import("./worlds/show.ts")]);
      if (agents.length > 0) say(call.io, ...table(agentRows(agents)));
      else remark(call.io, `Nobody is in ${world}. "chatwait agents create ${world} NAME" adds somebody.`);
    }
    return EXIT.ok;
  },
});

const show = verb({
  name: "agents show",
  summary: "show an agent",
  ...ONE,
  async run(call) {
    const { world, name } = namesOf(call);
    return print(call, await call.client.worlds.agents.get(world, name));
  },
});

const create = verb({
  name: "agents create",
  summary: "put an agent into a world",
  ...ONE,
  options: fieldOptions(AGENT_FIELDS),
  examples: [
    ['chatwait agents create kitchen Mona --instructions "You are Mona, a cheerful cook."', "With a sentence"],
    ["chatwait agents create kitchen Mona --instructions @mona.txt", "With a text from a file"],
  ],
  async run(call) {
    const { world, name } = namesOf(call);
    const body = { name, ...fieldsFrom(call.values, AGENT_FIELDS, call.io) } as AgentCreate;
    return print(call, await call.client.worlds.agents.create(world, body));
  },
});

const edit = verb({
  name: "agents edit",
  summary: "change an agent: with options, or without any in your editor",
  ...ONE,
  options: fieldOptions(AGENT_FIELDS, true),
  examples: [
    ["chatwait agents edit kitchen Mona --temperature 0.3 --unset model", "Two fields"],
    ["EDITOR=nano chatwait agents edit kitchen Mona", "All of it, as YAML"],
  ],
  async run(call) {
    const { world, name } = namesOf(call);
    const patch = fieldsFrom(call.values, AGENT_FIELDS, call.io) as AgentPatch;
    if (Object.keys(patch).length === 0) return (await import("./worlds/edit-agents.ts")).editAgent(call, world, name);
    return print(call, await call.client.worlds.agents.update(world, name, patch));
  },
});

const remove = verb({
  name: "agents delete",
  summary: "take an agent out of a world",
  ...ONE,
  options: YES_OPTION,
  async run(call) {
    const { world, name: given } = namesOf(call);
    const { name } = await call.client.worlds.agents.get(world, given);
    await confirm(call, `Delete the agent ${name} of ${world}?`);
    await call.client.worlds.agents.delete(world, name);
    if (call.json) sayJson(call.io, { deleted: name, world });
    else remark(call.io, `Deleted ${name}.`);
    return EXIT.ok;
  },
});

const importing = verb({
  name: "agents import",
  summary: "make agents of a world as files say",
  usage: "WORLD FILE… [options]",
  least: 2,
  most: Number.POSITIVE_INFINITY,
  options: DRY_RUN_OPTION,
  examples: [["chatwait agents import kitchen mona.yaml", "Make or change an agent"]],
  notes: ["Files are YAML or JSON, as export writes them; - is stdin. Other agents of the world are left alone."],
  run: async (call) => (await import("./worlds/edit-agents.ts")).importAgents(call),
});

const exporting = verb({
  name: "agents export",
  summary: "write an agent to a file",
  ...ONE,
  options: FILE_OPTION,
  examples: [["chatwait agents export kitchen Mona --file mona.yaml", "To keep it in git"]],
  run: async (call) => (await import("./worlds/edit-agents.ts")).exportAgent(call, textOption(call, "file")),
});

export const agents: Group = {
  name: "agents",
  summary: "list, make, change, import and export the agents of a world",
  commands: { list, show, create, edit, delete: remove, import: importing, export: exporting },
};
