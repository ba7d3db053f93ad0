import assert from "node:assert/strict";
import { test } from "node:test";
import { pino } from "pino";
import { manualClock } from "../../testing/manual-clock.ts";
import { instantModel } from "../../testing/scripted-model.ts";
import { newMessageId, newStreamId } from "../ids.ts";
import { createMemoryShelf } from "../log/memory-shelf.ts";
import { openWorldStore } from "../worlds/world-store.ts";
import { createWorlds } from "../worlds/worlds.ts";
import { createApp } from "./app.ts";
import { createMetrics } from "./metrics.ts";
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
  const shelf = createMemoryShelf(clock, limits);
  const metrics = createMetrics({ streams: shelf.counts, worlds: () => worlds.counts() });
  const patience = { firstTokenMs: 1000, tokenGapMs: 1000, generationMs: 1000 };
  const call = { clock, random: () => 0, limits: patience, onOutcome: metrics.upstream };
  const writing = { shelf, registry, clock, call, observe: { ...metrics.generation, failed() {} } };
  const timing = { stall: 1, completion: 1, response: 1, long_operation: 1 };
  const ids = { stream: newStreamId, message: newMessageId };
  const store = openWorldStore(":memory:");
  const worlds = createWorlds({ ...writing, store, timing, ids, rememberMs: 300_000, instructions: undefined });
  return createApp({
    ...writing,
    worlds,
    metrics,
    logger: pino({ level: "silent" }),
    version: "0.1.0",
    host: "127.0.0.1",
    instructions: undefined,
    heartbeatMs: 1000,
    maxMessageChars: 1000,
    rateLimit: 0,
    corsOrigins: [],
    allowedHosts: [],
    trustProxy: undefined,
    worldEditing: undefined,
  });
}

/** Reads the tree that `printRoutes` draws: four columns a level, each line a part of a path and its methods. */
function routesOf(drawing: string): string[] {
  const parts: string[] = [];
  return [...drawing.matchAll(/^([│├└─ ]*)(\S+) \(([^)]*)\)$/gm)].flatMap(
    ([, indent = "", part = "", methods = ""]) => {
      parts.splice(indent.length / 4 - 1, parts.length, part);
      const path = parts
        .join("")
        .replace(/:(world|agent)/g, "{$1}")
        .replace(/:\w+/g, "{stream_id}");
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
