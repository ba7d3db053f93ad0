import type { Server } from "node:http";
import cors from "@fastify/cors";
import Fastify, { type FastifyBaseLogger, type FastifyInstance, type FastifyReply, type FastifyRequest } from "fastify";
import type { Clock } from "../clock.ts";
import { randomId } from "../ids.ts";
import type { Shelf } from "../log/shelf.ts";
import type { ModelLimits } from "../models/patience.ts";
import type { Registry } from "../models/registry.ts";
import { failure } from "../protocol/errors.ts";
import { chatRoutes } from "./chat-routes.ts";
import { checkSizes, createDoor } from "./door.ts";
import { acceptJsonBodies } from "./json-body.ts";
import { methodTable } from "./methods.ts";
import { createMetrics, type Metrics } from "./metrics.ts";
import { opsRoutes } from "./ops-routes.ts";
import { sendProblem, toFailure } from "./problems.ts";
import { answerRawProblems, LONGEST_HEADERS, LONGEST_URL } from "./raw-problems.ts";
import { chatStarter } from "./start-chat.ts";
import { startLimit } from "./start-limit.ts";
import { openVisit, type Visit } from "./visit.ts";

declare module "fastify" {
  interface FastifyRequest {
    visit: Visit;
  }
}

export type AppOptions = {
  clock: Clock;
  random(): number;
  shelf: Shelf;
  registry: Registry;
  logger: FastifyBaseLogger;
  version: string;
  host: string;
  instructions: string | undefined;
  patience: ModelLimits;
  heartbeatMs: number;
  maxMessageChars: number;
  rateLimit: number;
  corsOrigins: readonly string[];
  allowedHosts: readonly string[];
  trustProxy: number | string[] | undefined;
};

export type App = {
  readonly server: FastifyInstance;
  readonly metrics: Metrics;
  /** From now on `readyz` says 503, and so does every start (R-DRAIN). */
  startDraining(): void;
  /** Stops listening and closes what is idle; whoever still receives has `flushMs` to get to the end. */
  close(flushMs: number): Promise<void>;
};

const BODY_BYTES = 2 ** 20;
const HEADERS_MS = 10_000;
const REQUEST_MS = 30_000;

/** Longer than proxies keep theirs (nginx: 60 s), so that none sends into a connection that is just closing. */
const KEEP_ALIVE_MS = 72_000;

/** The edge: everything that speaks HTTP, put together. It does not listen yet. */
export async function createApp(options: AppOptions): Promise<App> {
  const { shelf, clock, registry } = options;
  const metrics = createMetrics(shelf.counts);
  const prefix = randomId(6);
  let requests = 0;
  let draining = false;
  const newRequestId = () => `${prefix}-${(++requests).toString(36)}`;

  const server = Fastify({
    genReqId: newRequestId,
    trustProxy: trustOf(options.trustProxy),
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
    clientErrorHandler: () => {},
    frameworkErrors: (error, request, reply) => failEarly(error, request, reply),
  });
  answerRawProblems(server.server as Server, { newRequestId, observe: ({ code }) => metrics.refused(code) });

  function fail(error: unknown, request: FastifyRequest, reply: FastifyReply) {
    const problem = toFailure(error);
    if (problem.code === "internal_error") options.logger.error({ err: error, reqId: request.id }, "unexpected error");
    return sendProblem(request, reply, problem);
  }

  // Once: a proxy that nobody told us of sends them with every request.
  let noticed = false;
  function noticeProxy({ headers }: FastifyRequest) {
    if (noticed || !(headers["x-forwarded-for"] || headers.forwarded)) return;
    noticed = true;
    options.logger.warn(
      "Requests come with forwarding headers, which are not believed: all clients of a proxy count as one. " +
        "If there is a proxy in front, set CHATWAIT_TRUST_PROXY to the number of hops or to its networks.",
    );
  }

  const enter = createDoor({
    boundTo: options.host,
    allowedHosts: options.allowedHosts,
    corsOrigins: options.corsOrigins,
  });
  function admit(request: FastifyRequest, reply: FastifyReply) {
    request.visit = openVisit({ logger: options.logger, clock, metrics }, request, reply);
    reply.headers(SECURITY_HEADERS).header("x-request-id", request.id);
    // Whoever sends no Host does not speak HTTP as we do: nothing more is read from them.
    if (request.raw.headers.host === undefined) reply.header("connection", "close");
    checkSizes(request.raw);
    if (options.trustProxy === undefined) noticeProxy(request);
    const { headers, host, method } = request;
    enter({ headers, host: host ?? "", path: pathOf(request), method });
  }

  /** What the framework refuses before any hook has run, such as a path that it cannot decode. */
  function failEarly(error: unknown, request: FastifyRequest, reply: FastifyReply) {
    try {
      admit(request, reply);
    } catch (refusal) {
      return fail(refusal, request, reply);
    }
    return fail(error, request, reply);
  }

  server.addHook("onRequest", (request, reply, done) => {
    admit(request, reply);
    done();
  });
  server.setErrorHandler((error, request, reply) => fail(error, request, reply));
  const methodsOf = methodTable(server);
  server.setNotFoundHandler((request, reply) => {
    const allowed = methodsOf(pathOf(request));
    if (allowed.length === 0) return sendProblem(request, reply, failure("not_found"));
    const text = `This path takes ${allowed.join(", ")}, not ${request.method}.`;
    return sendProblem(request, reply.header("allow", allowed.join(", ")), failure("method_not_allowed", text));
  });
  acceptJsonBodies(server);

  // Without an origin to let in there is nothing to say to one, nor a preflight to answer.
  if (options.corsOrigins.length > 0) {
    await server.register(cors, { ...CORS, origin: [...options.corsOrigins], strictPreflight: false });
  }
  server.decorateRequest("visit");
  const limit = await startLimit(server, options.rateLimit);
  const startChat = chatStarter({
    shelf,
    registry,
    clock,
    metrics,
    instructions: options.instructions,
    call: { clock, random: options.random, limits: options.patience, onOutcome: metrics.upstream },
  });
  const { heartbeatMs, maxMessageChars, version } = options;
  const refuseWhileDraining = () => {
    if (draining) throw failure("shutting_down");
  };
  // R-VERSION: every path stands bare and under its version.
  for (const prefix of ["", "/v1"]) {
    await server.register(
      async (scope) => {
        chatRoutes(scope, {
          shelf,
          clock,
          metrics,
          startChat,
          limit,
          heartbeatMs,
          maxMessageChars,
          refuseWhileDraining,
        });
        opsRoutes(scope, { registry, metrics, version, maxMessageChars, isDraining: () => draining });
      },
      { prefix },
    );
  }

  return {
    server,
    metrics,
    startDraining() {
      draining = true;
    },
    async close(flushMs) {
      const cancel = clock.after(flushMs, () => server.server.closeAllConnections());
      await server.close();
      cancel();
    },
  };
}

const pathOf = (request: FastifyRequest): string => request.url.split("?", 1)[0] ?? "";

/** Whom to believe about where a request came from: the nearest so many hops, or some networks, or nobody. */
function trustOf(proxies: AppOptions["trustProxy"]) {
  return typeof proxies === "number" ? (_address: string, hop: number) => hop < proxies : (proxies ?? false);
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

const CORS = {
  methods: ["GET", "POST", "PATCH", "DELETE"],
  allowedHeaders: ["Last-Event-ID", "Idempotency-Key", "Prefer", "Content-Type"],
  exposedHeaders: [
    "Content-Location",
    "Location",
    "Retry-After",
    "RateLimit",
    "RateLimit-Policy",
    "Idempotent-Replayed",
    "X-Request-Id",
  ],
  maxAge: 600,
};
