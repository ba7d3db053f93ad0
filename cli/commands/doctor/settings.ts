import { type Config, readConfig } from "../../../src/config.ts";
import { type Environment, isSettingError } from "../../../src/settings.ts";
import { type Finding, finding } from "./finding.ts";

/** The settings in this environment, as `chatwait serve` would take them. */
export type Settings = { findings: Finding[]; config: Config };

/** Not the server's: its own check tells of Redis, and CHATWAIT_URL is this program's. */
const OTHERS = ["CHATWAIT_REDIS_URL", "CHATWAIT_URL"];

/** Reads them all: a setting that cannot be used is told, and the others are read as if it had not been set. */
export function checkSettings(given: Environment): Settings {
  const env = { ...given };
  for (const name of OTHERS) delete env[name];
  const findings: Finding[] = [];
  for (;;) {
    try {
      const config = readConfig(env);
      for (const warning of config.warnings) findings.push(finding("settings", "warn", warning));
      if (findings.length === 0)
        findings.push(finding("settings", "ok", `The settings are valid: ${summary(config)}.`));
      return { findings, config };
    } catch (error) {
      if (!isSettingError(error) || env[error.setting] === undefined) throw error;
      findings.push(finding("settings", "fail", error.message));
      delete env[error.setting];
    }
  }
}

const summary = ({ host, port, models }: Config): string => `${models.defaultId} at ${host}:${port}`;

/** What this version can do with Redis, whatever the settings hope for. */
export function checkRedis(env: Environment): Finding {
  if (!env["CHATWAIT_REDIS_URL"]?.trim()) {
    return finding("redis", "skip", "Redis is not used: this version keeps its streams in the memory of one server.");
  }
  return finding(
    "redis",
    "fail",
    "CHATWAIT_REDIS_URL is set, but this version cannot use Redis: it keeps its streams in the memory of one server.",
    "Unset it: the server refuses to start with it.",
  );
}

const LEAST_NODE = 24;

export function checkNode(version: string): Finding {
  if (Number.parseInt(version, 10) >= LEAST_NODE) return finding("node", "ok", `Node ${version}.`);
  return finding(
    "node",
    "fail",
    `Node ${version} is too old.`,
    `Install Node ${LEAST_NODE} or newer: https://nodejs.org`,
  );
}
