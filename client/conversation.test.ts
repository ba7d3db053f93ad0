import assert from "node:assert/strict";
import { test } from "node:test";
import { answerOf, clientFixture, connectionLog, eventsOf, serving, streamOf } from "../testing/client-fixture.ts";
import { type ChatWaitError, type ConversationOptions, createConversation } from "./index.ts";

const EVENTS = answerOf(["Hel", "lo"]);
const ANSWER = { role: "assistant", content: "Hello", timestamp: "2026-01-02T03:04:06.000Z" } as const;
const ASKED_AT = "2026-01-02T03:00:00.000Z";
const asked = (content: string) => ({ role: "user", content, timestamp: ASKED_AT }) as const;
const code = (expected: string) => (error: ChatWaitError) => error.code === expected;

function fixture(options: ConversationOptions = {}, answer = serving(EVENTS)) {
  const made = clientFixture(answer);
  const conversation = createConversation(made.client.chat, { timestamp: () => ASKED_AT, ...options });
  return { ...made, conversation, bodies: () => made.network.asked.flatMap(({ body }) => (body ? [body] : [])) };
}

test("each question takes along what was said before it, and the defaults", async () => {
  const { conversation, bodies } = fixture({ defaults: { instructions: "Be brief.", temperature: 0 } });
  assert.equal((await conversation.send("One?").result()).content, "Hello");
  await conversation.send("Two?").result();
  const defaults = { instructions: "Be brief.", temperature: 0 };
  assert.deepEqual(bodies(), [
    { ...defaults, message: "One?", context: { messages: [] } },
    { ...defaults, message: "Two?", context: { messages: [asked("One?"), ANSWER] } },
  ]);
  assert.deepEqual(conversation.messages, [asked("One?"), ANSWER, asked("Two?"), ANSWER]);
});

test("an answer shows up in the conversation as it grows", async () => {
  const { conversation } = fixture();
  const seen: string[] = [];
  for await (const _event of conversation.send("Hi"))
    seen.push(conversation.messages.map(({ content }) => content).join("|"));
  assert.deepEqual(seen, ["Hi", "Hi|", "Hi|Hel", "Hi|Hello", "Hi|Hello", "Hi|Hello"]);
});

test("ask waits, and keeps the answer", async () => {
  const reply = { stream_id: "s", message_id: "m", message: ANSWER, reason: "stop", model: "test:a" };
  const { conversation, network } = fixture({}, () => ({ body: reply }));
  assert.deepEqual(await conversation.ask("Hi"), reply);
  assert.equal(network.asked[0]?.path, "/chat/wait");
  assert.deepEqual(conversation.toJSON(), [asked("Hi"), ANSWER]);
});

test("one question at a time: another is refused as busy, until the answer has ended or was left", async () => {
  const { conversation, network } = fixture(
    {},
    serving(EVENTS, (left) => streamOf(left.slice(0, 3), "silence")),
  );
  const stream = conversation.send("One?");
  for (const again of [
    () => conversation.send("Two?"),
    () => conversation.retry(),
    () => conversation.edit(0, "Two?"),
    () => conversation.follow(() => stream),
  ]) {
    assert.throws(again, code("busy"));
  }
  await assert.rejects(conversation.ask("Two?"), code("busy"));
  assert.deepEqual([network.asked.length, conversation.messages], [0, [asked("One?")]]);
  for await (const { seq } of stream) if (seq === 3) break;
  assert.deepEqual(
    conversation.toJSON(),
    [asked("One?"), { role: "assistant", content: "Hel" }],
    "the part that came is kept",
  );
  conversation.send("Two?").detach();
  const leaving = new AbortController();
  const waiting = assert.rejects(conversation.ask("Three?", { signal: leaving.signal }), code("aborted"));
  assert.throws(() => conversation.send("Four?"), code("busy"));
  leaving.abort();
  await waiting;
  assert.deepEqual(conversation.messages.at(-1), asked("Three?"));
});

test("a question that was refused stays, and can be asked again or in other words", async () => {
  const { conversation, bodies } = fixture({}, (_asked, index) =>
    index ? streamOf(EVENTS) : { status: 400, body: { error_code: "unknown_model", message: "No.", request_id: "r" } },
  );
  await assert.rejects(eventsOf(conversation.send("Hi")), code("unknown_model"));
  assert.deepEqual(conversation.messages, [asked("Hi")]);
  await conversation.retry().result();
  await conversation.send("More?").result();
  await conversation.edit(2, "Less?").result();
  assert.deepEqual(conversation.messages, [asked("Hi"), ANSWER, asked("Less?"), ANSWER]);
  await conversation.retry().result();
  assert.deepEqual(conversation.messages, [asked("Hi"), ANSWER, asked("Less?"), ANSWER]);
  assert.deepEqual(bodies().slice(-1), [{ message: "Less?", context: { messages: [asked("Hi"), ANSWER] } }]);
});

test("a failed ask can be followed by another, and leaves its question", async () => {
  const { conversation } = fixture({}, () => ({
    status: 400,
    body: { error_code: "x", message: "No.", request_id: "r" },
  }));
  await assert.rejects(conversation.ask("Hi"), code("x"));
  await assert.rejects(conversation.ask("Hi"), code("x"));
  assert.deepEqual(conversation.messages, [asked("Hi"), asked("Hi")]);
});

test("a conversation that was written down goes on, and so does its answer", async () => {
  const { conversation, client, network } = fixture();
  const stream = conversation.send("Hi");
  for await (const { seq } of stream) {
    if (seq !== 3) continue;
    const paper = JSON.parse(JSON.stringify({ said: conversation, running: stream.save() }));
    const { log, onConnection } = connectionLog();
    const reloaded = createConversation(client.chat, { from: paper.said });
    const rest = reloaded.follow((options) => client.restore(paper.running, options), { onConnection });
    assert.deepEqual(
      reloaded.messages.map(({ content }) => content),
      ["Hi", "Hel"],
    );
    await rest.result();
    assert.deepEqual(reloaded.toJSON(), [asked("Hi"), ANSWER]);
    assert.deepEqual(log.at(-1), { status: "closed" });
    break;
  }
  assert.equal(network.asked.length, 2);
});

test("what is begun with stays as it was", async () => {
  const from = Object.freeze([asked("Old?")]);
  const { conversation } = fixture({ from });
  await conversation.send("New?").result();
  assert.deepEqual([from.length, conversation.messages.length], [1, 3]);
});

test("limits are those of the options", async () => {
  const { conversation, bodies } = fixture({ from: [asked("One"), asked("Two"), asked("Three")], maxMessages: 2 });
  await conversation.send("Four").result();
  assert.deepEqual(bodies(), [{ message: "Four", context: { messages: [asked("Two"), asked("Three")] } }]);
});
