import type { IncomingHttpHeaders, IncomingMessage } from "node:http";
import { isIP } from "node:net";
import { failure } from "../protocol/errors.ts";
import { LONGEST_HEADERS, LONGEST_URL } from "./raw-problems.ts";

/** What the door must know of a request. `host` as the client named it, behind a trusted proxy by its word. */
export type Visitor = {
  headers: IncomingHttpHeaders;
  host: string;
  /** The path, without its query. */
  path: string;
  method: string;
};

export type DoorOptions = {
  /** The address that the server is bound to. */
  boundTo: string;
  allowedHosts: readonly string[];
  corsOrigins: readonly string[];
};

/**
 * R-DOOR: there is no log-in, so pages of other origins and other names for this machine are kept out.
 * @throws Failure `host_not_allowed` or `origin_not_allowed`
 */
export function createDoor({ boundTo, allowedHosts, corsOrigins }: DoorOptions): (visitor: Visitor) => void {
  // Where names were given they hold on every address: a container is bound to all of them, and published on loopback.
  const narrow = isLoopback(boundTo) || allowedHosts.length > 0;
  // Nearly all requests name the host that the one before them named.
  let lastAllowed: string | undefined;

  function checkHost(host: string) {
    if (!narrow || host === lastAllowed) return;
    const name = hostName(host);
    if (!isLoopback(name) && !allowedHosts.includes(name)) throw failure("host_not_allowed");
    lastAllowed = host;
  }

  return ({ headers, host, path, method }) => {
    // Probes come by an address that nobody can list, and start nothing.
    if (isLoopback(boundTo) || !PROBES.test(path)) checkHost(host);
    const { origin } = headers;
    if (origin !== undefined) {
      if (!isOwn(origin, host) && !corsOrigins.includes(origin)) throw failure("origin_not_allowed");
    } else if (headers["sec-fetch-site"] === "cross-site" && !isVisit(headers, path, method)) {
      throw failure("origin_not_allowed");
    }
  };
}

/** Someone followed a link to a page of ours. */
function isVisit(headers: IncomingHttpHeaders, path: string, method: string): boolean {
  return method === "GET" && headers["sec-fetch-mode"] === "navigate" && PAGES.test(path);
}
const PROBES = /^(?:\/v1)?\/(?:healthz|readyz|metrics)$/;
const PAGES = /^(?:\/v1)?(?:\/(?:docs)?)?$/;

/** Same host and port, whatever the scheme: behind a proxy that speaks TLS we do not know it. */
function isOwn(origin: string, host: string): boolean {
  if (!URL.canParse(origin)) return false;
  const { protocol, host: originHost } = new URL(origin);
  const own = `${protocol}//${host}`;
  return originHost !== "" && URL.canParse(own) && new URL(own).host === originHost;
}

function hostName(host: string): string {
  return host
    .replace(/:\d*$/, "")
    .replace(/^\[|\]$/g, "")
    .replace(/\.$/, "")
    .toLowerCase();
}

export function isLoopback(name: string): boolean {
  if (name === "localhost" || name.endsWith(".localhost") || name === "::1") return true;
  return isIP(name) === 4 && name.startsWith("127.");
}

/** How often the header `Host` is there; of two, Node only tells the first. */
export function hostCount(rawHeaders: readonly string[]): number {
  let count = 0;
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index] as string;
    if (name.length === 4 && name.toLowerCase() === "host") count++;
  }
  return count;
}

/**
 * What Node's parser lets through and the contract does not.
 * @throws Failure `uri_too_long`, `headers_too_large` or `invalid_request`
 */
export function checkSizes({ url, rawHeaders }: IncomingMessage) {
  if ((url?.length ?? 0) > LONGEST_URL) throw failure("uri_too_long");
  let bytes = 0;
  // Each line holds a colon, a space and its end besides.
  for (const part of rawHeaders) bytes += part.length + 2;
  if (bytes > LONGEST_HEADERS) throw failure("headers_too_large");
  const hosts = hostCount(rawHeaders);
  if (hosts !== 1) {
    throw failure("invalid_request", `The header "Host" ${hosts === 0 ? "is missing" : "is there more than once"}.`);
  }
}
