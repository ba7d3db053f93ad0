import type { ShelfLimits } from "./log/memory-shelf.ts";
import type { ModelLimits } from "./models/patience.ts";
import type { RegistrySettings } from "./models/registry.ts";
import {
  type Environment,
  flag,
  hosts,
  list,
  numbersByName,
  origins,
  proxies,
  settingError,
  text,
  unknownSettings,
  whole,
} from "./settings.ts";
import type { Timing } from "./worlds/timing.ts";

/** All settings, read once and checked (PROTOCOL.md, section 8). */
export type Config = {
  readonly host: string;
  readonly port: number;
  readonly models: RegistrySettings;
  readonly instructions: string | undefined;
  readonly shelf: ShelfLimits;
  readonly patience: ModelLimits;
  readonly heartbeatMs: number;
  readonly maxMessageChars: number;
  /** Starts a minute and client address; 0: as many as they like. */
  readonly rateLimit: number;
  readonly drainMs: number;
  readonly corsOrigins: readonly string[];
  readonly allowedHosts: readonly string[];
  readonly trustProxy: number | string[] | undefined;
  /** Whether worlds may be changed over HTTP; undefined: as R-DOOR says. */
  readonly worldEditing: boolean | undefined;
  /** The delays of worlds that have none of their own. */
  readonly worldTiming: Timing;
  readonly dataDir: string;
  /** Undefined: this server shares with no other. */
  readonly redis: RedisSettings | undefined;
  readonly logLevel: string;
  /** What should be said at the start, for nothing is wrong enough to refuse it. */
  readonly warnings: readonly string[];
};

export type RedisSettings = {
  url: string;
  /** What every key begins with. */
  prefix: string;
  /** How long after its last sign a server counts as dead; ms. */
  leaseMs: number;
};

const MINUTE_MS = 60_000;
const MIB = 2 ** 20;
/** At most a TiB: a number that is larger is a slip. */
const MOST_BYTES = 2 ** 40;

const KNOWN = [
  ...["MODEL", "MODELS", "INSTRUCTIONS", "CONTEXT_WINDOWS", "CONTINUES", "BASE_URL", "API_KEY"],
  ...["BUILTIN_WORDS_PER_SECOND"],
  ...["RETENTION_MS", "ABANDON_MS", "HEARTBEAT_MS", "FIRST_TOKEN_MS", "TOKEN_GAP_MS", "GENERATION_MS", "DRAIN_MS"],
  ...["MAX_MESSAGE_CHARS", "MAX_STREAMS", "MAX_READERS", "MAX_STREAM_BYTES", "MAX_LOG_BYTES", "RATE_LIMIT"],
  ...["CORS_ORIGINS", "ALLOWED_HOSTS", "TRUST_PROXY", "WORLD_EDITING", "DATA_DIR", "LOG_LEVEL"],
  ...["REDIS_URL", "REDIS_PREFIX", "REDIS_LEASE_MS"],
  ...["WORLD_STALL_MS", "WORLD_COMPLETION_MS", "WORLD_RESPONSE_MS", "WORLD_LONG_OPERATION_MS"],
  // Of the command line: where a server is, which is no setting of one.
  "URL",
].map((name) => `CHATWAIT_${name}`);

/**
 * Reads the environment.
 * @throws SettingError for the first variable that cannot be used
 */
export function readConfig(env: Environment): Config {
  return Object.freeze({
    host: text(env, "HOST") ?? "127.0.0.1",
    port: whole(env, "PORT", 3000, 0, 65_535),
    models: readModels(env),
    instructions: text(env, "CHATWAIT_INSTRUCTIONS"),
    shelf: readShelf(env),
    patience: {
      firstTokenMs: whole(env, "CHATWAIT_FIRST_TOKEN_MS", MINUTE_MS),
      tokenGapMs: whole(env, "CHATWAIT_TOKEN_GAP_MS", MINUTE_MS / 2),
      generationMs: whole(env, "CHATWAIT_GENERATION_MS", 10 * MINUTE_MS),
    },
    heartbeatMs: whole(env, "CHATWAIT_HEARTBEAT_MS", 10_000),
    maxMessageChars: whole(env, "CHATWAIT_MAX_MESSAGE_CHARS", 32_000),
    rateLimit: whole(env, "CHATWAIT_RATE_LIMIT", 600, 0),
    drainMs: whole(env, "CHATWAIT_DRAIN_MS", MINUTE_MS / 2),
    corsOrigins: origins(env, "CHATWAIT_CORS_ORIGINS"),
    allowedHosts: hosts(env, "CHATWAIT_ALLOWED_HOSTS"),
    trustProxy: proxies(env, "CHATWAIT_TRUST_PROXY"),
    worldEditing: flag(env, "CHATWAIT_WORLD_EDITING"),
    worldTiming: readWorldTiming(env),
    dataDir: text(env, "CHATWAIT_DATA_DIR") ?? "./data",
    redis: readRedis(env),
    logLevel: readLogLevel(env),
    warnings: unknownSettings(env, KNOWN),
  });
}

function readModels(env: Environment): RegistrySettings {
  return {
    defaultId: text(env, "CHATWAIT_MODEL") ?? "builtin:chat",
    furtherIds: list(env, "CHATWAIT_MODELS"),
    contextWindows: numbersByName(env, "CHATWAIT_CONTEXT_WINDOWS"),
    continues: list(env, "CHATWAIT_CONTINUES"),
    wordsPerSecond: whole(env, "CHATWAIT_BUILTIN_WORDS_PER_SECOND", 30, 0, 1_000_000),
    openaiApiKey: text(env, "OPENAI_API_KEY"),
    openaiBaseUrl: text(env, "OPENAI_BASE_URL"),
    anthropicApiKey: text(env, "ANTHROPIC_API_KEY"),
    ollamaHost: text(env, "OLLAMA_HOST"),
    baseUrl: text(env, "CHATWAIT_BASE_URL"),
    apiKey: text(env, "CHATWAIT_API_KEY"),
  };
}

function readShelf(env: Environment): ShelfLimits {
  return {
    retentionMs: whole(env, "CHATWAIT_RETENTION_MS", 5 * MINUTE_MS),
    abandonMs: whole(env, "CHATWAIT_ABANDON_MS", 5 * MINUTE_MS),
    maxStreams: whole(env, "CHATWAIT_MAX_STREAMS", 5000),
    maxReaders: whole(env, "CHATWAIT_MAX_READERS", 20_000),
    maxStreamBytes: whole(env, "CHATWAIT_MAX_STREAM_BYTES", 4 * MIB, 1, MOST_BYTES),
    maxLogBytes: whole(env, "CHATWAIT_MAX_LOG_BYTES", 512 * MIB, 1, MOST_BYTES),
  };
}

/** As long as a world itself may make its delays; ms. */
const LONGEST_DELAY_MS = 10 * MINUTE_MS;

function readWorldTiming(env: Environment): Timing {
  const delay = (name: string, fallback: number) =>
    whole(env, `CHATWAIT_WORLD_${name}_MS`, fallback, 1, LONGEST_DELAY_MS);
  return {
    stall: delay("STALL", 500),
    completion: delay("COMPLETION", 2000),
    response: delay("RESPONSE", 3000),
    long_operation: delay("LONG_OPERATION", 8000),
  };
}

const LOG_LEVELS = ["trace", "debug", "info", "warn", "error", "fatal", "silent"];

function readLogLevel(env: Environment): string {
  const level = text(env, "CHATWAIT_LOG_LEVEL") ?? "info";
  if (LOG_LEVELS.includes(level)) return level;
  throw settingError("CHATWAIT_LOG_LEVEL", `CHATWAIT_LOG_LEVEL must be one of ${LOG_LEVELS.join(", ")}.`);
}

/** R-LEASE: a server that dies is noticed within this time. */
const LONGEST_LEASE_MS = 5000;

function readRedis(env: Environment): RedisSettings | undefined {
  const url = text(env, "CHATWAIT_REDIS_URL");
  const leaseMs = whole(env, "CHATWAIT_REDIS_LEASE_MS", LONGEST_LEASE_MS, 300, LONGEST_LEASE_MS);
  const prefix = text(env, "CHATWAIT_REDIS_PREFIX") ?? "chatwait:";
  // Braces would be taken for what keys are spread over a cluster by.
  if (!/^[\x21-\x7a|~]{1,64}$/.test(prefix)) {
    throw settingError(
      "CHATWAIT_REDIS_PREFIX",
      "CHATWAIT_REDIS_PREFIX is 1 to 64 characters without spaces or braces.",
    );
  }
  if (url === undefined) return undefined;
  checkRedisUrl(url);
  return { url, prefix, leaseMs };
}

/** It may hold a password, so it is not shown. */
function checkRedisUrl(url: string) {
  const example = "redis://127.0.0.1:6379, or rediss://user:password@host:6380/1 with TLS and the number of a database";
  const refuse = (what: string) => settingError("CHATWAIT_REDIS_URL", `CHATWAIT_REDIS_URL ${what}.`);
  const { protocol, hostname, pathname, search, hash, username, password } = URL.parse(url) ?? {};
  if (!/^rediss?:$/.test(protocol ?? "") || !hostname) throw refuse(`must be a URL like ${example}`);
  if (!/^(\/\d{0,9})?$/.test(pathname ?? "")) throw refuse("has after its host what is no number of a database");
  if (search || hash) throw refuse("takes neither ? nor #; in a password they are written %3F and %23");
  if (/%(?![\da-f]{2})/i.test(`${username}${password}`))
    throw refuse("has a user or password with a % that is not %25");
}
