import type { Server } from "node:http";
import Fastify, { type FastifyReply, type FastifyRequest } from "fastify";
import { answerRawProblems, LONGEST_HEADERS, LONGEST_URL, type RawProblems } from "./raw-problems.ts";

export type HttpServerOptions = RawProblems & {
  /** A number of hops, networks, or nobody: whom to believe about where a request came from. */
  trustProxy: number | string[] | undefined;
  /** Answers what is refused before any hook has run, such as a path that cannot be decoded. */
  failEarly(error: unknown, request: FastifyRequest, reply: FastifyReply): void;
};

const BODY_BYTES = 2 ** 20;
const HEADERS_MS = 10_000;
const REQUEST_MS = 30_000;

/** Longer than proxies keep theirs (nginx: 60 s), so that none sends into a connection that is just closing. */
const KEEP_ALIVE_MS = 72_000;

/** A server with the limits of PROTOCOL.md, sections 5 and 7, and nothing to serve yet. */
export function createHttpServer({ trustProxy, failEarly, ...raw }: HttpServerOptions) {
  const server = Fastify({
    genReqId: raw.newRequestId,
    trustProxy: trustOf(trustProxy),
    bodyLimit: BODY_BYTES,
    keepAliveTimeout: KEEP_ALIVE_MS,
    requestTimeout: REQUEST_MS,
    forceCloseConnections: "idle",
    return503OnClosing: false,
    exposeHeadRoutes: false,
    routerOptions: { maxParamLength: LONGEST_URL },
    http: {
      // Room for both limits, so that whichever is broken can be named.
      maxHeaderSize: LONGEST_HEADERS + LONGEST_URL,
      headersTimeout: HEADERS_MS,
      connectionsCheckingInterval: 1000,
      requireHostHeader: false,
    },
    // Its place is taken by answerRawProblems, which answers more than this.
    clientErrorHandler: () => {},
    frameworkErrors: failEarly,
  });
  answerRawProblems(server.server as Server, raw);
  return server;
}

function trustOf(proxies: HttpServerOptions["trustProxy"]) {
  return typeof proxies === "number" ? (_address: string, hop: number) => hop < proxies : (proxies ?? false);
}
