import { mkdir, open, rm, stat } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import type { FastifyBaseLogger } from "fastify";
import { type Clock, systemClock } from "./clock.ts";
import type { Config } from "./config.ts";
import { createApp } from "./http/app.ts";
import { createMemoryShelf } from "./log/memory-shelf.ts";
import type { Shelf } from "./log/shelf.ts";
import { createRegistry, type OfferedModel } from "./models/registry.ts";
import { settingError } from "./settings.ts";

export type ServerDeps = {
  config: Config;
  logger: FastifyBaseLogger;
  version: string;
  clock?: Clock;
  random?: () => number;
  /** Models besides those that the settings name. */
  models?: readonly OfferedModel[];
};

export type RunningServer = {
  /** Where it listens, like `http://127.0.0.1:3000`. */
  readonly url: string;
  readonly shelf: Shelf;
  /** Stops as R-DRAIN says: refuses what is new, lets what runs finish for a while, ends the rest, closes. */
  drain(): Promise<void>;
};

/** After the streams have ended: how long their readers may take to receive the end, ms. */
const FLUSH_MS = 2000;

/**
 * Starts a whole server from its settings.
 * @throws SettingError for a setting that cannot be used, a taken port and a data folder that cannot be written among them
 */
export async function startServer(deps: ServerDeps): Promise<RunningServer> {
  const { config, clock = systemClock, random = Math.random } = deps;
  await checkDataDir(config.dataDir);
  const registry = await createRegistry(config.models, { clock, ...(deps.models ? { extra: deps.models } : {}) });
  const shelf = createMemoryShelf(clock, config.shelf);
  const app = await createApp({ ...config, ...deps, clock, random, shelf, registry });
  const url = await listen(app.server, config);

  async function drain() {
    app.startDraining();
    await Promise.race([shelf.idle(), wait(clock, config.drainMs)]);
    await shelf.close("shutting_down");
    await app.close(FLUSH_MS);
    await registry.close();
  }
  return { url, shelf, drain };
}

const wait = (clock: Clock, ms: number) => new Promise<void>((resolve) => void clock.after(ms, resolve));

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

async function listen(
  server: Awaited<ReturnType<typeof createApp>>["server"],
  { host, port }: Config,
): Promise<string> {
  try {
    return await server.listen({ host, port, listenTextResolver: () => "" });
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === "EADDRINUSE") {
      throw settingError("PORT", `PORT ${port} is taken on ${host}. Stop what uses it, or set PORT to another.`);
    }
    if (code === "EACCES") throw settingError("PORT", `PORT ${port} needs rights that this process does not have.`);
    throw settingError("HOST", `HOST is ${JSON.stringify(host)}, and this machine cannot listen there.`);
  }
}
