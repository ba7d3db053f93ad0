import type { FastifyInstance, FastifyReply, RouteHandlerMethod } from "fastify";
import type { Registry } from "../models/registry.ts";
import type { BuiltPage } from "./built-page.ts";
import { docsPage } from "./docs-page.ts";
import { homePage } from "./home-page.ts";
import type { Metrics } from "./metrics.ts";
import { openApiDocument } from "./openapi.ts";
import { pageCsp } from "./page.ts";
import { pageRoutes } from "./page-routes.ts";

export type OpsRoutesDeps = {
  registry: Registry;
  metrics: Metrics;
  version: string;
  maxMessageChars: number;
  /** What stands at `/`; where there is none, a page that explains the server does. */
  page?: BuiltPage;
  isDraining(): boolean;
  /** Whether what servers share can be reached, where they do. */
  isStoreUp?(): boolean;
};

/** What is not chat: how the server is, what it offers, how to use it. */
export function opsRoutes(app: FastifyInstance, deps: OpsRoutesDeps): void {
  const { registry, metrics, version, maxMessageChars } = deps;
  const document = openApiDocument({ version, maxMessageChars });
  // Made when they are first asked for, then kept.
  let interfaceJson: string | undefined;
  let docs: string | undefined;

  const sendPage = (reply: FastifyReply, body: string) =>
    reply.header("content-security-policy", pageCsp).type("text/html; charset=utf-8").send(body);

  // HEAD is answered as GET is, without the body: nothing starts here.
  const get = (url: string, handler: RouteHandlerMethod) => app.get(url, { exposeHeadRoute: true }, handler);

  get("/healthz", async () => ({ status: "ok" }));
  get("/readyz", async (_request, reply) => {
    if (deps.isDraining()) return reply.code(503).send({ status: "draining" });
    if (deps.isStoreUp?.() === false) return reply.code(503).send({ status: "store_unavailable" });
    return { status: "ok" };
  });
  get("/metrics", async (_request, reply) => reply.type(metrics.contentType).send(await metrics.text()));
  get("/models", async () => ({ default: registry.defaultId, models: registry.list() }));
  get("/openapi.json", async (_request, reply) => {
    interfaceJson ??= JSON.stringify(document);
    return reply.type("application/json; charset=utf-8").send(interfaceJson);
  });
  get("/docs", async (_request, reply) => {
    docs ??= docsPage(document);
    return sendPage(reply, docs);
  });
  if (deps.page) pageRoutes(app, deps.page);
  else {
    get("/", async ({ protocol, host }, reply) =>
      sendPage(reply, homePage({ baseUrl: `${protocol}://${host}`, defaultModel: registry.defaultId })),
    );
  }
}
