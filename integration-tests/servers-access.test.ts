import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, describe, test } from "node:test";
import { Redis } from "ioredis";
import { type Certificates, makeCertificates } from "../testing/certificates.ts";
import { freePort } from "../testing/free-port.ts";
import { unlessInstalled } from "../testing/installed.ts";
import { runProgram, startProgram } from "../testing/program.ts";
import { NOTHING_ON_DISK, type RedisServer, startRedis } from "../testing/redis-server.ts";
import { openStream, requestJson, resumeStream, startStream, textOf } from "../testing/sse-client.ts";

// A Redis that asks who comes, over TLS.

const skip = unlessInstalled("redis-server", "--version") || unlessInstalled("openssl", "version");
const SECRET = "s3cr#t@/pass";
const DOCUMENTED = /^ACL SETUSER (.*)$/m.exec(readFileSync(new URL("../docs/deploy.md", import.meta.url), "utf8"))?.[1];

describe("a Redis with users and TLS", { skip }, () => {
  let certificates: Certificates;
  let redis: RedisServer;
  let admin: Redis;
  let tlsPort: number;

  before(async () => {
    certificates = makeCertificates();
    tlsPort = await freePort();
    const { ca, cert, key } = certificates;
    const files = [
      "--tls-cert-file",
      cert,
      "--tls-key-file",
      key,
      "--tls-ca-cert-file",
      ca,
      "--tls-auth-clients",
      "no",
    ];
    redis = await startRedis(undefined, [...NOTHING_ON_DISK, "--tls-port", String(tlsPort), ...files]);
    admin = new Redis(redis.url);
    await allow("chatwait", DOCUMENTED ?? "");
  });
  after(async () => {
    admin.disconnect();
    await redis.close();
    certificates.remove();
  });

  async function allow(user: string, rules: string) {
    const [, ...rest] = rules.replace("SECRET", SECRET).split(" ");
    await admin.call("ACL", "SETUSER", user, ...rest);
  }
  const urlOf = (user: string, password = SECRET) =>
    `rediss://${user}:${encodeURIComponent(password)}@localhost:${tlsPort}`;
  const trusting = () => ({ NODE_EXTRA_CA_CERTS: certificates.ca });

  test("the rule of docs/deploy.md is enough for all that servers do, and the password is in no log", async (t) => {
    const env = { ...trusting(), CHATWAIT_REDIS_URL: urlOf("chatwait"), CHATWAIT_BUILTIN_WORDS_PER_SECOND: "50" };
    const [a, b] = await Promise.all([startProgram(t, env), startProgram(t, env)]);
    const stream = await startStream(a.url, { message: "Count to 30" }, { "idempotency-key": "one" });
    const [first] = await stream.take(3);
    const there = await resumeStream(b.url, first?.id ?? "");
    assert.equal(textOf(await there.rest()), textOf(await stream.rest().then(() => stream.events)));
    const again = await startStream(b.url, { message: "Count to 30" }, { "idempotency-key": "one" });
    assert.equal(again.headers["idempotent-replayed"], "true");
    const running = await startStream(a.url, { message: "Tell me a long story" });
    const [start] = await running.take(1);
    const id = start?.id.split(".")[0];
    assert.equal((await requestJson(`${b.url}/chat/streaming/${id}`, { method: "DELETE" })).status, 200);
    assert.equal((await requestJson(`${a.url}/worlds`, { body: { name: "room" } })).status, 201);
    assert.equal((await requestJson(`${a.url}/worlds/room/agents`, { body: { name: "ada" } })).status, 201);
    const feed = await openStream(`${a.url}/worlds/room/events`);
    await feed.take(1);
    const turn = await openStream(`${a.url}/worlds/room/chat`, { body: { message: "Hello" } });
    assert.equal((await turn.rest()).at(-1)?.type, "done");
    await feed.take(2);
    feed.cut();
    assert.equal((await requestJson(`${a.url}/worlds/room`, { method: "DELETE" })).status, 204);
    a.signal("SIGTERM");
    await a.exited;
    assert.deepEqual(await admin.call("ACL", "LOG"), [], "nothing was refused");
    for (const { stdout, stderr } of [a, b]) assert.ok(![stdout, stderr].join("").includes("s3cr"));
  });

  test("fleets in different databases share nothing, not even what is published", async (t) => {
    await allow("chooser", `${DOCUMENTED} +select`);
    const start = (database: number) =>
      startProgram(t, { ...trusting(), CHATWAIT_REDIS_URL: `${urlOf("chooser")}/${database}` });
    const [a, b, beside] = await Promise.all([start(1), start(2), start(2)]);
    for (const { url } of [a, b])
      assert.equal((await requestJson(`${url}/worlds`, { body: { name: "den" } })).status, 201);
    assert.equal((await requestJson(`${a.url}/worlds/den`, { method: "DELETE" })).status, 204);
    const { body } = await requestJson(`${b.url}/worlds/den/agents`, { body: { name: "ada" } });
    assert.equal(body.name, "ada");
    assert.equal((await requestJson(`${beside.url}/worlds/den/agents/ada`)).status, 200);
    assert.equal((await requestJson(`${a.url}/worlds/den`)).status, 404);
  });

  const refused: [what: string, env: () => Record<string, string>, said: RegExp][] = [
    [
      "a wrong password",
      () => ({ ...trusting(), CHATWAIT_REDIS_URL: urlOf("chatwait", "s3cr-wrong") }),
      /password is refused: WRONGPASS/,
    ],
    ["a CA that nobody knows", () => ({ CHATWAIT_REDIS_URL: urlOf("chatwait") }), /TLS fails; NODE_EXTRA_CA_CERTS/],
    [
      "a database that is not there",
      () => ({ CHATWAIT_REDIS_URL: `${redis.url}/99` }),
      /no database with that number; .*: ERR DB index/,
    ],
    [
      "a user who may not choose a database",
      () => ({ ...trusting(), CHATWAIT_REDIS_URL: `${urlOf("chatwait")}/1` }),
      /needs \+select/,
    ],
    ["TLS where there is none", () => ({ CHATWAIT_REDIS_URL: redis.url.replace("redis:", "rediss:") }), /rediss:\/\//],
    [
      "a user who may not use the keys",
      () => ({ ...trusting(), CHATWAIT_REDIS_URL: urlOf("elsewhere") }),
      /may not do all/,
    ],
    [
      "a user who may not write streams",
      () => ({ ...trusting(), CHATWAIT_REDIS_URL: urlOf("reader") }),
      /may not do all/,
    ],
  ];

  test("what will never work ends the start with a line that names the setting, and says no password", async (t) => {
    await allow("elsewhere", (DOCUMENTED ?? "").replaceAll("chatwait:", "other:"));
    await allow("reader", (DOCUMENTED ?? "").replace("+xadd ", ""));
    const runs = await Promise.all(refused.map(([, env]) => runProgram(t, env())));
    for (const [index, { code, stdout, stderr }] of runs.entries()) {
      const [what, , said] = refused[index] as (typeof refused)[number];
      assert.equal(code, 2, what);
      assert.match(stderr, /^ChatWait cannot start\. CHATWAIT_REDIS_URL: no store can be used there \(.*\)\.\n$/, what);
      assert.match(stderr, said, what);
      assert.ok(!(stdout + stderr).includes("s3cr"), what);
    }
  });

  test("a store that is full, and one that is a replica, end the start with a line that says what to do", async (t) => {
    const start = () => runProgram(t, { CHATWAIT_REDIS_URL: redis.url });
    await admin.config("SET", "maxmemory", "1");
    const full = await start();
    await admin.config("SET", "maxmemory", "0");
    await admin.call("REPLICAOF", "127.0.0.1", "1");
    const replica = await start();
    await admin.call("REPLICAOF", "NO", "ONE");
    assert.deepEqual([full.code, replica.code], [2, 2]);
    assert.match(full.stderr, /\(it is full; .*: OOM [^\n]*\n$/);
    assert.match(replica.stderr, /\(it is a replica; .*: READONLY [^\n]*\n$/);
  });
});
