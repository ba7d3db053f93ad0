import { type Finding, finding } from "./finding.ts";
import type { ServerFacts } from "./machine.ts";
import { type JsonReply, requestRaw } from "./raw-http.ts";

/** Who answers at a URL. */

export type Identity = { finding: Finding; facts: ServerFacts | undefined };

const PATIENCE_MS = 10_000;

/** Asks what no log-in keeps secret. Never rejects. */
export async function identify(url: string, headers: Readonly<Record<string, string>>): Promise<Identity> {
  try {
    const ask = (path: string) => requestRaw(`${url}${path}`, { headers, signal: AbortSignal.timeout(PATIENCE_MS) });
    const models = await ask("/models");
    if (models.status !== 200) return { finding: refusal(url, models), facts: undefined };
    const facts = factsOf(models.json, (await ask("/openapi.json")).json);
    if (!facts) return { finding: stranger(url), facts };
    const offered = facts.models.length > 1 ? `, ${facts.models.length} models` : "";
    return {
      finding: finding(
        "server",
        "ok",
        `A ChatWait server answers at ${url} (version ${facts.version}, ${facts.defaultModel}${offered}).`,
      ),
      facts,
    };
  } catch (error) {
    return { finding: unreached(url, error), facts: undefined };
  }
}

type Listed = { default?: unknown; models?: { id?: unknown }[] };

function factsOf(models: unknown, openapi: unknown): ServerFacts | undefined {
  const { default: standard, models: list } = (models ?? {}) as Listed;
  const { info } = (openapi ?? {}) as { info?: { title?: string; version?: string } };
  if (typeof standard !== "string" || !Array.isArray(list) || info?.title !== "ChatWait") return undefined;
  return { version: info.version ?? "unknown", defaultModel: standard, models: list.map(({ id }) => String(id)) };
}

const stranger = (url: string): Finding =>
  finding(
    "server",
    "fail",
    `What answers at ${url} is no ChatWait server.`,
    "Check the address, and the path if it stands below one: --url https://example.com/chat",
  );

function refusal(url: string, { status, headers, json }: JsonReply): Finding {
  const code = (json as { error_code?: unknown } | undefined)?.error_code;
  const [title, advice] = reasonOf(status, code, headers.location, url);
  return finding("server", "fail", title, advice);
}

function reasonOf(
  status: number,
  code: unknown,
  location: string | undefined,
  url: string,
): [title: string, advice: string] {
  if (code === "host_not_allowed")
    return [
      `The server does not answer under the name ${new URL(url).hostname}.`,
      `Set CHATWAIT_ALLOWED_HOSTS=${new URL(url).hostname} at the server.`,
    ];
  if (status >= 300 && status < 400)
    return [
      `${url} sends elsewhere${location === undefined ? "" : `, to ${location.replace(/\/models$/, "")}`}.`,
      "Name that address with --url.",
    ];
  if (status === 401 || status === 403)
    return [
      `A gateway in front of ${url} wants a log-in (status ${status}).`,
      "Send what it wants along: --header 'Authorization: Bearer …'",
    ];
  if (status === 502 || status === 503 || status === 504)
    return [
      `A proxy answers at ${url}, but not the server behind it (status ${status}).`,
      "Start the server, and check the address that the proxy passes on to.",
    ];
  return [
    `What answers at ${url} is no ChatWait server (status ${status}).`,
    "Check the address, and the path if it stands below one: --url https://example.com/chat",
  ];
}

const CAUSES: Readonly<Record<string, string>> = {
  ECONNREFUSED: "nobody listens there",
  ENOTFOUND: "that name is not known",
  EAI_AGAIN: "that name cannot be looked up at the moment",
  ETIMEDOUT: "it does not answer",
  ECONNRESET: "the connection was cut",
  EPROTO: "what answers there does not speak TLS; the address may begin with http instead of https",
  CERT_HAS_EXPIRED: "its certificate has expired",
  DEPTH_ZERO_SELF_SIGNED_CERT: "its certificate is self-signed; NODE_EXTRA_CA_CERTS can name one to trust",
  SELF_SIGNED_CERT_IN_CHAIN: "its certificate is signed by nobody known; NODE_EXTRA_CA_CERTS can name one to trust",
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: "its certificate comes without the intermediate one",
  ERR_TLS_CERT_ALTNAME_INVALID: "its certificate is for another name",
};

function unreached(url: string, error: unknown): Finding {
  const { code = "", name } = error as NodeJS.ErrnoException;
  const inner = (error as { errors?: NodeJS.ErrnoException[] }).errors?.[0]?.code ?? "";
  const cause =
    CAUSES[code || inner] ??
    (name === "TimeoutError" || name === "AbortError" ? `no answer within ${PATIENCE_MS / 1000} s` : code || name);
  return finding(
    "server",
    "fail",
    `No server is reached at ${url}: ${cause}.`,
    'Start one with "chatwait serve", or name it with --url.',
  );
}
