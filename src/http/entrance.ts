import type { FastifyBaseLogger, FastifyReply, FastifyRequest } from "fastify";
import { checkSizes, createDoor, type DoorOptions, hostCount } from "./door.ts";
import { openVisit, type Visit, type VisitDeps } from "./visit.ts";

declare module "fastify" {
  interface FastifyRequest {
    visit: Visit;
  }
}

export type EntranceOptions = VisitDeps & DoorOptions & { trustProxy: number | string[] | undefined };

/**
 * What happens to every request before anything else: it is noted, its answer gets the headers that all have, and it is let in
 * or not.
 * @throws Failure of the door or of the sizes
 */
export function createEntrance(options: EntranceOptions): (request: FastifyRequest, reply: FastifyReply) => void {
  const enter = createDoor(options);
  const noticeProxy = options.trustProxy === undefined ? proxyNotice(options.logger) : () => {};
  return (request, reply) => {
    request.visit = openVisit(options, request, reply);
    reply.headers(SECURITY_HEADERS).header("x-request-id", request.id);
    // Whoever sends no Host, or two, does not speak HTTP as we do: nothing more is read from them.
    if (hostCount(request.raw.rawHeaders) !== 1) reply.header("connection", "close");
    checkSizes(request.raw);
    noticeProxy(request);
    const { headers, host, method } = request;
    enter({ headers, host: host ?? "", path: pathOf(request), method });
  };
}

/** The path, without its query. */
export function pathOf({ url }: FastifyRequest): string {
  const end = url.indexOf("?");
  return end < 0 ? url : url.slice(0, end);
}

/** Warns once: a proxy that nobody told us of sends its headers with every request. */
function proxyNotice(logger: FastifyBaseLogger): (request: FastifyRequest) => void {
  let noticed = false;
  return ({ headers }) => {
    if (noticed || !(headers["x-forwarded-for"] || headers.forwarded)) return;
    noticed = true;
    logger.warn(
      "Requests come with forwarding headers, which are not believed: all clients of a proxy count as one. " +
        "If there is a proxy in front, set CHATWAIT_TRUST_PROXY to the number of hops or to its networks.",
    );
  };
}

/**
 * The same for every answer, and so not worth a plugin that works them out for each. Data may not be framed, sniffed or run;
 * the pages bring a policy of their own. No HSTS: we speak plain HTTP, and the proxy in front knows whether there is TLS.
 */
const SECURITY_HEADERS = {
  "cache-control": "no-store",
  "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
  "cross-origin-resource-policy": "same-origin",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
};
