import type { FastifyBaseLogger, FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { randomId } from "../ids.ts";
import { failure } from "../protocol/errors.ts";
import { allowOrigins } from "./cors.ts";
import { createEntrance, type EntranceOptions, pathOf } from "./entrance.ts";
import { createHttpServer } from "./http-server.ts";
import { inFlightCount } from "./in-flight.ts";
import { acceptJsonBodies } from "./json-body.ts";
import { methodTable } from "./methods.ts";
import { sendProblem, toFailure } from "./problems.ts";
import { addRoutes, type RoutesOptions } from "./routes.ts";

export type AppOptions = RoutesOptions &
  Omit<EntranceOptions, "boundTo" | "inFlight"> & {
    /** The address that it will be bound to. */
    host: string;
  };

export type App = {
  readonly server: FastifyInstance;
  /** From now on `readyz` says 503, and so does every start (R-DRAIN). */
  startDraining(): void;
  /** Stops listening and closes what is idle; whoever still receives has `flushMs` to get to the end. */
  close(flushMs: number): Promise<void>;
};

/** The edge: everything that speaks HTTP, put together. It does not listen yet. */
export async function createApp(options: AppOptions): Promise<App> {
  const { clock, logger, trustProxy, metrics } = options;
  const inFlight = inFlightCount();
  const enter = createEntrance({ ...options, boundTo: options.host, inFlight });
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
  const draining = await addRoutes(server, options);

  return {
    server,
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
  const err = problem.code === "internal_error" ? error : problem.cause;
  if (err !== undefined) logger.error({ err, reqId: request.id }, "unexpected error");
  return sendProblem(request, reply, problem);
};

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
