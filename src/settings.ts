import { isIP } from "node:net";
import { closest, distance } from "fastest-levenshtein";

/** Reading single settings out of an environment. Each reader checks, and says what a good value looks like. */

export type Environment = Readonly<Record<string, string | undefined>>;

/** A setting that cannot be used; `setting` is the variable's name. */
export type SettingError = Error & { readonly setting: string };

export function settingError(setting: string, message: string): SettingError {
  return Object.assign(new Error(message), { setting });
}

export function isSettingError(error: unknown): error is SettingError {
  return error instanceof Error && "setting" in error;
}

/** Longer than this setTimeout cannot wait. */
const LONGEST_MS = 2 ** 31 - 1;

/** An empty variable is an unset one, as shells and compose files make them. */
export const text = (env: Environment, name: string): string | undefined => env[name]?.trim() || undefined;

export function whole(env: Environment, name: string, fallback: number, least = 1, most = LONGEST_MS): number {
  const value = text(env, name);
  if (value === undefined) return fallback;
  const number = /^\d{1,16}$/.test(value) ? Number(value) : Number.NaN;
  if (number >= least && number <= most) return number;
  throw settingError(name, `${name} must be a whole number from ${least} to ${most}; it is ${shown(value)}.`);
}

export function flag(env: Environment, name: string): boolean | undefined {
  const value = text(env, name);
  if (value === undefined || value === "true" || value === "false") return value && value === "true";
  throw settingError(name, `${name} must be true or false; it is ${shown(value)}.`);
}

export function list(env: Environment, name: string): string[] {
  const entries = (text(env, name) ?? "").split(",").map((entry) => entry.trim());
  return entries.filter((entry) => entry !== "");
}

/** Origins as browsers send them: scheme, host, and port where it is not the scheme's own. */
export function origins(env: Environment, name: string): string[] {
  return list(env, name).map((entry) => {
    const origin = URL.canParse(entry) ? new URL(entry).origin : "null";
    if (origin !== "null" && entry.replace(/\/$/, "").toLowerCase() === origin) return origin;
    throw settingError(name, `${name} must list origins like https://chat.example.com; ${shown(entry)} is none.`);
  });
}

/** Host names, without a port. */
export function hosts(env: Environment, name: string): string[] {
  return list(env, name).map((entry) => {
    const bare = entry.replace(/^\[|\]$/g, "");
    if (/^[A-Za-z0-9._-]+$/.test(entry) || isIP(bare)) return bare.toLowerCase();
    throw settingError(
      name,
      `${name} must list host names like chat.example.com, without a port; ${shown(entry)} is none.`,
    );
  });
}

/** Who may say where a request came from: a number of proxies, or their networks. */
export function proxies(env: Environment, name: string): number | string[] | undefined {
  const entries = list(env, name);
  if (entries.length === 0) return undefined;
  if (entries.length === 1 && /^\d{1,2}$/.test(entries[0] ?? "")) return Number(entries[0]) || undefined;
  for (const entry of entries) {
    if (!isNetwork(entry)) {
      throw settingError(
        name,
        `${name} must be a number of hops or list networks like 10.0.0.0/8; ${shown(entry)} is neither.`,
      );
    }
  }
  return entries;
}

function isNetwork(entry: string): boolean {
  if (["loopback", "linklocal", "uniquelocal"].includes(entry)) return true;
  const [address = "", bits = "", ...rest] = entry.split("/");
  const version = isIP(address);
  if (version === 0 || rest.length > 0) return false;
  return !entry.includes("/") || (/^\d{1,3}$/.test(bits) && Number(bits) <= (version === 4 ? 32 : 128));
}

/** Numbers by name, like `openai:gpt-5=400000,ollama:llama3=8192`. */
export function numbersByName(env: Environment, name: string): Record<string, number> {
  const pairs = list(env, name).map((entry) => {
    const [, key = "", value = ""] = /^(.+)=(\d{1,9})$/.exec(entry) ?? [];
    if (key !== "" && Number(value) > 0) return [key.trim(), Number(value)] as const;
    throw settingError(name, `${name} must be like openai:gpt-5=400000,ollama:llama3=8192; ${shown(entry)} is not.`);
  });
  return Object.fromEntries(pairs);
}

/** Variables that look like ours and are not: a slip of the pen would otherwise go unnoticed. */
export function unknownSettings(env: Environment, known: readonly string[]): string[] {
  const strangers = Object.keys(env).filter((name) => name.startsWith("CHATWAIT_") && !known.includes(name));
  return strangers.map((name) => {
    const guess = closest(name, known);
    return `There is no setting ${name}.${distance(name, guess) <= 4 ? ` Did you mean ${guess}?` : ""}`;
  });
}

const shown = (value: string): string => JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}…` : value);
