import assert from "node:assert/strict";
import { test } from "node:test";
import type { ErrorCode } from "../src/protocol/errors.ts";
import { offer } from "../testing/app.ts";
import { serverFor } from "../testing/driven-server.ts";
import { assertProblem } from "../testing/problem.ts";
import { instantModel } from "../testing/scripted-model.ts";
import { type Outgoing, requestJson } from "../testing/sse-client.ts";

// Section 5, as worlds and agents can cause it: every code, with a text that teaches, and nothing changed by what was refused.

const models = [offer("test:instant", instantModel(["Hello"]))];
const post = (body: unknown, headers: Record<string, string> = {}): Outgoing => ({ body, headers });
const patch = (body: unknown): Outgoing => ({ method: "PATCH", body });
const remove: Outgoing = { method: "DELETE" };
const UNKNOWN_ID = "A".repeat(22);

type Case = [name: string, path: string, request: Outgoing, code: ErrorCode, says: RegExp];

const BAD_NAMES = ["no%20space", "_den", "-den", "d%C3%A9n", "a.b", "x".repeat(65), "a%2Fb", "%00", "..%2fden"];

/** Every path that names a world, with every method it takes. */
const worldPaths: [suffix: string, request: Outgoing][] = [
  ["", {}],
  ["", patch({ title: "x" })],
  ["", remove],
  ["/agents", {}],
  ["/agents", post({ name: "Nora" })],
  ["/agents/vera", {}],
  ["/agents/vera", patch({ streaming: false })],
  ["/agents/vera", remove],
  ["/chat", post({ message: "Hi" })],
  [`/chat/${UNKNOWN_ID}`, {}],
  [`/chat/${UNKNOWN_ID}`, remove],
  ["/messages", post({ message: "Hi" })],
  ["/route", post({ message: "Hi" })],
  ["/events", {}],
];

const nameOfRequest = ({ method, body }: Outgoing) => method ?? (body === undefined ? "GET" : "POST");

const badBodies: [name: string, body: unknown, code: ErrorCode, says: RegExp][] = [
  ["JSON that stops too early", '{"name": "x"', "invalid_json", /not valid JSON/],
  ["an array", [1], "invalid_request", /must be a JSON object like .*, not an array of 1/],
  ["a deep body", `{"title":${"[".repeat(40)}${"]".repeat(40)}}`, "invalid_request", /deeper than 32 levels/],
  ["a body of over 1 MiB", { title: "x".repeat(2 ** 20) }, "payload_too_large", /larger than 1 MiB/],
  ["an unknown field", { zzz: 1 }, "invalid_request", /Unknown field "zzz"\. Known fields: name, /],
];

const worldFaults: [name: string, fields: object, says: RegExp][] = [
  ["a misspelt field", { turnlimit: 3 }, /"turnlimit"\. Did you mean "turn_limit"\?/],
  ["a turn_limit of 0", { turn_limit: 0 }, /"turn_limit" must be at least 1/],
  ["a turn_limit of 1001", { turn_limit: 1001 }, /"turn_limit" must be at most 1000/],
  ["a turn_limit of 2.5", { turn_limit: 2.5 }, /"turn_limit" must be a whole number, not 2\.5/],
  ["a respond that is none", { respond: "nobody" }, /"respond" must be "everyone", "first" or "mentioned"/],
  ["a memory that is a word", { memory: "yes" }, /"memory" must be a boolean, not "yes"/],
  ["a long title", { title: "x".repeat(201) }, /"title" must be at most 200 characters/],
  ["a long description", { description: "x".repeat(2001) }, /"description" must be at most 2000 characters/],
  ["a delay of 0", { timing: { stall: 0 } }, /"timing\.stall" must be at least 1/],
  ["a delay over ten minutes", { timing: { response: 600_001 } }, /"timing\.response" must be at most 600000/],
  ["a misspelt delay", { timing: { stal: 5 } }, /"stal" in "timing"\. Did you mean "stall"\?/],
  ["agents in a world", { agents: [] }, /Unknown field "agents"/],
];

const agentFaults: [name: string, fields: object, code: ErrorCode, says: RegExp][] = [
  ["a temperature of 3", { temperature: 3 }, "invalid_request", /"temperature" must be at most 2/],
  ["0 tokens", { max_tokens: 0 }, "invalid_request", /"max_tokens" must be at least 1/],
  ["a streaming that is a word", { streaming: "no" }, "invalid_request", /"streaming" must be a boolean, not "no"/],
  [
    "long instructions",
    { instructions: "x".repeat(32_001) },
    "invalid_request",
    /"instructions" must be at most 32000/,
  ],
  ["a misspelt field", { instruction: "x" }, "invalid_request", /Did you mean "instructions"\?/],
  ["a model that is not offered", { model: "a:b" }, "unknown_model", /"a:b"\. GET \/models lists/],
];

const cases: Case[] = [
  ...worldPaths.flatMap(([suffix, request]): Case[] => [
    [
      `${nameOfRequest(request)} of no world`,
      `/worlds/nowhere${suffix}`,
      request,
      "world_not_found",
      /GET \/worlds lists/,
    ],
    [`${nameOfRequest(request)} of a bad name`, `/worlds/b%20d${suffix}`, request, "invalid_world_name", /not "b d"/],
  ]),
  ...BAD_NAMES.map((name): Case => ["a bad name", `/worlds/${name}`, {}, "invalid_world_name", /1 to 64 letters/]),
  ...badBodies.flatMap(([name, body, code, says]): Case[] => [
    [`${name}, making a world`, "/worlds", post(body), code, says],
    [`${name}, changing a world`, "/worlds/den", patch(body), code, says],
    [`${name}, making an agent`, "/worlds/den/agents", post(body), code, says],
    [`${name}, changing an agent`, "/worlds/den/agents/vera", patch(body), code, says],
  ]),
  ...worldFaults.flatMap(([name, fields, says]): Case[] => [
    [`${name}, making a world`, "/worlds", post({ name: "attic", ...fields }), "invalid_request", says],
    [`${name}, changing a world`, "/worlds/den", patch(fields), "invalid_request", says],
  ]),
  ...agentFaults.flatMap(([name, fields, code, says]): Case[] => [
    [`${name}, making an agent`, "/worlds/den/agents", post({ name: "Nora", ...fields }), code, says],
    [`${name}, changing an agent`, "/worlds/den/agents/vera", patch(fields), code, says],
  ]),
  ["no body", "/worlds", { method: "POST" }, "invalid_request", /body is missing\. Send JSON like \{"name"/],
  ["no name", "/worlds", post({}), "invalid_request", /"name"/],
  ["a name that is a number", "/worlds", post({ name: 7 }), "invalid_request", /"name" must be a string, not 7/],
  ["a world's bad name", "/worlds", post({ name: "no space" }), "invalid_world_name", /not "no space"/],
  ["a world's empty name", "/worlds", post({ name: "" }), "invalid_world_name", /1 to 64/],
  ["a world that is there", "/worlds", post({ name: "DEN" }), "world_exists", /already/],
  ["another name for a world", "/worlds/den", patch({ name: "cave" }), "invalid_request", /"name" cannot change/],
  ["another name for an agent", "/worlds/den/agents/vera", patch({ name: "x" }), "invalid_request", /cannot change/],
  ["an agent's bad name", "/worlds/den/agents", post({ name: "a b" }), "invalid_request", /"name" must be 1 to 64/],
  ["an agent called HUMAN", "/worlds/den/agents", post({ name: "Human" }), "invalid_request", /must not be HUMAN/],
  ["an agent that is there", "/worlds/den/agents", post({ name: "VERA" }), "agent_exists", /already/],
  ["GET of no agent", "/worlds/den/agents/nobody", {}, "agent_not_found", /no agent/],
  ["PATCH of no agent", "/worlds/den/agents/nobody", patch({ streaming: true }), "agent_not_found", /no agent/],
  ["DELETE of no agent", "/worlds/den/agents/nobody", remove, "agent_not_found", /no agent/],
  ["an agent of another world", "/worlds/default/agents/vera2", {}, "agent_not_found", /no agent/],
  ["HTML of the worlds", "/worlds", { headers: { accept: "text/html" } }, "not_acceptable", /application\/json/],
  ["events of the worlds", "/worlds", { headers: { accept: "text/event-stream" } }, "not_acceptable", /application/],
  [
    "the feed as JSON",
    "/worlds/den/events",
    { headers: { accept: "application/json" } },
    "not_acceptable",
    /event-stream/,
  ],
  ["a form", "/worlds", post("name=x", { "content-type": "text/plain" }), "unsupported_media_type", /as JSON/],
  ["a foreign page", "/worlds", post({ name: "x" }, { origin: "https://evil.example" }), "origin_not_allowed", /CORS/],
  ["a rebound name", "/worlds", { headers: { host: "evil.example" } }, "host_not_allowed", /ALLOWED_HOSTS/],
  ["no path", "/worlds/den/agents/vera/more", {}, "not_found", /nothing at this path/],
];

test("each mistake with worlds and agents is refused in words that teach, and changes nothing", async (t) => {
  const app = await serverFor(t, { models });
  await requestJson(`${app.url}/worlds`, post({ name: "Den" }));
  await requestJson(`${app.url}/worlds/den/agents`, post({ name: "Vera", instructions: "Doubt." }));
  const all = async () =>
    (await requestJson(`${app.url}/worlds`)).text + (await requestJson(`${app.url}/worlds/den`)).text;
  const before = await all();
  for (const prefix of ["", "/v1"]) {
    for (const [name, path, request, code, says] of cases) {
      await t.test(`${name}: ${nameOfRequest(request)} ${prefix}${path.slice(0, 60)} is ${code}`, async () => {
        assertProblem(await requestJson(app.url + prefix + path, request), code, says);
      });
    }
  }
  assert.equal(await all(), before);
  assert.equal(app.shelf.counts().kept, 0);
  const { subscriptions, turns, timers, feedReaders, rooms, lateEvents } = app.worlds.counts();
  assert.deepEqual([subscriptions, turns, timers, feedReaders, rooms, lateEvents], [0, 0, 0, 0, 0, 0]);
});

test("all faults of a body are named at once, each with its path", async (t) => {
  const app = await serverFor(t, { models });
  const body = { name: "den", turn_limit: 0, respond: "x", timing: { stall: -1 } };
  const { body: refused } = await requestJson(`${app.url}/worlds`, post(body));
  const paths = refused.details.map(({ path }: { path: string }) => path);
  assert.deepEqual(paths.sort(), ["respond", "timing.stall", "turn_limit"]);
});

const METHODS: [path: string, allowed: string, ...refused: string[]][] = [
  ["/worlds", "GET, HEAD, POST", "PUT", "DELETE", "PATCH"],
  ["/worlds/default", "GET, HEAD, PATCH, DELETE", "POST", "PUT"],
  ["/worlds/default/agents", "GET, HEAD, POST", "PUT", "DELETE", "PATCH"],
  ["/worlds/default/agents/otto", "GET, HEAD, PATCH, DELETE", "POST", "PUT"],
  ["/worlds/default/chat", "GET, POST", "HEAD", "PUT", "PATCH", "DELETE"],
  [`/worlds/default/chat/${UNKNOWN_ID}`, "GET, DELETE", "HEAD", "POST", "PATCH"],
  ["/worlds/default/messages", "POST", "GET", "HEAD", "DELETE"],
  ["/worlds/default/route", "POST", "GET", "HEAD"],
  ["/worlds/default/events", "GET", "HEAD", "POST", "DELETE"],
];

for (const [path, allowed, ...refused] of METHODS) {
  test(`R-ACCEPT ${path.replace(UNKNOWN_ID, "{stream_id}")} takes ${allowed} and nothing else`, async (t) => {
    const app = await serverFor(t, { models });
    for (const prefix of ["", "/v1"]) {
      for (const method of refused) {
        const answer = await requestJson(app.url + prefix + path, { method });
        assert.deepEqual(
          [answer.status, answer.body?.error_code],
          [405, method === "HEAD" ? undefined : "method_not_allowed"],
        );
        const allow = String(answer.headers["allow"])
          .split(", ")
          .filter((each) => each !== "OPTIONS");
        assert.deepEqual(allow.sort(), allowed.split(", ").sort());
      }
    }
    assert.equal(app.shelf.counts().kept, 0);
  });
}

test("no more than 1,000 worlds and 50 agents in one are kept, and one that is deleted makes room", async (t) => {
  const app = await serverFor(t, { models });
  for (let made = 1; made < 1000; made++) await app.worlds.createWorld({ name: `w${made}` });
  assertProblem(await requestJson(`${app.url}/worlds`, post({ name: "more" })), "too_many", /Delete one/);
  for (let made = 0; made < 50; made++) await app.worlds.createAgent("w1", { name: `a${made}` });
  assertProblem(await requestJson(`${app.url}/worlds/w1/agents`, post({ name: "more" })), "too_many", /Delete one/);
  await requestJson(`${app.url}/worlds/w1/agents/a7`, remove);
  assert.equal((await requestJson(`${app.url}/worlds/w1/agents`, post({ name: "more" }))).status, 201);
  await requestJson(`${app.url}/worlds/w2`, remove);
  assert.equal((await requestJson(`${app.url}/worlds`, post({ name: "more" }))).status, 201);
  assert.equal((await requestJson(`${app.url}/worlds`)).body.worlds.length, 1000);
});

test("null takes each field of a world and of an agent back to its default, and absent ones stay", async (t) => {
  const app = await serverFor(t, { models });
  const timing = { stall: 1, completion: 2, response: 3, long_operation: 4 };
  const world = { title: "T", description: "D", turn_limit: 9, respond: "first", memory: false, timing };
  const agent = { instructions: "I", model: "test:instant", temperature: 1, max_tokens: 7, streaming: false };
  await requestJson(`${app.url}/worlds`, post({ name: "Den", ...world }));
  await requestJson(`${app.url}/worlds/den/agents`, post({ name: "Vera", ...agent }));
  const den = `${app.url}/worlds/den`;
  const partly = await requestJson(den, patch({ timing: { stall: null, response: 30 }, title: null }));
  const { title: _title, ...rest } = world;
  const { stall: _stall, ...others } = timing;
  assert.deepEqual(partly.body, { name: "Den", ...rest, timing: { ...others, response: 30 } });
  assert.deepEqual((await requestJson(den, patch({}))).body, partly.body);
  const nulls = (fields: object) => Object.fromEntries(Object.keys(fields).map((field) => [field, null]));
  const bare = await requestJson(den, patch(nulls(world)));
  assert.deepEqual(bare.body, { name: "Den", turn_limit: 5, respond: "everyone", memory: true });
  const vera = await requestJson(`${den}/agents/vera`, patch(nulls(agent)));
  assert.deepEqual(vera.body, { name: "Vera", streaming: true });
});

test("R-DOOR where editing is switched off, changes are 403 before anything else is looked at, and talking goes on", async (t) => {
  const app = await serverFor(t, { models, env: { CHATWAIT_WORLD_EDITING: "false" } });
  const changes: [string, Outgoing][] = [
    ["/worlds", post("{")],
    ["/worlds/b%20d", patch({})],
    ["/worlds/nowhere", remove],
    ["/worlds/default/agents", post({ name: "Nora" })],
    ["/worlds/default/agents/otto", patch({ instructions: "Obey." })],
    ["/worlds/default/agents/otto", remove],
  ];
  for (const [path, request] of changes) {
    for (const prefix of ["", "/v1"]) {
      const refused = await requestJson(app.url + prefix + path, request);
      assertProblem(refused, "editing_disabled", /CHATWAIT_WORLD_EDITING/);
    }
  }
  const { text, body } = await requestJson(`${app.url}/worlds/default`);
  assert.equal(body.agents.length, 3);
  assert.doesNotMatch(text, /instructions/);
  const said = await requestJson(
    `${app.url}/worlds/default/chat`,
    post({ message: "Hi" }, { accept: "application/json" }),
  );
  assert.equal(said.status, 200);
});

test("R-DOOR a forwarded request may not change worlds unless the operator says so", async (t) => {
  const open = await serverFor(t, { models, env: { CHATWAIT_WORLD_EDITING: "true" } });
  const alone = await serverFor(t, { models });
  for (const header of ["forwarded", "x-forwarded-for", "x-forwarded-proto", "via", "x-real-ip", "cf-connecting-ip"]) {
    const forwarded = (name: string) => post({ name }, { [header]: "192.0.2.1" });
    assertProblem(await requestJson(`${alone.url}/worlds`, forwarded(header)), "editing_disabled");
    assert.equal((await requestJson(`${open.url}/worlds`, forwarded(header))).status, 201);
  }
});
