import { type Call, isOn } from "../../command.ts";
import { cliError, EXIT, fileError } from "../../failures.ts";
import { remark } from "../../io.ts";
import { currentWorld } from "./apply.ts";
import { definitionOf, sameName, type WorldDefinition } from "./definition.ts";
import { editText } from "./editor.ts";
import { type MakeOptions, makeWorlds, readInput, writeOutput } from "./transfer.ts";
import { isJsonFile, readWorlds, worldText } from "./world-file.ts";

/** `worlds edit` without options: the whole world in an editor. @returns the exit code */
export async function editWorld(call: Call, name: string): Promise<number> {
  const world = definitionOf(await call.client.worlds.get(name));
  const text = worldText([world], false);
  const edited = await editText(call, {
    name: world.name,
    text,
    read: (back, file) => onlyWorld(back, file, world.name),
  });
  if (edited) return makeWorlds(call, [edited], { prune: true, dryRun: false });
  remark(call.io, "Nothing was changed.");
  return EXIT.ok;
}

function onlyWorld(text: string, file: string, name: string): WorldDefinition {
  const [world, ...more] = readWorlds(text, file);
  if (world && more.length === 0 && sameName(world.name, name)) return world;
  throw fileError(
    `The name of a world cannot be changed: this is ${name}. To copy it, export it and import it under another name.`,
  );
}

/** `worlds import`. All files are read before anything is changed. @returns the exit code */
export async function importWorlds(call: Call, options: MakeOptions): Promise<number> {
  const wanted: WorldDefinition[] = [];
  for (const file of call.positionals) {
    const { text, name } = await readInput(call, file);
    for (const world of readWorlds(text, name)) {
      if (wanted.some((other) => sameName(other.name, world.name)))
        throw fileError(`${name}: the world ${world.name} comes twice.`);
      wanted.push(world);
    }
  }
  return makeWorlds(call, wanted, options);
}

/** `worlds export`. @returns the exit code */
export async function exportWorlds(call: Call, file: string | undefined): Promise<number> {
  const names = isOn(call, "all") ? (await call.client.worlds.list()).map(({ name }) => name) : call.positionals;
  const worlds: WorldDefinition[] = [];
  for (const name of names) worlds.push(await exported(call, name));
  const json = file === undefined ? call.json : isJsonFile(file);
  writeOutput(call, file, worldText(worlds, json, isOn(call, "all") || undefined));
  return EXIT.ok;
}

async function exported(call: Call, name: string): Promise<WorldDefinition> {
  const world = await currentWorld(call.client, name);
  if (!world)
    throw cliError("world_not_found", `There is no world "${name}". "chatwait worlds list" shows what there is.`);
  if (world.agents?.length && world.agents.every(({ instructions }) => instructions === undefined)) {
    remark(
      call.io,
      call.err.yellow(
        `No agent of ${name} has instructions. A server where worlds cannot be edited does not tell them.`,
      ),
    );
  }
  return world;
}
