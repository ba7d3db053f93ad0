import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pino } from "pino";
import type { Clock } from "../src/clock.ts";
import { readConfig } from "../src/config.ts";
import type { OfferedModel } from "../src/models/registry.ts";
import { type RunningServer, type ServerDeps, startServer } from "../src/server.ts";

export type TestAppOptions = Pick<ServerDeps, "subscribeWorld" | "publish" | "page"> & {
  /** Environment variables, over the defaults. */
  env?: Record<string, string>;
  clock?: Clock;
  /** Models to offer besides; the first one answers where a request names none. */
  models?: readonly OfferedModel[];
};

export type TestApp = RunningServer & {
  /** What was logged, one object a line. */
  readonly logs: readonly Record<string, unknown>[];
  /** Ends it at once, and removes its files. */
  close(): Promise<void>;
};

/** The whole server as `main.ts` starts it, on a free port, with its log in memory. */
export async function startTestApp({
  env = {},
  clock,
  models = [],
  ...injected
}: TestAppOptions = {}): Promise<TestApp> {
  const dataDir = await mkdtemp(join(tmpdir(), "chatwait-test-"));
  const logs: Record<string, unknown>[] = [];
  const logger = pino({ level: "info" }, { write: (line: string) => void logs.push(JSON.parse(line)) });
  const first = models[0] ? { CHATWAIT_MODEL: models[0].id } : {};
  const config = readConfig({ PORT: "0", CHATWAIT_DATA_DIR: dataDir, CHATWAIT_DRAIN_MS: "1", ...first, ...env });
  const fixed = { version: "0.0.0-test", random: () => 0.5, ...(clock ? { clock } : {}) };
  const deps = { config, logger, models, ...fixed, ...injected };
  const server = await startServer(deps);
  return {
    ...server,
    logs,
    async close() {
      // An abandoned socket of a test must not hold the drain up.
      await server.shelf.close("shutting_down");
      await server.drain();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

/** A model under the id `provider:name`, as tests offer it. */
export function offer(id: string, model: OfferedModel["model"], contextWindow = 100_000): OfferedModel {
  return { id, model, contextWindow };
}
