import type { ChildProcess } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { ask, startPart, startServer } from "./child.ts";
import { freePort, listening } from "./patience.ts";
import { noProfile, type ProfileSwitch, profileSwitch } from "./profile-switch.ts";
import { type BenchRedis, startRedis } from "./redis.ts";
import type { Start, Subject } from "./subjects.ts";

/** The processes on a stage. */
export type Cast = {
  servers: [Server, ...Server[]];
  upstream: ChildProcess;
  load: ChildProcess;
  /** What the servers share. */
  redis: BenchRedis | undefined;
};

export type Server = { child: ChildProcess; port: number; profile: ProfileSwitch };

/** `started` takes charge of a process; `dir` is where their files may be. */
export type CastOptions = { dir: string; profileTo: string | undefined; started(child: ChildProcess): ChildProcess };

const START_MS = 20_000;

/** Starts the model, the clients, and the servers of a subject, once all before it can be reached. */
export async function startCast(subject: Subject, options: CastOptions): Promise<Cast> {
  const { dir, started } = options;
  const upstream = started(startPart("./upstream.ts"));
  const load = started(startPart("./load.ts"));
  const upstreamPort = await ask<number>(upstream, "port", null, START_MS);
  const redis = subject.servers === undefined ? undefined : await startRedis(dir);
  if (redis) started(redis.child);
  const shared = redis ? { redisUrl: redis.url } : {};

  async function serve(name: string): Promise<Server> {
    const port = await freePort();
    const ownDir = join(dir, name);
    mkdirSync(ownDir);
    const start = subject.start({ port, upstreamPort, dir: ownDir, ...shared });
    const profile = profileOf(start, options.profileTo, name);
    const settings = { env: { ...process.env, ...start.env, ...profile.env } };
    const child = started(startServer(start.command, [...profile.args, ...start.args], settings));
    await listening(child, port, START_MS);
    return { child, port, profile };
  }

  const servers: Cast["servers"] = [await serve("first")];
  for (let n = 1; n < (subject.servers ?? 1); n++) servers.push(await serve(`other${n}`));
  return { servers, upstream, load, redis };
}

function profileOf({ command }: Start, profileTo: string | undefined, name: string): ProfileSwitch {
  if (profileTo === undefined || command !== process.execPath) return noProfile;
  return profileSwitch(name === "first" ? profileTo : profileTo.replace(/(?=\.cpuprofile$)/, `-${name}`));
}
