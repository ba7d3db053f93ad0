import assert from "node:assert/strict";
import { test } from "node:test";
import Fastify from "fastify";
import { methodTable } from "./methods.ts";

const handler = async () => "";

async function table() {
  const app = Fastify({ exposeHeadRoutes: false });
  const methodsOf = methodTable(app);
  app.get("/a", handler);
  app.route({ method: ["POST", "PUT"], url: "/a", handler });
  app.get("/a/:id", handler);
  app.delete("/a/:id", handler);
  app.get("/a/b", handler);
  app.options("*", handler);
  await app.ready();
  return methodsOf;
}

test("a path tells every method that it takes, sorted, each once", async () => {
  const methodsOf = await table();
  assert.deepEqual(methodsOf("/a"), ["GET", "POST", "PUT"]);
  assert.deepEqual(methodsOf("/a/7"), ["DELETE", "GET"]);
  assert.deepEqual(methodsOf("/a/b"), ["DELETE", "GET"]);
});

test("a path that is none takes none, and a wildcard is no path", async () => {
  const methodsOf = await table();
  for (const path of ["/", "/b", "/a/", "/a/7/x", "", "*"]) assert.deepEqual(methodsOf(path), [], path);
});
