import type { FastifyInstance } from "fastify";

/** Tells which methods a path takes, for the 405 of the others. */
export type MethodTable = (path: string) => string[];

/** Notes every route that is added from now on. */
export function methodTable(app: FastifyInstance): MethodTable {
  const routes: { segments: string[]; methods: string[] }[] = [];
  app.addHook("onRoute", ({ url, method }) => {
    // The one route with a wildcard is that of preflights.
    if (url.includes("*")) return;
    for (const path of VERSION_ROOT.test(url) ? ["/v1", "/v1/"] : [url]) {
      routes.push({ segments: path.split("/"), methods: [method].flat() });
    }
  });
  return (path) => {
    const segments = path.split("/");
    const matching = routes.filter((route) => matches(route.segments, segments));
    return [...new Set(matching.flatMap(({ methods }) => methods))].sort();
  };
}

/** The framework takes the root of a prefix with and without the slash at its end, and names either. */
const VERSION_ROOT = /^\/v1\/?$/;

function matches(pattern: string[], segments: string[]): boolean {
  return (
    pattern.length === segments.length &&
    pattern.every((part, index) => (part.startsWith(":") ? segments[index] !== "" : part === segments[index]))
  );
}
