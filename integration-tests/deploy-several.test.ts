import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";
import { parse } from "yaml";
import { readConfig } from "../src/config.ts";
import {
  environmentOf,
  redisSettings,
  servers,
  services,
  siteText,
  startComposed,
  volumes,
} from "../testing/compose-several.ts";
import { unlessInstalled } from "../testing/installed.ts";
import { ofKind } from "../testing/kubernetes-manifests.ts";
import { type RedisServer, startRedis } from "../testing/redis-server.ts";
import { openStream, requestJson, resumeStream, startStream } from "../testing/sse-client.ts";

/** deploy/compose-several.yaml: read by its linter, and what it describes started as processes. No container runs here. */

const root = join(import.meta.dirname, "..");
const run = promisify(execFile);
const skip = unlessInstalled("redis-server", "--version") || unlessInstalled("nginx", "-v");

test("the linter finds nothing in the compose file of several servers", async () => {
  await run(join(root, "node_modules/.bin/dclint"), ["--max-warnings", "0", "deploy/compose-several.yaml"], {
    cwd: root,
  });
});

test("the servers are told settings that exist, share one Redis, and keep a copy of the worlds each", () => {
  const single = parse(readFileSync(join(root, "deploy/compose.yaml"), "utf8")).services.chatwait;
  const listed = readFileSync(join(root, ".env.example"), "utf8").matchAll(/^#?([A-Z_]+)=/gm);
  const settings = [...listed].map(([, name]) => name as string);
  assert.equal(servers.length, 3);
  for (const [, service] of servers) {
    const config = readConfig(environmentOf(service));
    assert.deepEqual([config.warnings, config.redis?.url, config.trustProxy], [[], "redis://redis:6379", 1]);
    const passed = Object.keys(service.environment ?? {});
    assert.deepEqual(
      settings.filter((name) => !passed.includes(name)),
      ["HOST", "PORT", "CHATWAIT_DATA_DIR"],
      "but for what the image says itself",
    );
    assert.deepEqual(
      Object.keys(single.environment).filter((name) => !passed.includes(name)),
      [],
    );
  }
  const copies = servers.map(([, service]) => (service.volumes[0] ?? "").split(":"));
  assert.deepEqual(new Set(copies.map(([name]) => name)).size, 3);
  assert.ok(copies.every(([name = "", folder]) => name in volumes && folder === "/data"));
});

test("R-DRAIN compose gives each server the time that it takes to leave", () => {
  for (const [, service] of servers) {
    const { drainMs } = readConfig(environmentOf(service));
    assert.ok(Number.parseInt(service.stop_grace_period ?? "10s", 10) > drainMs / 1000 + 10);
  }
});

test("nginx waits for every server, knows each of them, and is all that is open, to this machine alone", () => {
  const names = servers.map(([name]) => name);
  assert.deepEqual(Object.keys(services.nginx.depends_on ?? {}), names);
  assert.deepEqual(
    [...siteText().matchAll(/^ +server (\S+):3000\b/gm)].map(([, name]) => name),
    names,
  );
  const open = Object.entries(services).filter(([, { ports }]) => ports);
  assert.deepEqual(
    open.map(([name, { ports }]) => [name, ports]),
    [["nginx", ["127.0.0.1:3000:80"]]],
  );
});

test("Redis forgets nothing by itself and keeps a log, in compose and in Kubernetes alike", { skip }, async (t) => {
  const [, ...composed] = services.redis.command ?? [];
  const inKubernetes = ofKind("StatefulSet")[0]?.spec?.template.spec?.containers[0];
  const password = ["--requirepass", "$(REDISCLI_AUTH)"];
  assert.deepEqual(inKubernetes?.args, [...composed, ...password]);
  const redis = await startRedis(undefined, [...redisSettings(composed), "--requirepass", "pass"]);
  t.after(() => redis.close());
  const asked = ["config", "get", "maxmemory-policy", "appendonly", "maxmemory", "save"];
  const kept = await redisCli(redis, asked, "pass");
  assert.deepEqual(kept.split("\n").filter(Boolean).sort(), [
    "1073741824",
    "appendonly",
    "maxmemory",
    "maxmemory-policy",
    "noeviction",
    "save",
    "yes",
  ]);
  const probe = inKubernetes?.readinessProbe?.exec?.command ?? [];
  assert.deepEqual(services.redis.healthcheck?.test.slice(1), probe);
  assert.equal(await redisCli(redis, probe.slice(1), "pass"), "PONG\n");
  await assert.rejects(redisCli(redis, probe.slice(1), "wrong"));
});

const redisCli = async ({ port }: RedisServer, args: string[], password: string): Promise<string> => {
  const env = { ...process.env, REDISCLI_AUTH: password };
  return (await run("redis-cli", ["-p", String(port), ...args], { env })).stdout;
};

test("what compose describes answers, resumes behind any server, and has worlds", { skip }, async (t) => {
  const { front, urls } = await startComposed(t);
  const waited = await requestJson(`${front}/chat/wait`, { body: { message: "What is 6 * 7?" } });
  assert.match(waited.body.message.content, /42/);

  const stream = await startStream(front, { message: "Count to 40" });
  const [, , third] = await stream.take(3);
  stream.cut();
  const resumed = await Promise.all([front, ...urls].map((url) => resumeStream(url, third?.id ?? "")));
  const rests = await Promise.all(resumed.map((connection) => connection.rest()));
  for (const rest of rests) assert.deepEqual(rest, rests[0]);
  assert.deepEqual(
    rests[0]?.map(({ seq }) => seq),
    rests[0]?.map((_, at) => at + 4),
  );
  assert.equal(rests[0]?.at(-1)?.type, "done");

  const got = await openStream(`${front}/chat/streaming?message=${encodeURIComponent("What is 6 * 7?")}`);
  assert.equal((await got.rest()).at(-1)?.type, "done");

  const turn = await openStream(`${front}/worlds/default/chat`, { body: { message: "@Vera, is tea better?" } });
  const events = await turn.rest();
  assert.equal(events.at(-1)?.type, "done");
  const id = events[0]?.id.split(".")[0];
  for (const url of urls) {
    const again = await openStream(`${url}/worlds/default/chat/${id}?starting_after=0`);
    assert.deepEqual(await again.rest(), events);
  }
});
