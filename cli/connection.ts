import { type Client, createClient } from "../client/index.ts";
import type { Clock } from "../src/clock.ts";
import type { Environment } from "../src/settings.ts";
import { listOption, type Values } from "./command.ts";
import { usageError } from "./failures.ts";
import { guardedClient } from "./guarded-client.ts";

const DEFAULT_URL = "http://127.0.0.1:3000";

/**
 * The address of the server, without a slash at its end: `--url`, else CHATWAIT_URL, else this machine.
 * @throws CliError `usage`
 */
export function urlFrom(values: Values, env: Environment): string {
  const given = typeof values["url"] === "string" ? values["url"] : undefined;
  const text = (given ?? env["CHATWAIT_URL"]?.trim()) || DEFAULT_URL;
  const name = given === undefined ? "CHATWAIT_URL" : "--url";
  const url = URL.canParse(text) ? new URL(text) : undefined;
  // Requests carry none from there, and it would be printed with the address.
  if (url && (url.username !== "" || url.password !== ""))
    throw usageError(`${name} takes no user and no password. Send them with --header 'Authorization: Basic …'.`);
  if (url && /^https?:$/.test(url.protocol) && url.search === "" && url.hash === "")
    return url.href.replace(/\/+$/, "");
  throw usageError(`${name} must be like https://chat.example.com; it is "${text}".`);
}

/**
 * The headers of `--header "NAME: VALUE"`.
 * @throws CliError `usage`
 */
export function headersFrom(values: Values): Record<string, string> {
  const pairs = listOption({ values }, "header").map((header) => {
    const [, name, value] = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+):\s*([\t\x20-\x7e\x80-\xff]*)$/.exec(header) ?? [];
    if (name !== undefined && value !== undefined) return [name, value.trim()] as const;
    throw usageError(`--header must be like 'Authorization: Bearer …'; "${header}" is not.`);
  });
  return Object.fromEntries(pairs);
}

export const clientFor = (url: string, headers: Readonly<Record<string, string>>, clock: Clock): Client =>
  guardedClient(createClient({ baseUrl: url, headers: { ...headers } }), url, clock);
