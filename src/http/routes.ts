import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { failure } from "../protocol/errors.ts";
import { type ChatRoutesDeps, chatRoutes } from "./chat-routes.ts";
import { type EditingOptions, editingRule } from "./editing.ts";
import { type OpsRoutesDeps, opsRoutes } from "./ops-routes.ts";
import { type ChatStarterDeps, chatStarter } from "./start-chat.ts";
import { type SharedCounters, startLimit } from "./start-limit.ts";
import { type TurnStarterDeps, turnStarter } from "./start-turn.ts";
import { worldAdminRoutes } from "./world-admin-routes.ts";
import { type WorldRoutesDeps, worldRoutes } from "./world-routes.ts";

export type RoutesOptions = Omit<ChatRoutesDeps, "admit" | "startChat"> &
  Omit<WorldRoutesDeps, "admit" | "startTurn" | "refuseWhileDraining"> &
  Omit<OpsRoutesDeps, "isDraining"> &
  Omit<TurnStarterDeps, "refuseWhileDraining"> &
  ChatStarterDeps &
  EditingOptions & {
    /** Starts a minute and client address; 0: as many as they like. */
    rateLimit: number;
    /** Where starts are counted for all servers; without, each counts for itself. */
    counters?: SharedCounters;
  };

/** All paths, bare and under their version (R-VERSION). Returns what makes them refuse new work. */
export async function addRoutes(server: FastifyInstance, options: RoutesOptions): Promise<{ start(): void }> {
  let draining = false;
  const refuseWhileDraining = () => {
    if (draining) throw failure("shutting_down");
  };
  const limit = await startLimit(server, options.rateLimit, options.counters);
  function admit(request: FastifyRequest, reply: FastifyReply): Promise<void> {
    refuseWhileDraining();
    return limit(request, reply);
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
