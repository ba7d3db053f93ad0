import assert from "node:assert/strict";
import { test } from "node:test";
import type { ChatRequest, Client, SavedStream, StartOptions, WaitReply } from "../../client/types.ts";
import { manualClock } from "../../testing/manual-clock.ts";
import { answerOf, type ScriptedStream, scriptedStream } from "../../testing/scripted-stream.ts";
import { createChat } from "./chat.ts";
import { createConversations } from "./conversations.ts";
import { createStore, memoryShelf, type Shelf } from "./storage.ts";

type Asked = { request?: ChatRequest; key?: string | undefined; saved?: SavedStream; stream: ScriptedStream };

/** A client whose streams say what the test makes them say. */
function scriptedClient() {
  const asked: Asked[] = [];
  const waits: { request: ChatRequest; key: string | undefined; answer: PromiseWithResolvers<WaitReply> }[] = [];
  const client = {
    chat: {
      stream(request: ChatRequest, { onConnection, idempotencyKey }: StartOptions = {}) {
        const stream = scriptedStream({ onConnection });
        asked.push({ request, key: idempotencyKey, stream });
        return stream;
      },
      wait(request: ChatRequest, { signal, idempotencyKey }: StartOptions = {}) {
        const answer = Promise.withResolvers<WaitReply>();
        signal?.addEventListener("abort", () => answer.reject(new Error("aborted")));
        waits.push({ request, key: idempotencyKey, answer });
        return answer.promise;
      },
    },
    restore(saved: SavedStream, { onConnection }: StartOptions = {}) {
      const stream = scriptedStream({ onConnection, saved });
      asked.push({ saved, stream });
      return stream;
    },
  };
  return { client: client as unknown as Client, asked, waits };
}

let tabs = 0;

/** A page over a shelf, which tabs and reloads may share. */
function page(shelf: Shelf = memoryShelf(), clock = manualClock()) {
  const { client, asked, waits } = scriptedClient();
  const tab = tabs++;
  let ids = 0;
  const said: string[] = [];
  const settings = { store: createStore(shelf), newId: () => `${tab}.${ids++}`, wall: clock.wall, now: clock.now };
  const conversations = createConversations(settings);
  const frame = (run: () => void) => clock.after(16, run);
  const chat = createChat({ ...settings, client, conversations, frame, announce: (text) => said.push(text) });
  const texts = (id: string) => conversations.get(id)?.entries.map(({ role, content }) => `${role}: ${content}`);
  const running = () =>
    Array.from({ length: shelf.length }, (_, index) => shelf.key(index)).filter((key) => key?.includes("running"));
  return { chat, conversations, asked, waits, said, shelf, clock, texts, running, store: settings.store };
}

const STREAM = { mode: "stream" } as const;
const settle = () => new Promise((done) => setImmediate(done));

async function answer({ stream }: Asked, pieces: string[], reason: "stop" | "cancelled" = "stop") {
  await stream.say(...answerOf(pieces, reason));
  await stream.end();
  await settle();
}

const at = (list: Asked[], index: number): Asked => {
  const one = list.at(index);
  assert.ok(one);
  return one;
};

test("A message is asked with its history, and its answer is kept", async () => {
  const { chat, asked, texts, said, running } = page();
  const id = chat.send(undefined, "One", STREAM);
  assert.equal(running().length, 1);
  await answer(at(asked, 0), ["First"]);
  assert.equal(chat.send(id, "Two", STREAM), id);
  assert.deepEqual(
    at(asked, 1).request?.context?.messages?.map(({ content }) => content),
    ["One", "First"],
  );
  await answer(at(asked, 1), ["Sec", "ond"]);
  assert.deepEqual(texts(id), ["user: One", "assistant: First", "user: Two", "assistant: Second"]);
  assert.deepEqual(said, ["Answering", "Answer complete", "Answering", "Answer complete"]);
  assert.deepEqual(running(), []);
});

test("Each question has a key of its own", async () => {
  const { chat, asked } = page();
  const id = chat.send(undefined, "One", STREAM);
  await answer(at(asked, 0), ["First"]);
  chat.retry(id);
  assert.ok(at(asked, 0).key);
  assert.notEqual(at(asked, 0).key, at(asked, 1).key);
});

test("Stopping is asked of the stream, and the text so far stays as stopped", async () => {
  const { chat, asked, conversations, said } = page();
  const id = chat.send(undefined, "One", STREAM);
  chat.stop(id);
  assert.deepEqual(at(asked, 0).stream.asked, ["stop"]);
  await answer(at(asked, 0), ["So far"], "cancelled");
  assert.deepEqual([conversations.get(id)?.entries[1]?.reason, said.at(-1)], ["cancelled", "Answer stopped"]);
});

test("Retry takes the place of the last answer", async () => {
  const { chat, asked, texts } = page();
  const id = chat.send(undefined, "One", STREAM);
  await answer(at(asked, 0), ["First"]);
  chat.retry(id);
  assert.deepEqual(texts(id), ["user: One"]);
  await answer(at(asked, 1), ["Better"]);
  assert.deepEqual(texts(id), ["user: One", "assistant: Better"]);
});

test("Sending an edited message again takes all that came after it, and stops what was under way", async () => {
  const { chat, asked, texts, conversations } = page();
  const id = chat.send(undefined, "One", STREAM);
  await answer(at(asked, 0), ["First"]);
  chat.send(id, "Two", STREAM);
  const first = conversations.get(id)?.entries[0]?.id ?? "";
  chat.resend(id, first, "Uno");
  assert.deepEqual(at(asked, 1).stream.asked, ["stop"]);
  await answer(at(asked, 1), ["Too late"], "cancelled");
  await answer(at(asked, 2), ["Primo"]);
  assert.deepEqual(texts(id), ["user: Uno", "assistant: Primo"]);
});

test("After a reload an answer goes on at its cursor, and says what came of it", async () => {
  const { chat, asked, shelf, clock } = page();
  const id = chat.send(undefined, "One", STREAM);
  const events = answerOf(["Hel", "lo"]);
  await at(asked, 0).stream.say(...events.slice(0, 3));
  chat.keep();
  clock.advance(500);
  const after = page(shelf, clock);
  after.chat.goOn(id);
  assert.deepEqual([at(after.asked, 0).saved?.seq, at(after.asked, 0).saved?.messages[0]?.content], [3, "Hel"]);
  at(after.asked, 0).stream.connect({ status: "open", resumed: { after: 3, replayed: 1, gapMs: 40 } });
  await at(after.asked, 0).stream.say(...events.slice(3));
  await at(after.asked, 0).stream.end();
  await settle();
  assert.deepEqual(after.texts(id), ["user: One", "assistant: Hello"]);
  assert.deepEqual(after.conversations.get(id)?.entries[1]?.notes, [
    "Page reloaded. Resumed at event 3, 1 event replayed, 540 ms",
    "Exact: the pieces, put together, are the whole text.",
  ]);
});

test("A reload before the first event asks with the same key, so that the model is asked once", () => {
  const { chat, asked, shelf, clock } = page();
  const id = chat.send(undefined, "One", STREAM);
  const after = page(shelf, clock);
  after.chat.goOn(id);
  assert.equal(at(after.asked, 0).key, at(asked, 0).key);
});

test("What has not begun for long is not asked again by itself", () => {
  const { chat, shelf, clock } = page();
  const id = chat.send(undefined, "One", STREAM);
  clock.advance(11 * 60_000);
  const after = page(shelf, clock);
  after.chat.goOn(id);
  assert.deepEqual([after.asked.length, after.running()], [0, []]);
});

test("The position is written down at the start and then every now and then, not with each token", async () => {
  const { chat, asked, store, clock } = page();
  const id = chat.send(undefined, "One", STREAM);
  const events = answerOf(["a", "b", "c"]);
  await at(asked, 0).stream.say(...events.slice(0, 3));
  assert.equal(store.running(id)?.saved?.seq, 1);
  clock.advance(500);
  await at(asked, 0).stream.say(...events.slice(3, 5));
  assert.equal(store.running(id)?.saved?.seq, 4);
});

test("A failure is kept with the text so far and its reason, and can be asked again", async () => {
  const { chat, asked, conversations, said } = page();
  const id = chat.send(undefined, "One", STREAM);
  await at(asked, 0).stream.say(...answerOf(["So far"]).slice(0, 3));
  await at(asked, 0).stream.say({
    type: "error",
    seq: 4,
    error_code: "model_cut",
    message: "It was cut.",
    retryable: true,
  });
  await at(asked, 0).stream.end();
  await settle();
  const { content, failure } = conversations.get(id)?.entries[1] ?? {};
  assert.deepEqual([content, failure?.code, said.at(-1)], ["So far", "model_cut", "It was cut."]);
  chat.retry(id);
  assert.equal(asked.length, 2);
});

test("A whole answer is waited for, and after a reload again with the same key", async () => {
  const { chat, waits, shelf, clock } = page();
  const id = chat.send(undefined, "One", { mode: "wait" });
  const after = page(shelf, clock);
  after.chat.goOn(id);
  assert.deepEqual(after.waits[0]?.key, waits[0]?.key);
  const message = { role: "assistant", content: "Whole", timestamp: "2026-01-02T03:04:05.000Z" } as const;
  after.waits[0]?.answer.resolve({ stream_id: "s", message_id: "m", message, reason: "stop", model: "m" });
  await settle();
  assert.deepEqual(after.texts(id), ["user: One", "assistant: Whole"]);
});

test("A deleted conversation's answer is stopped and writes nothing any more", async () => {
  const { chat, asked, conversations, shelf } = page();
  const id = chat.send(undefined, "One", STREAM);
  chat.forget(id);
  conversations.remove(id);
  await answer(at(asked, 0), ["Late"], "cancelled");
  chat.keep();
  assert.deepEqual([at(asked, 0).stream.asked, shelf.length], [["stop"], 0]);
});

test("Another tab joins an answer under way; both end with the same conversation", async () => {
  const shelf = memoryShelf();
  const one = page(shelf);
  const two = page(shelf, one.clock);
  const id = one.chat.send(undefined, "One", STREAM);
  two.conversations.changedElsewhere(`chatwait/conversation/${id}`);
  two.chat.changedElsewhere(`chatwait/running/${id}`);
  two.chat.changedElsewhere(`chatwait/running/${id}`);
  assert.equal(two.asked.length, 1);
  await answer(at(one.asked, 0), ["Hello"]);
  await answer(at(two.asked, 0), ["Hello"]);
  assert.deepEqual(page(shelf).texts(id), ["user: One", "assistant: Hello"]);
  assert.deepEqual(one.running(), []);
});

test("A tab that follows an answer lets go of it when another tab asks anew", async () => {
  const shelf = memoryShelf();
  const one = page(shelf);
  const two = page(shelf, one.clock);
  const id = one.chat.send(undefined, "One", STREAM);
  two.conversations.changedElsewhere(`chatwait/conversation/${id}`);
  two.chat.changedElsewhere(`chatwait/running/${id}`);
  one.clock.advance(1000);
  one.chat.retry(id);
  two.chat.changedElsewhere(`chatwait/running/${id}`);
  assert.equal(two.asked.length, 2);
  await answer(at(two.asked, 0), ["Stopped"], "cancelled");
  await answer(at(one.asked, 1), ["Anew"]);
  assert.deepEqual(page(shelf).texts(id), ["user: One", "assistant: Anew"]);
});

test("The page announces a lost connection once, and its return", async () => {
  const { chat, asked, said } = page();
  chat.send(undefined, "One", STREAM);
  const { stream } = at(asked, 0);
  for (const attempt of [1, 2, 3]) stream.connect({ status: "waiting", attempt, retryInMs: 100, cause: "cut" });
  stream.connect({ status: "open", resumed: { after: 1, replayed: 0, gapMs: 300 } });
  assert.deepEqual(said, [
    "Answering",
    "Connection lost, reconnecting",
    "Resumed at event 1, nothing to replay, 300 ms",
  ]);
});
