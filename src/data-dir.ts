import { mkdir, open, rm, stat } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { settingError } from "./settings.ts";
import { createFirstWorld } from "./worlds/first-world.ts";
import { openWorldStore, type WorldStore } from "./worlds/world-store.ts";

/**
 * Opens the folder of CHATWAIT_DATA_DIR: makes it where it is missing, and the first world with it. `isShared`: there may be
 * worlds elsewhere, and whether there is to be a first one is not known yet.
 * @throws SettingError where it cannot be written, or what is in it cannot be read
 */
export async function openDataDir(dir: string, { isShared = false } = {}): Promise<WorldStore> {
  await checkDataDir(dir);
  return openDefinitions(dir, isShared ? () => {} : createFirstWorld);
}

/** Like mkdir -p. Node's own, where a folder can be neither found nor made (/proc/x), tries for ever. */
async function makeFolder(dir: string): Promise<void> {
  const parent = dirname(dir);
  if (parent !== dir && !(await isFolder(parent))) await makeFolder(parent);
  if (!(await isFolder(dir))) await mkdir(dir);
}

const isFolder = (path: string): Promise<boolean> =>
  stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );

async function checkDataDir(dir: string) {
  const probe = join(dir, `.probe-${process.pid}`);
  try {
    await makeFolder(resolve(dir));
    await (await open(probe, "w")).close();
    await rm(probe);
  } catch {
    throw settingError(
      "CHATWAIT_DATA_DIR",
      `CHATWAIT_DATA_DIR is ${JSON.stringify(dir)}, and that folder cannot be written.`,
    );
  }
}

/** The definitions of worlds; `first` fills a file that is new. */
function openDefinitions(dataDir: string, first: (store: WorldStore) => void): WorldStore {
  try {
    return openWorldStore(join(dataDir, "worlds.db"), first);
  } catch (error) {
    throw settingError(
      "CHATWAIT_DATA_DIR",
      `CHATWAIT_DATA_DIR is ${JSON.stringify(dataDir)}, but ${(error as Error).message}`,
    );
  }
}
