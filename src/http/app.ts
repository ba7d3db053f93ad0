import type { FastifyBaseLogger, FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { Clock } from "../clock.ts";
import { randomId } from "../ids.ts";
import type { Shelf } from "../log/shelf.ts";
import type { ModelLimits } from "../models/patience.ts";
import type { Registry } from "../models/registry.ts";
import { failure } from "../protocol/errors.ts";
import { chatRoutes } from "./chat-routes.ts";
import { allowOrigins } from "./cors.ts";
import { createEntrance, pathOf } from "./entrance.ts";
import { createHttpServer } from "./http-server.ts";
import { inFlightCount } from "./in-flight.ts";
import { acceptJsonBodies } from "./json-body.ts";
import { methodTable } from "./methods.ts";
import { createMetrics, type Metrics } from "./metrics.ts";
import { opsRoutes } from "./ops-routes.ts";
import { sendProblem, toFailure } from "./problems.ts";
import { chatStarter } from "./start-chat.ts";
import { startLimit } from "./start-limit.ts";

export type AppOptions = {
  clock: Clock;
  random(): number;
  shelf: Shelf;
  registry: Registry;
  logger: FastifyBaseLogger;
  version: string;
  /** The address that it will be bound to. */
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

/** The edge: everything that speaks HTTP, put together. It does not listen yet. */
export async function createApp(options: AppOptions): Promise<App> {
  const { shelf, clock, logger, trustProxy } = options;
  const metrics = createMetrics(shelf.counts);
  const inFlight = inFlightCount();
  const enter = createEntrance({ ...options, boundTo: options.host, metrics, inFlight });
  const fail = failWith(logger);
  const server = createHttpServer({
    trustProxy,
    newRequestId: requestIds(),
    observe: ({ code }) => metrics.refused(code),
    failEarly: (error, request, reply) =>
      fail(
        refusalOr(error, () => enter(request, reply)),
        request,
        reply,
      ),
  });
  server.decorateRequest("visit");
  server.addHook("onRequest", (request, reply, done) => {
    enter(request, reply);
    done();
  });
  server.setErrorHandler(fail);
  refuseUnknownPaths(server);
  acceptJsonBodies(server);
  await allowOrigins(server, options.corsOrigins);
  const draining = await addRoutes(server, options, metrics);

  return {
    server,
    metrics,
    startDraining: draining.start,
    async close(flushMs) {
      const closed = server.close();
      // A connection that was opened and never used, as browsers do, or half a request: nobody waits for those.
      const closeAll = () => server.server.closeAllConnections();
      const cancel = clock.after(flushMs, closeAll);
      inFlight.idle().then(closeAll);
      await closed;
      cancel();
    },
  };
}

/** All paths, bare and under their version (R-VERSION). Returns what makes them refuse new work. */
async function addRoutes(server: FastifyInstance, options: AppOptions, metrics: Metrics) {
  const { shelf, registry, clock, instructions, heartbeatMs, maxMessageChars, version } = options;
  let draining = false;
  const refuseWhileDraining = () => {
    if (draining) throw failure("shutting_down");
  };
  const limit = await startLimit(server, options.rateLimit);
  const call = { clock, random: options.random, limits: options.patience, onOutcome: metrics.upstream };
  const observe = { ...metrics.generation, failed: failureLog(options.logger) };
  const startChat = chatStarter({ shelf, registry, clock, observe, instructions, call });
  const chat = { shelf, clock, metrics, startChat, limit, heartbeatMs, maxMessageChars, refuseWhileDraining };
  const ops = { registry, metrics, version, maxMessageChars, isDraining: () => draining };
  for (const prefix of ["", "/v1"]) {
    await server.register(
      async (scope) => {
        chatRoutes(scope, chat);
        opsRoutes(scope, ops);
      },
      { prefix },
    );
  }
  return {
    start() {
      draining = true;
    },
  };
}

function refuseUnknownPaths(server: FastifyInstance) {
  const methodsOf = methodTable(server);
  server.setNotFoundHandler((request, reply) => {
    const allowed = methodsOf(pathOf(request)).join(", ");
    if (allowed === "") return sendProblem(request, reply, failure("not_found"));
    const text = `This path takes ${allowed}, not ${request.method}.`;
    return sendProblem(request, reply.header("allow", allowed), failure("method_not_allowed", text));
  });
}

/** Answers with any error; one that is not a client's is for the operator to look at. */
const failWith = (logger: FastifyBaseLogger) => (error: unknown, request: FastifyRequest, reply: FastifyReply) => {
  const problem = toFailure(error);
  if (problem.code === "internal_error") logger.error({ err: error, reqId: request.id }, "unexpected error");
  return sendProblem(request, reply, problem);
};

/** What a client is told of a model's fault is its code; who runs the server also wants to know why. */
const failureLog = (logger: FastifyBaseLogger) => (model: string, code: string, cause: unknown) =>
  logger.warn(
    { model, error_code: code, ...(cause === undefined ? {} : { cause: String(cause) }) },
    "generation failed",
  );

/** What the entrance says against a request comes before what is wrong with it. */
function refusalOr(error: unknown, enter: () => void): unknown {
  try {
    enter();
    return error;
  } catch (refusal) {
    return refusal;
  }
}

/** Names of requests: unique within a process and, by their beginning, hardly ever twice elsewhere. */
function requestIds(): () => string {
  const prefix = randomId(6);
  let requests = 0;
  return () => `${prefix}-${(++requests).toString(36)}`;
}
