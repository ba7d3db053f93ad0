import type { FastifyBaseLogger, FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { Clock } from "../clock.ts";
import type { GenerationObserver } from "../generation/generate.ts";
import { randomId } from "../ids.ts";
import type { Shelf } from "../log/shelf.ts";
import type { CallDeps } from "../models/call.ts";
import type { Registry } from "../models/registry.ts";
import { failure } from "../protocol/errors.ts";
import type { Worlds } from "../worlds/worlds.ts";
import { chatRoutes } from "./chat-routes.ts";
import { allowOrigins } from "./cors.ts";
import { editingRule } from "./editing.ts";
import { createEntrance, pathOf } from "./entrance.ts";
import { createHttpServer } from "./http-server.ts";
import { inFlightCount } from "./in-flight.ts";
import { acceptJsonBodies } from "./json-body.ts";
import { methodTable } from "./methods.ts";
import type { Metrics } from "./metrics.ts";
import { opsRoutes } from "./ops-routes.ts";
import { sendProblem, toFailure } from "./problems.ts";
import { chatStarter } from "./start-chat.ts";
import { startLimit } from "./start-limit.ts";
import { turnStarter } from "./start-turn.ts";
import { worldAdminRoutes } from "./world-admin-routes.ts";
import { worldRoutes } from "./world-routes.ts";

export type AppOptions = {
  clock: Clock;
  shelf: Shelf;
  registry: Registry;
  worlds: Worlds;
  metrics: Metrics;
  call: CallDeps;
  observe: GenerationObserver;
  logger: FastifyBaseLogger;
  version: string;
  /** The address that it will be bound to. */
  host: string;
  instructions: string | undefined;
  heartbeatMs: number;
  maxMessageChars: number;
  rateLimit: number;
  corsOrigins: readonly string[];
  allowedHosts: readonly string[];
  trustProxy: number | string[] | undefined;
  worldEditing: boolean | undefined;
  /** In place of the worlds' own. */
  subscribeWorld?: Worlds["subscribeWorld"];
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

/** All paths, bare and under their version (R-VERSION). Returns what makes them refuse new work. */
async function addRoutes(server: FastifyInstance, options: AppOptions) {
  let draining = false;
  const refuseWhileDraining = () => {
    if (draining) throw failure("shutting_down");
  };
  const limit = await startLimit(server, options.rateLimit);
  async function admit(request: FastifyRequest, reply: FastifyReply) {
    refuseWhileDraining();
    await limit(request, reply);
  }
  const chat = { ...options, admit, startChat: chatStarter(options) };
  const startTurn = turnStarter({ ...options, refuseWhileDraining });
  const world = { ...options, admit, refuseWhileDraining, startTurn };
  const admin = { worlds: options.worlds, mayEdit: editingRule(options) };
  const ops = { ...options, isDraining: () => draining };
  for (const prefix of ["", "/v1"]) {
    await server.register(
      async (scope) => {
        chatRoutes(scope, chat);
        worldRoutes(scope, world);
        worldAdminRoutes(scope, admin);
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
