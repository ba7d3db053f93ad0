import type { FastifyBaseLogger } from "fastify";
import { type Clock, systemClock } from "./clock.ts";
import type { Config } from "./config.ts";
import { openDataDir } from "./data-dir.ts";
import { createApp } from "./http/app.ts";
import type { BuiltPage } from "./http/built-page.ts";
import { createMetrics } from "./http/metrics.ts";
import { canResumeChat, chatResumer } from "./http/resume-chat.ts";
import { newMessageId, newStreamId } from "./ids.ts";
import { createMemoryShelf } from "./log/memory-shelf.ts";
import type { Shelf, Takeable, TakenOver } from "./log/shelf.ts";
import { createRegistry, type OfferedModel } from "./models/registry.ts";
import { settingError } from "./settings.ts";
import type { WorldStore } from "./worlds/world-store.ts";
import { createWorlds, type Worlds, type WorldsDeps } from "./worlds/worlds.ts";

export type ServerDeps = {
  config: Config;
  logger: FastifyBaseLogger;
  version: string;
  /** The page for people, if it was built. */
  page?: BuiltPage;
  clock?: Clock;
  random?: () => number;
  /** Models besides those that the settings name. */
  models?: readonly OfferedModel[];
  /** In place of the worlds' own, for requests over HTTP. */
  subscribeWorld?: Worlds["subscribeWorld"];
  /** Brings a message to a world before anybody is woken; a rejection is `publish_failed`. */
  publish?: NonNullable<WorldsDeps["publish"]>;
};

export type RunningServer = {
  /** Where it listens, like `http://127.0.0.1:3000`. */
  readonly url: string;
  readonly shelf: Shelf;
  readonly worlds: Worlds;
  /** Stops as R-DRAIN says: refuses what is new, gives what runs to others or lets it finish for a while, ends the rest, closes. */
  drain(): Promise<void>;
};

/** After the streams have ended: how long their readers may take to receive the end, ms. */
const FLUSH_MS = 2000;

/**
 * Starts a whole server from its settings.
 * @throws SettingError for a setting that cannot be used, a taken port and a data folder that cannot be written among them
 */
export async function startServer(deps: ServerDeps): Promise<RunningServer> {
  const { config, logger, clock = systemClock, random = Math.random } = deps;
  const { instructions, worldTiming: timing } = config;
  const store = await openDataDir(config.dataDir, { isShared: config.redis !== undefined });
  const registry = await createRegistry(config.models, { clock, ...(deps.models ? { extra: deps.models } : {}) });
  const { promise: listening, resolve: isListening } = Promise.withResolvers<void>();
  const shared = await openShared(deps, clock, store, {
    canGoOn: (stream) => listening.then(() => canResume(stream)),
    onTakenOver: (taken) => void listening.then(() => resume(taken)),
  });
  const shelf = shared?.shelf ?? createMemoryShelf(clock, config.shelf);
  const metrics = createMetrics({
    ...{ streams: shelf.counts, worlds: () => worlds.counts() },
    ...(shared ? { store: shared.shelf } : {}),
  });
  const call = { clock, random, limits: config.patience, onOutcome: metrics.upstream };
  const observe = { ...metrics.generation, failed: failureLog(logger) };
  const ids = { stream: newStreamId, message: newMessageId };
  const writing = { shelf, registry, clock, call, observe, instructions };
  const resumeChat = chatResumer(writing);
  const resume = (taken: TakenOver) => (taken.log.kind === "world" && worlds.goOn(taken)) || resumeChat(taken);
  const canResume = (stream: Takeable) =>
    stream.kind === "world" ? worlds.canGoOn(stream) : canResumeChat(registry, stream);
  const worlds = createWorlds({
    ...writing,
    ...{ store, timing, ids, rememberMs: config.shelf.retentionMs },
    ...(deps.publish ? { publish: deps.publish } : {}),
    ...(shared ? { shared: shared.worlds } : {}),
  });
  const sharing = shared ? { isStoreUp: shared.shelf.isUp, counters: shared.counters } : {};
  const app = await createApp({ ...config, ...deps, ...writing, ...sharing, worlds, metrics });
  if (shared) logger.info("Streams and worlds are shared through Redis.");
  const url = await listen(app.server, config).catch(async (error: unknown) => {
    await shared?.shelf.close("shutting_down");
    shared?.worlds.close();
    throw error;
  });
  isListening();

  async function drain() {
    app.startDraining();
    shared?.shelf.handOver();
    await Promise.race([shelf.idle(), wait(clock, config.drainMs)]);
    await shelf.close("shutting_down");
    shared?.worlds.close();
    worlds.close();
    await app.close(FLUSH_MS);
    store.close();
    await registry.close();
  }
  return { url, shelf, worlds, drain };
}

/** What shares with other servers is loaded only where it is asked for. */
async function openShared(
  { config: { redis, shelf: limits }, logger }: ServerDeps,
  clock: Clock,
  definitions: WorldStore,
  going: { canGoOn(stream: Takeable): Promise<boolean>; onTakenOver(taken: TakenOver): void },
) {
  if (!redis) return undefined;
  const { openSharedStreams } = await import("./shared-streams.ts");
  return openSharedStreams({ redis, limits, clock, logger, definitions, ...going });
}

/** What a client is told of a model's fault is its code; who runs the server also wants to know why. */
const failureLog = (logger: FastifyBaseLogger) => (model: string, code: string, cause: unknown) =>
  logger.warn(
    { model, error_code: code, ...(cause === undefined ? {} : { cause: String(cause) }) },
    "generation failed",
  );

const wait = (clock: Clock, ms: number) => new Promise<void>((resolve) => void clock.after(ms, resolve));

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
