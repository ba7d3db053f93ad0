import type { Client } from "../../client/types.ts";
import type { WorldFile } from "./world-file.ts";

/**
 * Makes a world of that name, with all that the file says; returns its name. A world of which not every agent could be made
 * is taken back, so that a second try can begin anew.
 * @throws ChatWaitError what the server refused
 */
export async function createWorld({ worlds }: Pick<Client, "worlds">, name: string, file?: WorldFile): Promise<string> {
  const made = await worlds.create({ ...file?.world, name });
  try {
    // One after another: the oldest agent is the one that comes first.
    for (const agent of file?.agents ?? []) await worlds.agents.create(made.name, agent);
  } catch (error) {
    await worlds.delete(made.name).catch(() => undefined);
    throw error;
  }
  return made.name;
}
