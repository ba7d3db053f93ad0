import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Directive, encodeDirective } from "./directive.ts";
import { nginxConf } from "./floors/nginx.ts";
import { heapProbe } from "./heap.ts";
import { redisMissing } from "./redis.ts";
import { makeRooms, ROOM_MODELS, soloOf } from "./rooms.ts";

/** What is measured: how to start each server, and how to ask it. */

/** Where a server listens, where it finds the model and what it shares, and a folder of its own that is removed afterwards. */
export type Place = { port: number; upstreamPort: number; dir: string; redisUrl?: string };
export type Start = { command: string; args: string[]; env: Record<string, string> };

export type Subject = {
  name: string;
  /** What the results say of it. */
  title: string;
  path: string;
  body(directive: Directive): string;
  start(place: Place): Start;
  /** So many of the same share a Redis; without it one is by itself. */
  servers?: number;
  /** What has to be there before it is asked. */
  prepare?(port: number): Promise<void>;
  /** Why it cannot be measured here; undefined where it can. */
  missing?(): string | undefined;
};

const here = (file: string) => fileURLToPath(new URL(file, import.meta.url));

const openAiBody = (directive: Directive) =>
  JSON.stringify({ model: "bench", stream: true, messages: [{ role: "user", content: encodeDirective(directive) }] });
const chatBody = (directive: Directive) => JSON.stringify({ message: encodeDirective(directive) });
const uiBody = (directive: Directive) =>
  JSON.stringify({
    messages: [{ id: "1", role: "user", parts: [{ type: "text", text: encodeDirective(directive) }] }],
  });

function node(file: string, settings: Record<string, string> = {}, flags: string[] = []) {
  return ({ port, upstreamPort, dir }: Place): Start => ({
    command: process.execPath,
    args: [...flags, here(file)],
    env: { PORT: String(port), UPSTREAM_PORT: String(upstreamPort), CHATWAIT_DATA_DIR: dir, ...settings },
  });
}

function chatWait({ port, upstreamPort, dir }: Place): Start {
  const env = {
    PORT: String(port),
    CHATWAIT_MODEL: "openai-compatible:bench",
    CHATWAIT_BASE_URL: `http://127.0.0.1:${upstreamPort}/v1`,
    CHATWAIT_RATE_LIMIT: "0",
    CHATWAIT_DATA_DIR: dir,
  };
  return { command: process.execPath, args: [...startFlags(), here("../src/main.ts")], env };
}

/** The same server, with rooms of agents. */
function chatWaitWorlds(place: Place): Start {
  const { env, ...start } = chatWait(place);
  return { ...start, env: { ...env, CHATWAIT_MODELS: ROOM_MODELS.join(","), CHATWAIT_WORLD_EDITING: "true" } };
}

/** What is kept for who may come back is gone soon, and the heap can be read. */
function chatWaitHeap(place: Place): Start {
  const { env, args, command } = chatWaitWorlds(place);
  const probe = heapProbe(place.dir);
  const settings = { CHATWAIT_RETENTION_MS: "5000" };
  return { command, args: [...probe.flags, ...args], env: { ...env, ...settings, ...probe.env } };
}

/** The flags of Node that `npm start` gives the program: it is measured as people run it. */
function startFlags(): string[] {
  const { scripts } = JSON.parse(readFileSync(here("../package.json"), "utf8")) as { scripts: { start: string } };
  return scripts.start.split(" ").filter((word) => word.startsWith("--"));
}

/** The same server, as one of those that share streams. */
function chatWaitShared(place: Place): Start {
  const { env, ...start } = chatWait(place);
  return { ...start, env: { ...env, CHATWAIT_REDIS_URL: place.redisUrl ?? "" } };
}

/** Its own model can go on with what another server has begun to say. */
function chatWaitBuiltin(place: Place): Start {
  const { env, ...start } = chatWaitShared(place);
  return { ...start, env: { ...env, CHATWAIT_MODEL: "builtin:chat", CHATWAIT_BUILTIN_WORDS_PER_SECOND: "20" } };
}

function nginx(place: Place): Start {
  const file = join(place.dir, "nginx.conf");
  mkdirSync(join(place.dir, "logs"));
  writeFileSync(file, nginxConf(place));
  return { command: "nginx", args: ["-p", place.dir, "-c", file, "-e", "stderr"], env: {} };
}

function nginxMissing(): string | undefined {
  try {
    execFileSync("nginx", ["-v"], { stdio: "ignore" });
    return undefined;
  } catch {
    return "nginx is not installed";
  }
}

function peerMissing(folder: string): string | undefined {
  if (existsSync(here(`${folder}/node_modules/ai`))) return undefined;
  const install = ["ci", "--prefix", here(folder)];
  process.stderr.write(`Installing the peer's packages: npm ci --prefix bench/${folder}\n`);
  try {
    execFileSync("npm", install, { stdio: ["ignore", "ignore", "inherit"], timeout: 180_000 });
    return undefined;
  } catch {
    return `its packages could not be installed (npm ci --prefix bench/${folder})`;
  }
}

const completions = { path: "/v1/chat/completions", body: openAiBody };
const streaming = { path: "/chat/streaming", body: chatBody };
const turns = { path: `/worlds/${soloOf("{n}")}/chat`, body: chatBody, prepare: makeRooms };
const waiting = { path: "/chat/wait", body: chatBody };
const peer = { path: "/api/chat", body: uiBody, missing: () => peerMissing("peer") };
const sharing = { servers: 2, missing: redisMissing };

export const SUBJECTS: readonly Subject[] = [
  { name: "pipe", title: "floor: node:http both ways, bytes piped", ...completions, start: node("floors/pipe.ts") },
  { name: "keep", title: "floor: parse, number, keep, re-emit", ...streaming, start: node("floors/keep.ts") },
  {
    name: "keep-plain",
    title: "floor: keep, with chunks framed by Node",
    ...streaming,
    start: node("floors/keep.ts", { KEEP_FRAMING: "plain" }),
  },
  { name: "nginx", title: "floor: nginx, buffering off", ...completions, start: nginx, missing: nginxMissing },
  { name: "chatwait", title: "ChatWait", ...streaming, start: chatWait },
  {
    name: "xadd",
    title: "floor: pipe, and a bare XADD a token",
    ...completions,
    servers: 1,
    start: (place) => node("floors/xadd.ts", { REDIS_URL: place.redisUrl ?? "" })(place),
    missing: redisMissing,
  },
  { name: "chatwait-shared", title: "ChatWait, two servers on Redis", ...streaming, ...sharing, start: chatWaitShared },
  {
    name: "chatwait-builtin",
    title: "ChatWait, two servers on Redis, their own model",
    path: "/chat/streaming",
    body: ({ tokens }) => JSON.stringify({ message: "Tell me a long story", max_tokens: tokens }),
    ...sharing,
    start: chatWaitBuiltin,
  },
  { name: "chatwait-worlds", title: "ChatWait, turns of worlds", ...turns, start: chatWaitWorlds },
  { name: "chatwait-heap", title: "ChatWait, turns of worlds, streams kept for 5 s", ...turns, start: chatWaitHeap },
  { name: "ai-sdk", title: "peer: AI SDK streamText on Hono", ...peer, start: node("peer/server.ts") },
  {
    name: "ai-sdk-detached",
    title: "peer: AI SDK streamText on Hono, generation going on without the client",
    ...peer,
    start: node("peer/server.ts", { PEER_DETACH: "1" }),
  },
  {
    name: "resumable-stream",
    title: "peer: AI SDK streamText on Hono, with resumable-stream on Redis",
    ...peer,
    servers: 1,
    start: (place) => node("peer-resumable/server.ts", { REDIS_URL: place.redisUrl ?? "" })(place),
    missing: () => redisMissing() ?? peerMissing("peer-resumable"),
  },
  { name: "fastify", title: "floor: a bare fastify route", ...waiting, start: node("floors/fastify-route.ts") },
  {
    name: "chatwait-instant",
    title: "ChatWait, instant model",
    ...waiting,
    start: node("subject-instant.ts", {}, startFlags()),
  },
];
