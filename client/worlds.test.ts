import assert from "node:assert/strict";
import { test } from "node:test";
import { clientFixture, cursorOf, eventsOf, NOTHING, STREAM_ID, streamOf } from "../testing/client-fixture.ts";
import type { Client, StreamEvent, World } from "./index.ts";

const WORLD: World = { name: "den", turn_limit: 5, respond: "everyone", memory: true };
const VERA = { name: "Vera", streaming: true };

const CALLS: [
  what: string,
  call: (client: Client) => Promise<unknown>,
  sent: unknown[],
  answer: unknown,
  result: unknown,
][] = [
  [
    "models",
    (c) => c.models(),
    ["GET", "/models", undefined],
    { default: "a", models: [] },
    { default: "a", models: [] },
  ],
  ["worlds.list", (c) => c.worlds.list(), ["GET", "/worlds", undefined], { worlds: [WORLD] }, [WORLD]],
  ["worlds.get", (c) => c.worlds.get("a b"), ["GET", "/worlds/a%20b", undefined], WORLD, WORLD],
  ["worlds.create", (c) => c.worlds.create(WORLD), ["POST", "/worlds", WORLD], WORLD, WORLD],
  [
    "worlds.update",
    (c) => c.worlds.update("den", { title: "D" }),
    ["PATCH", "/worlds/den", { title: "D" }],
    WORLD,
    WORLD,
  ],
  ["worlds.delete", (c) => c.worlds.delete("den"), ["DELETE", "/worlds/den", undefined], undefined, undefined],
  [
    "agents.list",
    (c) => c.worlds.agents.list("den"),
    ["GET", "/worlds/den/agents", undefined],
    { agents: [VERA] },
    [VERA],
  ],
  ["agents.get", (c) => c.worlds.agents.get("den", "V/a"), ["GET", "/worlds/den/agents/V%2Fa", undefined], VERA, VERA],
  ["agents.create", (c) => c.worlds.agents.create("den", VERA), ["POST", "/worlds/den/agents", VERA], VERA, VERA],
  [
    "agents.update",
    (c) => c.worlds.agents.update("den", "Vera", { model: null }),
    ["PATCH", "/worlds/den/agents/Vera", { model: null }],
    VERA,
    VERA,
  ],
  [
    "agents.delete",
    (c) => c.worlds.agents.delete("den", "Vera"),
    ["DELETE", "/worlds/den/agents/Vera", undefined],
    undefined,
    undefined,
  ],
  [
    "route",
    (c) => c.world("den").route({ message: "@Vera" }),
    ["POST", "/worlds/den/route", { message: "@Vera" }],
    { agents: [], unknown: [] },
    { agents: [], unknown: [] },
  ],
  [
    "publish",
    (c) => c.world("den").publish({ message: "Hi", sender: "Ada" }),
    ["POST", "/worlds/den/messages", { message: "Hi", sender: "Ada" }],
    { message_id: "m", turn_id: "t" },
    { message_id: "m", turn_id: "t" },
  ],
];

for (const [what, call, sent, answer, result] of CALLS) {
  test(`${what} asks for one thing, and gives what it is answered`, async () => {
    const { client, network, held } = clientFixture(() => (answer ? { body: answer } : { status: 204 }));
    assert.deepEqual(await call(client), result);
    assert.deepEqual(
      network.asked.map(({ method, path, body }) => [method, path, body]),
      [sent],
    );
    assert.deepEqual(held(), NOTHING);
  });
}

test("a message is published once, however often it is sent", async () => {
  const { client, network, run } = clientFixture((_asked, index) =>
    index < 2 ? "unreachable" : { status: 202, body: { message_id: "m", turn_id: "t" } },
  );
  await run(client.world("den").publish({ message: "Hi" }));
  assert.deepEqual(
    network.asked.map(({ headers }) => headers.get("idempotency-key")),
    ["key-1", "key-1", "key-1"],
  );
});

test("a definition is changed once or not at all: nothing without a key is repeated", async () => {
  const { client, network } = clientFixture(() => "unreachable");
  await assert.rejects(client.worlds.create(WORLD), (error: { code?: string }) => error.code === "network");
  assert.equal(network.asked.length, 1);
});

const TURN = [
  {
    type: "start",
    stream_id: STREAM_ID,
    kind: "world",
    created_at: "2026-01-02T03:04:05.000Z",
    world: "den",
    turn_id: "t1",
    message_id: "h1",
  },
  { type: "message_start", message_id: "a", sender: "Vera", role: "assistant", in_reply_to: "h1" },
  { type: "message_start", message_id: "b", sender: "Otto", role: "assistant", in_reply_to: "h1" },
  { type: "token", message_id: "b", text: "O" },
  { type: "token", message_id: "a", text: "V" },
  {
    type: "message_end",
    message_id: "b",
    sender: "Otto",
    content: "O",
    timestamp: "2026-01-02T03:04:06.000Z",
    reason: "stop",
    in_reply_to: "h1",
  },
  {
    type: "message",
    message_id: "c",
    sender: "Kim",
    role: "assistant",
    content: "K",
    timestamp: "2026-01-02T03:04:06.000Z",
  },
  {
    type: "message_end",
    message_id: "a",
    sender: "Vera",
    content: "V",
    timestamp: "2026-01-02T03:04:07.000Z",
    reason: "error",
    error_code: "model_cut",
  },
  { type: "done", reason: "completed", agents: [{ agent: "Vera", outcome: "failed" }] },
].map((draft, index) => ({ ...draft, seq: index + 1 })) as StreamEvent[];

test("a turn is waited for as a stream, cuts and all, and its messages are whole", async () => {
  const { client, network, run } = clientFixture((asked, index) =>
    streamOf(TURN.slice(cursorOf(asked)).slice(0, index ? 9 : 4), "cut"),
  );
  const turn = await run(client.world("den").wait({ message: "Hi", mentions: [] }));
  assert.deepEqual(
    turn.messages.map(({ sender, content, reason, error_code }) => [sender, content, reason, error_code]),
    [
      ["Vera", "V", "error", "model_cut"],
      ["Otto", "O", "stop", undefined],
      ["Kim", "K", undefined, undefined],
    ],
  );
  const { stream_id, turn_id, reason, agents } = turn;
  assert.deepEqual(
    [stream_id, turn_id, reason, agents],
    [STREAM_ID, "t1", "completed", [{ agent: "Vera", outcome: "failed" }]],
  );
  assert.deepEqual(
    network.asked.map(({ method, path }) => `${method} ${path}`),
    [...["POST /worlds/den/chat", `GET /worlds/den/chat/${STREAM_ID}`]],
  );
});

test("a saved turn is gone on with in its world", async () => {
  const { client, network } = clientFixture((asked) => streamOf(TURN.slice(cursorOf(asked))));
  const first = client.world("den").stream({ message: "Hi" });
  for await (const { seq } of first) if (seq === 5) break;
  const saved = first.save();
  assert.ok(saved);
  assert.equal(saved.path, `/worlds/den/chat/${STREAM_ID}`);
  assert.deepEqual(await eventsOf(client.restore(saved)), TURN.slice(5));
  assert.equal(network.asked[1]?.path, saved.path);
});

const FEED = [
  { type: "start", kind: "feed", created_at: "2026-01-02T03:04:05.000Z", world: "den" },
  {
    type: "start",
    kind: "world",
    created_at: "2026-01-02T03:04:05.000Z",
    world: "den",
    turn_id: "t1",
    message_id: "h1",
  },
  {
    type: "message",
    message_id: "h1",
    sender: "HUMAN",
    role: "user",
    content: "Hi",
    timestamp: "2026-01-02T03:04:06.000Z",
    turn_id: "t1",
  },
  { type: "done", reason: "completed", turn_id: "t1" },
  { type: "error", error_code: "shutting_down", message: "Bye.", retryable: true, turn_id: "t2" },
  { type: "done", reason: "cancelled" },
].map((draft, index) => ({ ...draft, seq: index + 41 })) as StreamEvent[];

test("a feed begins where it stands, goes on across cuts, and is not over when a turn is", async () => {
  const { client, network, run, held } = clientFixture((asked, index) =>
    streamOf(index ? FEED.slice(cursorOf(asked) - 40) : FEED.slice(0, 4)),
  );
  const feed = client.world("den").feed();
  assert.deepEqual(await run(eventsOf(feed)), FEED);
  assert.deepEqual(
    network.asked.map(({ method, path, headers }) => [method, path, headers.get("last-event-id")]),
    [
      ["GET", "/worlds/den/events", null],
      ["GET", "/worlds/den/events", `${STREAM_ID}.0.44`],
    ],
  );
  assert.deepEqual([feed.id, feed.messages[0]?.turn_id, held()], [undefined, "t1", NOTHING]);
});

test("a feed is saved and gone on with like any stream, and refuses holes", async () => {
  const { client } = clientFixture((asked) => streamOf(FEED.slice(Math.max(0, cursorOf(asked) - 40))));
  const feed = client.world("den").feed();
  for await (const { seq } of feed) if (seq === 43) break;
  const saved = feed.save();
  assert.ok(saved);
  const restored = client.restore(JSON.parse(JSON.stringify(saved)));
  assert.deepEqual(await eventsOf(restored), FEED.slice(3));
  const later = client.world("den").feed({ lastEventId: `${STREAM_ID}.0.43` });
  assert.deepEqual(await eventsOf(later), FEED.slice(3));
  const holed = clientFixture(() => streamOf(FEED.filter(({ seq }) => seq !== 43)));
  await assert.rejects(
    holed.run(eventsOf(holed.client.world("den").feed())),
    (error: { code?: string }) => error.code === "bad_response",
  );
});
