import type { FastifyBaseLogger, FastifyReply, FastifyRequest } from "fastify";
import type { Clock } from "../clock.ts";
import type { InFlight } from "./in-flight.ts";
import type { Metrics } from "./metrics.ts";

/** What is kept of a request for as long as its response lasts, to be logged and counted at its end. */
export type Visit = {
  /** Notes the code of the error that it is answered with. */
  problem(code: string): void;
};

export type VisitDeps = { logger: FastifyBaseLogger; clock: Clock; metrics: Metrics; inFlight: InFlight };

/**
 * Logs one line when the response has ended or its client has gone: never the URL, which may hold a stream's id or a
 * message. A stream may last for minutes, so no more than these few values is held on to.
 */
export function openVisit(deps: VisitDeps, request: FastifyRequest, reply: FastifyReply): Visit {
  const { logger, clock, metrics, inFlight } = deps;
  const { id: reqId, method } = request;
  const route = request.routeOptions.url ?? "unknown";
  const response = reply.raw;
  const begun = clock.now();
  let errorCode: string | undefined;
  inFlight.begin();

  // Not `once`, which would wrap it, 0.2 KiB for as long as the response lasts: a response closes only once.
  response.on("close", () => {
    inFlight.end();
    const ms = Math.round(clock.now() - begun);
    const { statusCode: status, writableFinished: whole } = response;
    // What is undefined is not written.
    const line = { reqId, method, route, status, ms, cut: whole ? undefined : true, error_code: errorCode };
    logger.info(line, "request");
  });

  return {
    problem(code) {
      errorCode = code;
      metrics.refused(code);
    },
  };
}
