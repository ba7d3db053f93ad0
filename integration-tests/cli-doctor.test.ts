import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import type { Finding } from "../cli/commands/doctor/finding.ts";
import { startTestApp } from "../testing/app.ts";
import { runCli } from "../testing/cli-io.ts";
import { startCuttingProxy } from "../testing/cutting-proxy.ts";
import { startModelServer } from "../testing/model-server.ts";
import { type Spoiling, startSpoilingProxy } from "../testing/spoiling-proxy.ts";

async function server(t: TestContext, env: Record<string, string> = {}) {
  const app = await startTestApp({ env });
  t.after(() => app.close());
  return app.url;
}

type Report = { code: number; ok: boolean; checks: Finding[]; byId(id: string): Finding | undefined };

async function examine(args: string[], env: Record<string, string> = {}, cwd = tmpdir()): Promise<Report> {
  const { code, stdout, stderr } = await runCli(["doctor", "--json", ...args], { env, cwd });
  assert.equal(stderr, "");
  const report = JSON.parse(stdout) as { ok: boolean; checks: Finding[] };
  return { code, ...report, byId: (id) => report.checks.find((check) => check.id === id) };
}

const JSON_TYPE = { "content-type": "application/json" };

const through = async (t: TestContext, spoiling: Spoiling, ...args: string[]) => {
  const url = await startSpoilingProxy(t, await server(t), spoiling);
  return examine(["--remote", "--url", url, ...args]);
};

const statuses = ({ checks }: Report) => Object.fromEntries(checks.map(({ id, status }) => [id, status]));

test("through a proxy that does nothing wrong, all is well", async (t) => {
  const report = await through(t, {});
  assert.deepEqual(statuses(report), {
    node: "ok",
    server: "ok",
    buffering: "ok",
    headers: "ok",
    resume: "ok",
    stop: "ok",
  });
  assert.deepEqual([report.code, report.ok], [0, true]);
  assert.match(report.byId("server")?.title ?? "", /version 0\.0\.0-test, builtin:chat/);
});

test("a proxy that holds the stream back is found, and the line that mends it is told", async (t) => {
  for (const spoiling of [{ buffers: true }, { blockBytes: 4096 }, { gzip: "held" }] satisfies Spoiling[]) {
    const report = await through(t, { ...spoiling, sets: { server: "nginx/1.27" } });
    const found = report.byId("buffering");
    assert.equal(found?.status, "fail", JSON.stringify(spoiling));
    assert.match(
      found.title,
      /^Something on the way holds the stream back: 64 events came in \d+ pieces?, up to \d\.\d s after/,
    );
    assert.match(found.advice?.join() ?? "", /^nginx, in the location: proxy_buffering off;[^,]*$/);
    assert.equal(report.code, 1);
  }
});

test("a proxy that compresses is found, also where it holds nothing back", async (t) => {
  const report = await through(t, { gzip: "flushed" });
  assert.deepEqual([report.byId("buffering")?.status, report.byId("compression")?.status], ["ok", "fail"]);
  assert.match(report.byId("compression")?.title ?? "", /compresses the stream \(gzip\)/);
  assert.equal(report.byId("compression")?.advice?.length, 3, "a proxy that is not known may be any");
});

test("a proxy that cuts the stream is found", async (t) => {
  const report = await through(t, { cutAfter: 2000 });
  assert.equal(report.byId("cut")?.status, "fail");
  assert.match(
    report.byId("cut")?.title ?? "",
    /^Something on the way cut the stream after \d\.\d s and \d+ events\.$/,
  );
});

test("a stream that breaks off once, as where a server dies, is not blamed on a proxy", async (t) => {
  let streams = 0;
  const proxy = await startCuttingProxy(await server(t), ({ method, path }) => {
    const isFirst = method === "POST" && path === "/chat/streaming" && streams++ === 0;
    return isFirst ? { ending: { after: 3000, how: "fin" } } : {};
  });
  t.after(() => proxy.close());
  const report = await examine(["--remote", "--url", proxy.url]);
  assert.deepEqual([report.code, report.byId("break")?.status, report.byId("cut")], [0, "warn", undefined]);
  assert.match(
    report.byId("break")?.title ?? "",
    /^A stream broke off after \d\.\d s and \d+ events, but not the next one/,
  );
});

test("a stream that the server refuses is told in its words", async (t) => {
  const url = await server(t, { CHATWAIT_RATE_LIMIT: "1" });
  const first = await fetch(`${url}/chat/wait`, { method: "POST", body: '{"message":"Hi"}', headers: JSON_TYPE });
  assert.equal(first.status, 200);
  const { title } = (await examine(["--remote", "--url", url])).byId("stream") ?? {};
  assert.match(title ?? "", /^The server refused a stream with status 429: More than 1 answers/);
});

test("a proxy that cuts what is quiet is found with --long, and one that does not is not", async (t) => {
  const url = await server(t, { CHATWAIT_HEARTBEAT_MS: "300" });
  const long = ["--remote", "--long", "--seconds", "1"];
  const cutting = await startSpoilingProxy(t, url, { idleMs: 150 });
  const found = (await examine([...long, "--url", cutting])).byId("quiet");
  assert.equal(found?.status, "fail");
  assert.match(
    found?.title ?? "",
    /^A quiet connection was cut after 0\.\d s, before the server's first sign of life\.$/,
  );
  const patient = (await examine([...long, "--url", url])).byId("quiet");
  assert.deepEqual(
    [patient?.status, patient?.title],
    ["ok", "A quiet connection stayed open for 1.0 s, with 3 signs of life."],
  );
});

test("a proxy that loses or changes headers, or refuses methods, is found", async (t) => {
  const spoiling = {
    strips: ["last-event-id"],
    sets: { "content-type": "text/event-stream-ish", "cache-control": "public" },
    refuses: ["DELETE"],
  };
  const report = await through(t, {
    ...spoiling,
    sets: { ...spoiling.sets, "content-type": "text/event-stream", via: "1.1 Caddy" },
  });
  assert.deepEqual(statuses(report), {
    node: "ok",
    server: "ok",
    buffering: "ok",
    cache_control: "warn",
    resume: "fail",
    stop: "fail",
  });
  assert.match(report.byId("resume")?.title ?? "", /^Last-Event-ID does not reach the server/);
  assert.match(report.byId("resume")?.advice?.join() ?? "", /^Caddy,/);
});

test("an answer that is written at once shows nothing, and that is said", async (t) => {
  const url = await server(t, { CHATWAIT_BUILTIN_WORDS_PER_SECOND: "0" });
  const report = await examine(["--remote", "--url", url]);
  assert.equal(report.byId("buffering")?.status, "warn");
  assert.match(report.byId("buffering")?.title ?? "", /too fast to see/);
  assert.equal(report.code, 0);
});

test("who answers instead of the server is told", async (t) => {
  const cases: [answers: NonNullable<Spoiling["answers"]>, title: RegExp][] = [
    [{ status: 502, body: "Bad gateway" }, /A proxy answers at .*, but not the server behind it \(status 502\)/],
    [{ status: 401, body: "" }, /wants a log-in/],
    [
      { status: 301, body: "", headers: { location: "https://x.example/" } },
      /sends elsewhere, to https:\/\/x\.example\//,
    ],
    [
      { status: 301, body: "", headers: { location: "https://x.example/models" } },
      /sends elsewhere, to https:\/\/x\.example\.$/,
    ],
    [{ status: 200, body: "<html>" }, /is no ChatWait server/],
  ];
  for (const [answers, title] of cases) {
    const report = await through(t, { answers });
    assert.equal(report.byId("server")?.status, "fail");
    assert.match(report.byId("server")?.title ?? "", title);
    assert.equal(report.code, 1);
  }
  const nobody = await examine(["--remote", "--url", "http://127.0.0.1:1"]);
  assert.match(
    nobody.byId("server")?.title ?? "",
    /No server is reached at http:\/\/127\.0\.0\.1:1: nobody listens there\./,
  );
});

test("headers for a gateway are sent along", async (t) => {
  const report = await through(t, {}, "--header", "Last-Event-ID: x");
  // The server takes it for a resume and refuses it: so it came through.
  assert.match(report.byId("stream")?.title ?? "", /status 400/);
});

test("the settings are read as the server would read them, and each fault is told", async () => {
  const env = {
    PORT: "many",
    CHATWAIT_MODEL: "openai:gpt-5",
    CHATWAIT_RATE_LIMIT: "-1",
    CHATWAIT_DRAIN: "5",
    CHATWAIT_REDIS_URL: "redis://:secret@cache:6380",
  };
  const report = await examine([], env);
  const settings = report.checks.filter(({ id }) => id === "settings").map(({ status, title }) => `${status} ${title}`);
  assert.deepEqual(settings, [
    'fail PORT must be a whole number from 0 to 65535; it is "many".',
    'fail CHATWAIT_RATE_LIMIT must be a whole number from 0 to 9007199254740991; it is "-1".'.replace(
      "9007199254740991",
      "2147483647",
    ),
    "warn There is no setting CHATWAIT_DRAIN. Did you mean CHATWAIT_DRAIN_MS?",
  ]);
  const redis = report.byId("redis");
  assert.deepEqual([redis?.status, /shared through Redis at cache:6380\./.test(redis?.title ?? "")], ["ok", true]);
  assert.doesNotMatch(JSON.stringify(report.checks), /secret/);
  assert.match(report.byId("model")?.title ?? "", /OPENAI_API_KEY/);
  assert.equal(report.code, 1);
});

test("the data folder and the port are looked at without leaving anything", async (t) => {
  const cwd = mkdtempSync(join(tmpdir(), "chatwait-doctor-"));
  t.after(() => rmSync(cwd, { recursive: true }));
  const blocker = createServer();
  await new Promise<void>((listening) => blocker.listen(0, "127.0.0.1", listening));
  t.after(() => blocker.close());
  const port = String((blocker.address() as { port: number }).port);
  blocker.on("connection", (socket) => socket.destroy());
  writeFileSync(join(cwd, "file"), "");
  const bad = await examine([], { PORT: port, CHATWAIT_DATA_DIR: "file" }, cwd);
  assert.match(bad.byId("data")?.title ?? "", /The data folder file cannot be used: it is no folder\./);
  assert.match(bad.byId("port")?.title ?? "", /taken by another program/);
  const url = await server(t);
  const ours = await examine(["--no-model"], { PORT: new URL(url).port, CHATWAIT_DATA_DIR: "new/folder" }, cwd);
  assert.deepEqual([ours.byId("data")?.status, ours.byId("model")?.status], ["ok", "skip"]);
  assert.match(
    ours.byId("port")?.title ?? "",
    /^A ChatWait server has port \d+ \(version 0\.0\.0-test, builtin:chat\)\.$/,
  );
  assert.deepEqual(
    [ours.byId("server")?.status, ours.byId("resume")?.status],
    ["ok", "ok"],
    "it is the server that counts",
  );
  const foreign = await examine(["--no-model"], { HOST: "192.0.2.1" }, cwd);
  assert.match(foreign.byId("port")?.title ?? "", /192\.0\.2\.1 is no address of this machine/);
});

test("each model of the settings is asked for one token", async (t) => {
  const model = await startModelServer();
  t.after(() => model.close());
  const env = { CHATWAIT_MODEL: "openai-compatible:small", CHATWAIT_BASE_URL: model.url, PORT: "0" };
  const well = await examine([], env);
  assert.match(
    well.byId("model")?.title ?? "",
    /^openai-compatible:small answers \(\d+\.\d s; one token was asked for\)\.$/,
  );
  assert.equal(model.calls[0]?.body["max_tokens"], 1);
  model.reply((call) => call.answer(401, { error: "no" }));
  const refused = await examine([], env);
  assert.equal(refused.byId("model")?.status, "fail");
  assert.match(refused.byId("model")?.title ?? "", /\(status 401\)/);
  assert.deepEqual(refused.byId("model")?.advice, ["The key is not accepted. Check CHATWAIT_API_KEY."]);
  const gone = await examine([], { ...env, CHATWAIT_BASE_URL: "http://127.0.0.1:1/v1" });
  assert.match(gone.byId("model")?.title ?? "", /ECONNREFUSED/);
  const without = await examine(["--no-model"], { ...env, CHATWAIT_MODEL: "openai:gpt-5" });
  assert.deepEqual([without.code, without.byId("model")?.status], [1, "fail"]);
  assert.match(without.byId("model")?.title ?? "", /needs OPENAI_API_KEY/);
  await examine(["--no-model"], env);
  assert.equal(model.calls.length, 2);
});

test("people read a line for each check, with what to do below it", async (t) => {
  const url = await startSpoilingProxy(t, await server(t), { buffers: true, sets: { server: "cloudflare" } });
  const { code, stdout, stderr } = await runCli(["doctor", "--url", url], { env: { PORT: "0" } });
  assert.equal(code, 1);
  assert.match(stdout, /^✓ Node \d+/);
  assert.match(stdout, /^– Redis is not used/m);
  assert.match(stdout, /^✗ Something on the way holds the stream back: .*\n {4}Cloudflare: .*$/m);
  assert.equal(stderr, "\n1 thing needs mending.\n");
});
