import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { parse } from "yaml";
import { freePort } from "./free-port.ts";
import { startProgram } from "./program.ts";
import { startNginx } from "./proxy-program.ts";
import { startRedis } from "./redis-server.ts";

/** A service of the compose file, in what tests ask of it. */
type Service = {
  image: string;
  environment?: Record<string, string | null>;
  command?: string[];
  volumes: string[];
  ports?: string[];
  depends_on?: Record<string, unknown>;
  healthcheck?: { test: string[] };
  stop_grace_period?: string;
};

const deploy = join(import.meta.dirname, "../deploy");
const compose = parse(readFileSync(join(deploy, "compose-several.yaml"), "utf8"), { merge: true });

export const volumes = compose.volumes as Record<string, unknown>;
export const services = compose.services as Record<string, Service> & { redis: Service; nginx: Service };
/** Those that are ChatWait, with their names. */
export const servers = Object.entries(services).filter(([name]) => name.startsWith("chatwait-"));

/** What compose puts into a container's environment where nothing is set outside. */
export const environmentOf = ({ environment = {} }: Service): Record<string, string> =>
  Object.fromEntries(
    Object.entries(environment).flatMap(([name, value]) =>
      value === null ? [] : [[name, value.replace(/^\$\{\w+:-(.*)\}$/, "$1")]],
    ),
  );

/** nginx's configuration, as it is mounted. */
export const siteText = (): string => {
  const [path = ""] = services.nginx.volumes[0]?.split(":") ?? [];
  return readFileSync(join(deploy, path), "utf8");
};

/** Redis's settings, without the folder of the image that they name. */
export const redisSettings = (words: readonly string[]): string[] =>
  words.filter((word, at) => word !== "--dir" && words[at - 1] !== "--dir");

/** All that the compose file describes, on ports of this machine; where nginx and where each server listens. */
export async function startComposed(t: TestContext): Promise<{ front: string; urls: string[] }> {
  const redis = await startRedis(undefined, redisSettings(services.redis.command?.slice(1) ?? []));
  t.after(() => redis.close());
  const started = servers.map(([, service]) =>
    startProgram(t, { ...environmentOf(service), CHATWAIT_REDIS_URL: redis.url }),
  );
  const urls = (await Promise.all(started)).map(({ url }) => url);
  return { front: await startFront(t, urls), urls };
}

/** nginx as the compose file has it, in front of these servers; where it listens. */
export async function startFront(t: TestContext, urls: readonly string[]): Promise<string> {
  const port = await freePort();
  const site = servers.reduce(
    (text, [name], at) => text.replace(`${name}:3000`, new URL(urls[at] ?? "").host),
    siteText().replace("listen 80;", `listen 127.0.0.1:${port};`),
  );
  await startNginx(t, site, port);
  return `http://127.0.0.1:${port}`;
}
