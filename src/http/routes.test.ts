import assert from "node:assert/strict";
import { test } from "node:test";
import { pino } from "pino";
import { manualClock } from "../../testing/manual-clock.ts";
import { instantModel } from "../../testing/scripted-model.ts";
import { createMemoryShelf } from "../log/memory-shelf.ts";
import { createApp } from "./app.ts";
import { OPERATIONS } from "./openapi/operations.ts";

const MIB = 2 ** 20;

async function app() {
  const clock = manualClock();
  const limits = {
    retentionMs: 1000,
    abandonMs: 1000,
    maxStreams: 9,
    maxReaders: 9,
    maxStreamBytes: MIB,
    maxLogBytes: MIB,
  };
  const id = "builtin:chat";
  const registry = {
    defaultId: id,
    get: () => ({ id, model: instantModel(["Hello"]), contextWindow: 1000 }),
    list: () => [{ id, context_window: 1000 }],
    close: async () => {},
  };
  return createApp({
    clock,
    registry,
    random: () => 0,
    shelf: createMemoryShelf(clock, limits),
    logger: pino({ level: "silent" }),
    version: "0.1.0",
    host: "127.0.0.1",
    instructions: undefined,
    patience: { firstTokenMs: 1000, tokenGapMs: 1000, generationMs: 1000 },
    heartbeatMs: 1000,
    maxMessageChars: 1000,
    rateLimit: 0,
    corsOrigins: [],
    allowedHosts: [],
    trustProxy: undefined,
  });
}

/** Reads the tree that `printRoutes` draws: four columns a level, each line a part of a path and its methods. */
function routesOf(drawing: string): string[] {
  const parts: string[] = [];
  return [...drawing.matchAll(/^([│├└─ ]*)(\S+) \(([^)]*)\)$/gm)].flatMap(
    ([, indent = "", part = "", methods = ""]) => {
      parts.splice(indent.length / 4 - 1, parts.length, part);
      const path = parts.join("").replace(/:\w+/g, "{stream_id}");
      return methods.split(", ").map((method) => `${method} ${path === "/" ? path : path.replace(/\/$/, "")}`);
    },
  );
}

test("the OpenAPI document has exactly the routes of the server, bare and under /v1 as R-VERSION says", async () => {
  const { server, close } = await app();
  const drawing = server.printRoutes({ commonPrefix: false });
  const routes = routesOf(drawing).filter((route) => !/^(?:HEAD|OPTIONS) /.test(route));
  const documented = OPERATIONS.map(({ method, path }) => `${method.toUpperCase()} ${path}`);
  const versioned = documented.map((route) => route.replace(" /", " /v1/").replace(/\/$/, ""));
  assert.deepEqual([...new Set(routes)].sort(), [...documented, ...versioned].sort(), drawing);
  await close(0);
});
