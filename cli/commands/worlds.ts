import { confirm } from "../ask.ts";
import { type Call, type Group, isOn, textOption } from "../command.ts";
import { EXIT, usageError } from "../failures.ts";
import { remark, say, sayJson } from "../io.ts";
import { DRY_RUN_OPTION, FILE_OPTION, print, verb, YES_OPTION } from "./worlds/common.ts";
import { fieldOptions, fieldsFrom, WORLD_FIELDS } from "./worlds/fields.ts";

const NAME = { usage: "NAME [options]", least: 1, most: 1 };

const list = verb({
  name: "worlds list",
  summary: "list the worlds",
  async run({ client, io, json }) {
    const worlds = await client.worlds.list();
    if (json) sayJson(io, { worlds });
    else {
      const [{ table }, { worldRows }] = await Promise.all([import("./worlds/apply.ts"), import("./worlds/show.ts")]);
      if (worlds.length > 0) say(io, ...table(worldRows(worlds)));
      else remark(io, 'There is no world. "chatwait worlds create NAME" makes one.');
    }
    return EXIT.ok;
  },
});

const show = verb({
  name: "worlds show",
  summary: "show a world and its agents",
  ...NAME,
  async run(call) {
    return print(call, await call.client.worlds.get(nameOf(call)));
  },
});

const create = verb({
  name: "worlds create",
  summary: "make a world",
  ...NAME,
  options: fieldOptions(WORLD_FIELDS),
  examples: [
    [
      'chatwait worlds create kitchen --title "A kitchen at night" --respond first',
      "A world where the first agent answers",
    ],
  ],
  async run(call) {
    const body = { name: nameOf(call), ...fieldsFrom(call.values, WORLD_FIELDS, call.io) };
    return print(call, await call.client.worlds.create(body));
  },
});

const edit = verb({
  name: "worlds edit",
  summary: "change a world: with options, or without any in your editor",
  ...NAME,
  options: fieldOptions(WORLD_FIELDS, true),
  examples: [
    ["chatwait worlds edit kitchen --turn-limit 3 --unset timing.stall", "Two fields"],
    ["EDITOR=nano chatwait worlds edit kitchen", "All of it, with its agents, as YAML"],
  ],
  notes: ["In the editor, an agent that is taken out is deleted, and a field that is taken out gets its default."],
  async run(call) {
    const name = nameOf(call);
    const patch = fieldsFrom(call.values, WORLD_FIELDS, call.io);
    if (Object.keys(patch).length === 0) return (await import("./worlds/edit.ts")).editWorld(call, name);
    return print(call, await call.client.worlds.update(name, patch));
  },
});

const remove = verb({
  name: "worlds delete",
  summary: "delete a world and its agents",
  ...NAME,
  options: YES_OPTION,
  async run(call) {
    const { name, agents } = await call.client.worlds.get(nameOf(call));
    await confirm(call, `Delete the world ${name} and its ${agents.length} agents?`);
    await call.client.worlds.delete(name);
    if (call.json) sayJson(call.io, { deleted: name });
    else remark(call.io, `Deleted ${name}.`);
    return EXIT.ok;
  },
});

const importing = verb({
  name: "worlds import",
  summary: "make worlds as files say",
  usage: "FILE… [options]",
  least: 1,
  most: Number.POSITIVE_INFINITY,
  options: {
    prune: { type: "boolean", text: "delete agents that the file does not name" },
    ...DRY_RUN_OPTION,
  },
  examples: [
    ["chatwait worlds import kitchen.yaml --dry-run", "See what would change"],
    ["chatwait worlds import worlds/*.yaml --prune", "Make worlds exactly as their files"],
  ],
  notes: [
    "Files are YAML or JSON, as export writes them; - is stdin. A world that does not exist is made, one that does is changed where " +
      "it differs: a second import changes nothing. A field that is not in the file gets its default. Nothing is changed where one of the files has a fault.",
  ],
  async run(call) {
    const { importWorlds } = await import("./worlds/edit.ts");
    return importWorlds(call, { prune: isOn(call, "prune"), dryRun: isOn(call, "dry-run") });
  },
});

const exporting = verb({
  name: "worlds export",
  summary: "write worlds to a file",
  usage: "NAME… [options]",
  most: Number.POSITIVE_INFINITY,
  options: { ...FILE_OPTION, all: { type: "boolean", text: "every world" } },
  examples: [
    ["chatwait worlds export kitchen --file kitchen.yaml", "To keep it in git"],
    ["chatwait worlds export --all --json", "Everything, as JSON"],
  ],
  async run(call) {
    if (call.positionals.length === 0 && !isOn(call, "all")) throw usageError("Which world? Name it, or say --all.");
    return (await import("./worlds/edit.ts")).exportWorlds(call, textOption(call, "file"));
  },
});

const nameOf = ({ positionals }: Call): string => positionals[0] ?? "";

export const worlds: Group = {
  name: "worlds",
  summary: "list, make, change, import and export worlds",
  commands: { list, show, create, edit, delete: remove, import: importing, export: exporting },
};
