import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { readConfig } from "./config.ts";
import { isSettingError } from "./settings.ts";

test("without any setting there are the defaults of the protocol", () => {
  const config = readConfig({});
  assert.deepEqual([config.host, config.port, config.models.defaultId], ["127.0.0.1", 3000, "builtin:chat"]);
  assert.deepEqual(config.shelf, {
    retentionMs: 300_000,
    abandonMs: 300_000,
    maxStreams: 5000,
    maxReaders: 20_000,
    maxStreamBytes: 4 * 2 ** 20,
    maxLogBytes: 512 * 2 ** 20,
  });
  assert.deepEqual(config.patience, { firstTokenMs: 60_000, tokenGapMs: 30_000, generationMs: 600_000 });
  const { heartbeatMs, maxMessageChars, rateLimit, drainMs, dataDir, logLevel } = config;
  assert.deepEqual([heartbeatMs, maxMessageChars, rateLimit, drainMs], [10_000, 32_000, 600, 30_000]);
  assert.deepEqual(config.worldTiming, { stall: 500, completion: 2000, response: 3000, long_operation: 8000 });
  assert.equal(config.worldEditing, undefined);
  assert.deepEqual(
    [dataDir, logLevel, config.instructions, config.trustProxy],
    ["./data", "info", undefined, undefined],
  );
  assert.deepEqual([config.corsOrigins, config.allowedHosts, config.warnings], [[], [], []]);
  assert.ok(Object.isFrozen(config));
});

const MILLISECONDS = ["RETENTION", "ABANDON", "HEARTBEAT", "FIRST_TOKEN", "TOKEN_GAP", "GENERATION", "DRAIN"];
const WORLD = ["STALL", "COMPLETION", "RESPONSE", "LONG_OPERATION"].map((name) => `WORLD_${name}`);
const COUNTS = ["MAX_MESSAGE_CHARS", "MAX_STREAMS", "MAX_READERS", "MAX_STREAM_BYTES", "MAX_LOG_BYTES"];
const FROM_ONE = [...[...MILLISECONDS, ...WORLD].map((name) => `${name}_MS`), ...COUNTS].map(
  (name) => `CHATWAIT_${name}`,
);
const FROM_NULL = ["PORT", "CHATWAIT_RATE_LIMIT", "CHATWAIT_BUILTIN_WORDS_PER_SECOND"];

const refused = (env: Record<string, string>, setting: string) =>
  assert.throws(
    () => readConfig(env),
    (error) => isSettingError(error) && error.setting === setting && error.message.includes(setting),
    JSON.stringify(env),
  );

for (const name of [...FROM_ONE, ...FROM_NULL]) {
  test(`${name} takes whole numbers only, and the fault names it`, () => {
    for (const value of ["x", "-1", "1.5", "1e3", "0x10", "10s", "1_000", "99999999999999999999"])
      refused({ [name]: value }, name);
    if (FROM_ONE.includes(name)) refused({ [name]: "0" }, name);
    else assert.doesNotThrow(() => readConfig({ [name]: "0" }));
    assert.doesNotThrow(() => readConfig({ [name]: " 1 " }));
  });
}

test("a duration that a timer cannot wait for is refused", () => {
  assert.equal(readConfig({ CHATWAIT_DRAIN_MS: "2147483647" }).drainMs, 2 ** 31 - 1);
  refused({ CHATWAIT_DRAIN_MS: "2147483648" }, "CHATWAIT_DRAIN_MS");
});

test("a delay of a world is at most the ten minutes that a world may set itself", () => {
  for (const name of WORLD) {
    assert.doesNotThrow(() => readConfig({ [`CHATWAIT_${name}_MS`]: "600000" }));
    refused({ [`CHATWAIT_${name}_MS`]: "600001" }, `CHATWAIT_${name}_MS`);
  }
});

test("a port above 65535 is refused", () => refused({ PORT: "65536" }, "PORT"));

test("an empty variable is an unset one", () => {
  const names = [...FROM_ONE, ...FROM_NULL, "HOST", "CHATWAIT_MODEL", "CHATWAIT_REDIS_URL", "CHATWAIT_LOG_LEVEL"];
  const env = Object.fromEntries(names.map((name) => [name, " "]));
  assert.deepEqual(readConfig(env), readConfig({}));
});

test("each value arrives where it belongs", () => {
  const config = readConfig({
    HOST: "::1",
    PORT: "8080",
    CHATWAIT_RETENTION_MS: "1",
    CHATWAIT_ABANDON_MS: "2",
    CHATWAIT_MAX_STREAMS: "3",
    CHATWAIT_MAX_READERS: "4",
    CHATWAIT_MAX_STREAM_BYTES: "5",
    CHATWAIT_MAX_LOG_BYTES: "6",
    CHATWAIT_FIRST_TOKEN_MS: "7",
    CHATWAIT_TOKEN_GAP_MS: "8",
    CHATWAIT_GENERATION_MS: "9",
    CHATWAIT_HEARTBEAT_MS: "10",
    CHATWAIT_MAX_MESSAGE_CHARS: "11",
    CHATWAIT_RATE_LIMIT: "12",
    CHATWAIT_DRAIN_MS: "13",
    CHATWAIT_WORLD_STALL_MS: "14",
    CHATWAIT_WORLD_COMPLETION_MS: "15",
    CHATWAIT_WORLD_RESPONSE_MS: "16",
    CHATWAIT_WORLD_LONG_OPERATION_MS: "17",
    CHATWAIT_WORLD_EDITING: "false",
    CHATWAIT_INSTRUCTIONS: "Be brief.",
    CHATWAIT_DATA_DIR: "/tmp/x",
    CHATWAIT_LOG_LEVEL: "warn",
  });
  const { retentionMs, abandonMs, maxStreams, maxReaders, maxStreamBytes, maxLogBytes } = config.shelf;
  assert.deepEqual([retentionMs, abandonMs, maxStreams, maxReaders, maxStreamBytes, maxLogBytes], [1, 2, 3, 4, 5, 6]);
  assert.deepEqual(config.patience, { firstTokenMs: 7, tokenGapMs: 8, generationMs: 9 });
  const { heartbeatMs, maxMessageChars, rateLimit, drainMs } = config;
  assert.deepEqual([heartbeatMs, maxMessageChars, rateLimit, drainMs], [10, 11, 12, 13]);
  assert.deepEqual(config.worldTiming, { stall: 14, completion: 15, response: 16, long_operation: 17 });
  assert.equal(config.worldEditing, false);
  const { host, port, instructions, dataDir, logLevel } = config;
  assert.deepEqual([host, port, instructions, dataDir, logLevel], ["::1", 8080, "Be brief.", "/tmp/x", "warn"]);
});

test("the models that can go on with a text are a list", () => {
  const { models } = readConfig({ CHATWAIT_CONTINUES: "ollama:llama3, openai-compatible:m=assistant" });
  assert.deepEqual(models.continues, ["ollama:llama3", "openai-compatible:m=assistant"]);
  assert.deepEqual(readConfig({}).models.continues, []);
});

test("origins are taken as browsers send them, and anything else is refused", () => {
  const { corsOrigins } = readConfig({
    CHATWAIT_CORS_ORIGINS: "https://a.example, http://LOCALHOST:5173/,https://b.example",
  });
  assert.deepEqual(corsOrigins, ["https://a.example", "http://localhost:5173", "https://b.example"]);
  for (const value of ["*", "a.example", "https://a.example/path", "null", "https://a.example:443", "file:///x"]) {
    refused({ CHATWAIT_CORS_ORIGINS: value }, "CHATWAIT_CORS_ORIGINS");
  }
});

test("hosts are names or addresses without a port", () => {
  const { allowedHosts } = readConfig({ CHATWAIT_ALLOWED_HOSTS: "Chat.Example, 10.0.0.5" });
  assert.deepEqual(allowedHosts, ["chat.example", "10.0.0.5"]);
  for (const value of ["chat.example:80", "https://chat.example", "a b", "*"]) {
    refused({ CHATWAIT_ALLOWED_HOSTS: value }, "CHATWAIT_ALLOWED_HOSTS");
  }
});

test("proxies are a number of hops or a list of networks", () => {
  const trusted = (value: string) => readConfig({ CHATWAIT_TRUST_PROXY: value }).trustProxy;
  assert.deepEqual(
    [trusted("2"), trusted("0"), trusted("10.0.0.0/8, ::1"), trusted("loopback")],
    [2, undefined, ["10.0.0.0/8", "::1"], ["loopback"]],
  );
  for (const value of ["true", "10.0.0.0/33", "::1/129", "1,2", "10.0.0.0/8/8", "proxy.example", "10.0.0.0/"]) {
    refused({ CHATWAIT_TRUST_PROXY: value }, "CHATWAIT_TRUST_PROXY");
  }
});

test("context windows are numbers by the id of a model", () => {
  const { models } = readConfig({ CHATWAIT_CONTEXT_WINDOWS: "openai:gpt-5=400000, ollama:llama3:8b=8192" });
  assert.deepEqual(models.contextWindows, { "openai:gpt-5": 400_000, "ollama:llama3:8b": 8192 });
  for (const value of ["openai:gpt-5", "=1", "a=0", "a=x", "a=-1"]) {
    refused({ CHATWAIT_CONTEXT_WINDOWS: value }, "CHATWAIT_CONTEXT_WINDOWS");
  }
});

test("whether worlds may be changed is true, false or left to the server", () => {
  for (const value of ["1", "yes", "TRUE"]) refused({ CHATWAIT_WORLD_EDITING: value }, "CHATWAIT_WORLD_EDITING");
  assert.equal(readConfig({ CHATWAIT_WORLD_EDITING: "true" }).worldEditing, true);
});

test("a level of the log that does not exist is refused", () =>
  refused({ CHATWAIT_LOG_LEVEL: "loud" }, "CHATWAIT_LOG_LEVEL"));

test("a store is shared where its URL is set, and only there", () => {
  assert.equal(readConfig({ CHATWAIT_REDIS_PREFIX: "x:" }).redis, undefined);
  const url = "rediss://user:secret@example.com:6380/1";
  assert.deepEqual(readConfig({ CHATWAIT_REDIS_URL: url }).redis, { url, prefix: "chatwait:", leaseMs: 5000 });
  const more = { CHATWAIT_REDIS_PREFIX: "x:", CHATWAIT_REDIS_LEASE_MS: "300" };
  assert.deepEqual(readConfig({ CHATWAIT_REDIS_URL: url, ...more }).redis, { url, prefix: "x:", leaseMs: 300 });
});

test("what cannot be the URL of a store, a prefix or a lease is refused, and a password is not repeated", () => {
  const urls = ["127.0.0.1:6379", "http://127.0.0.1", "redis://", "redis:secret", "redis://:secret@ :6379"];
  const parts = ["abc", "-1", "1.5", "1/2", "?db=zz", "?keyPrefix=zz", "1?family=6", "#1"];
  for (const url of [...urls, ...parts.map((part) => `redis://:secret@host/${part}`), "redis://:secret%zz@host"]) {
    refused({ CHATWAIT_REDIS_URL: url }, "CHATWAIT_REDIS_URL");
    assert.throws(
      () => readConfig({ CHATWAIT_REDIS_URL: url }),
      (error: Error) => !error.message.includes("secret"),
    );
  }
  for (const prefix of ["a{b", "a}b", "a b", "ä", "x".repeat(65)]) {
    refused({ CHATWAIT_REDIS_PREFIX: prefix }, "CHATWAIT_REDIS_PREFIX");
  }
  for (const ms of ["0", "299", "5001"]) refused({ CHATWAIT_REDIS_LEASE_MS: ms }, "CHATWAIT_REDIS_LEASE_MS");
});

test("a setting that does not exist is warned of, with a guess where one is close", () => {
  const { warnings } = readConfig({ CHATWAIT_RATELIMIT: "1", CHATWAIT_ZZZZZZZZZZZZ: "1", OTHER: "1" });
  assert.deepEqual(warnings, [
    "There is no setting CHATWAIT_RATELIMIT. Did you mean CHATWAIT_RATE_LIMIT?",
    "There is no setting CHATWAIT_ZZZZZZZZZZZZ.",
  ]);
});

test("a value that is refused is shown, but not at length", () => {
  assert.throws(
    () => readConfig({ PORT: "x".repeat(10_000) }),
    (error: Error) => error.message.length < 200,
  );
});

test("the example of an environment holds no setting that does not exist, and can be used as it is", () => {
  const example = readFileSync(new URL("../.env.example", import.meta.url), "utf8");
  const settings = [...example.matchAll(/^#? ?([A-Z][A-Z_]+)=(.*)$/gm)].map(([, name = "", value = ""]) => [
    name,
    value,
  ]);
  assert.ok(settings.length > 10);
  assert.deepEqual(readConfig(Object.fromEntries(settings)).warnings, []);
});

test("a store's URL may name a database, a user and a password", () => {
  for (const part of ["", "/", "/0", "/15"]) {
    const url = `redis://user:p%2Fw%25@[::1]:6380${part}`;
    assert.equal(readConfig({ CHATWAIT_REDIS_URL: url }).redis?.url, url);
  }
});
