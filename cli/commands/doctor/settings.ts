import { type Config, readConfig } from "../../../src/config.ts";
import { type Environment, isSettingError } from "../../../src/settings.ts";
import { type Finding, finding } from "./finding.ts";

/** The settings in this environment, as `chatwait serve` would take them. */
export type Settings = { findings: Finding[]; config: Config };

/** Not the server's: CHATWAIT_URL is this program's. */
const OTHERS = ["CHATWAIT_URL"];

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

/** Whether streams are shared, and where: never with what the URL holds as a password. */
export function checkRedis({ redis }: Config): Finding {
  if (!redis) return finding("redis", "skip", "Redis is not used: streams are kept in the memory of one server.");
  const { host } = new URL(redis.url);
  return finding(
    "redis",
    "ok",
    `Streams are shared through Redis at ${host}. Whether it answers, the server says at its start.`,
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
