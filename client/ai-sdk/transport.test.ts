import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import type { UIMessage, UIMessageChunk } from "ai";
import { notedClient } from "../../testing/noted-client.ts";
import { chatWaitError } from "../errors.ts";
import type { ChatRequest, StreamEvent } from "../types.ts";
import { createChatTransport } from "./transport.ts";
import type { Asked, ChatTransportOptions } from "./types.ts";

const START = { type: "start", seq: 1, kind: "chat", stream_id: "a", created_at: "" } as StreamEvent;
const BEGIN = { type: "message_start", seq: 2, message_id: "m", sender: "assistant", role: "assistant" } as StreamEvent;
const DONE = { type: "done", seq: 3, reason: "stop" } as StreamEvent;

const MESSAGES = [{ message_id: "m", sender: "assistant", role: "assistant" as const, content: "Hel" }];

const HI: UIMessage[] = [{ id: "u", role: "user", parts: [{ type: "text", text: "Hi" }] }];

function transportFor(options: Partial<ChatTransportOptions<UIMessage>> = {}) {
  const { client, done, says } = notedClient(MESSAGES);
  const given: unknown = { client, ...options };
  const transport = createChatTransport(given as ChatTransportOptions<UIMessage>);
  const sending = { chatId: "c", messages: HI, messageId: undefined, trigger: "submit-message" as const };
  const send = (abortSignal?: AbortSignal, more: object = {}) =>
    transport.sendMessages({ ...sending, abortSignal, ...more });
  const resume = (abortSignal?: AbortSignal) =>
    transport.reconnectToStream({ chatId: "c", ...(abortSignal ? { abortSignal } : {}) });
  return { transport, done, says, send, resume };
}

/** Reads a stream of chunks as `useChat` does: to its end, or until the signal. */
async function read(chunks: ReadableStream<UIMessageChunk> | null, signal?: AbortSignal) {
  assert.ok(chunks);
  const types: string[] = [];
  const reader = chunks.getReader();
  signal?.addEventListener("abort", () => void reader.cancel());
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return types;
    types.push(value.type);
  }
}

async function begun(options?: Partial<ChatTransportOptions<UIMessage>>) {
  const made = transportFor(options);
  const abort = new AbortController();
  const reading = read(await made.send(abort.signal), abort.signal);
  made.says[0]?.(START);
  made.says[0]?.(BEGIN);
  await turn();
  return { ...made, abort, reading };
}

test("an abort of useChat is a stop at the server, and leaves nothing to resume", async () => {
  const { abort, reading, done, resume } = await begun();
  abort.abort();
  assert.deepEqual(await reading, ["start", "text-start"]);
  await turn();
  assert.deepEqual(done.slice(1), ["asked stop", "asked detach"]);
  assert.equal(await resume(), null);
});

test("with onAbort detach an abort only leaves, and the answer can be resumed", async () => {
  const { abort, reading, done, resume } = await begun({ onAbort: "detach" });
  abort.abort();
  await reading;
  await turn();
  assert.deepEqual(done.slice(1), ["asked detach"]);
  assert.ok(await resume());
  assert.equal(done.at(-1), "restore 2");
});

test("with onAbort detach, stop of the transport ends the answer, whose end is still seen", async () => {
  const { transport, done, says, reading, resume } = await begun({ onAbort: "detach" });
  await transport.stop("other");
  assert.equal(done.length, 1);
  await transport.stop("c");
  assert.deepEqual(done.slice(1), ["asked stop"]);
  says[0]?.({ ...DONE, reason: "cancelled" } as StreamEvent);
  assert.deepEqual(await reading, ["start", "text-start", "text-end", "finish"]);
  assert.equal(await resume(), null);
});

test("stop of the transport also ends an answer that was left, and nobody reads", async () => {
  const { transport, abort, reading, done, resume } = await begun({ onAbort: "detach" });
  abort.abort();
  await reading;
  await turn();
  await transport.stop("c");
  assert.deepEqual(done.slice(1), ["asked detach", "restore 2", "resumed stop"]);
  assert.equal(await resume(), null);
});

test("a new question ends an answer that was left: nobody could find it any more", async () => {
  const { abort, reading, done, send } = await begun({ onAbort: "detach" });
  abort.abort();
  await reading;
  await turn();
  await send();
  assert.deepEqual(done.slice(1, 4), ["asked detach", "restore 2", "resumed stop"]);
  assert.match(done[4] ?? "", /^chat /);
});

test("a reader that leaves without an abort leaves the answer running", async () => {
  const { send, says, done, resume } = transportFor();
  const chunks = await send();
  const reader = chunks.getReader();
  says[0]?.(START);
  says[0]?.(BEGIN);
  await reader.read();
  await reader.cancel();
  assert.deepEqual(done.slice(1), ["asked detach"]);
  assert.ok(await resume());
});

test("an abort before anything was sent sends nothing", async () => {
  const { send, done } = transportFor();
  await assert.rejects(send(AbortSignal.abort()), { name: "AbortError" });
  assert.deepEqual(done, []);
});

test("a resume that takes the place of another one, which useChat then aborts, does not stop the answer", async () => {
  const { abort, reading, done, resume, says } = await begun();
  // As AbstractChat.resumeStream does it, in one breath.
  abort.abort();
  const second = read(await resume());
  assert.deepEqual(await reading, ["start", "text-start"]);
  await turn();
  says[1]?.(DONE);
  assert.deepEqual(await second, ["start", "text-start", "text-delta", "text-end", "finish"]);
  assert.deepEqual(done.slice(1), ["asked detach", "restore 2"]);
});

test("React's strict mode mounts twice: the first resume is aborted at once, the second one reads", async () => {
  const { transport, resume, done, says } = await begun();
  const first = new AbortController();
  const dropped = resume(first.signal);
  first.abort();
  const second = resume();
  assert.equal(await dropped, null);
  const reading = read(await second);
  await turn();
  says[1]?.(DONE);
  await reading;
  assert.deepEqual(
    done.filter((what) => what.endsWith("stop")),
    [],
  );
  assert.equal(await transport.reconnectToStream({ chatId: "c" }), null);
});

test("an abort of a resumed answer is a stop as well", async () => {
  const { resume, done, reading } = await begun();
  const abort = new AbortController();
  const resumed = read(await resume(abort.signal), abort.signal);
  await reading;
  abort.abort();
  await resumed;
  await turn();
  assert.deepEqual(done.slice(1), ["asked detach", "restore 2", "resumed stop", "resumed detach"]);
  assert.equal(await resume(), null);
});

test("where nothing runs there is nothing to resume", async () => {
  const { resume, done } = transportFor();
  assert.equal(await resume(), null);
  assert.deepEqual(done, []);
});

test("an answer that has ended cannot be resumed", async () => {
  const { says, reading, resume } = await begun();
  says[0]?.(DONE);
  assert.deepEqual(await reading, ["start", "text-start", "text-end", "finish"]);
  assert.equal(await resume(), null);
});

test("a lost network keeps the position, and is a TypeError, as useChat expects of one that can be resumed", async () => {
  const { says, reading, resume } = await begun();
  says[0]?.(chatWaitError("network", "The server was not reached.", { retryable: true }));
  await assert.rejects(reading, (error: unknown) => {
    assert.ok(error instanceof TypeError);
    assert.deepEqual({ ...error }, { name: "ChatWaitError", code: "network", retryable: true });
    assert.equal(error.message, "The server was not reached. (network)");
    return true;
  });
  assert.ok(await resume());
});

test("a new question takes the place of an answer that was lost, before it has begun itself", async () => {
  const { says, reading, send, resume } = await begun();
  says[0]?.(chatWaitError("network", "The server was not reached.", { retryable: true }));
  await assert.rejects(reading);
  await send();
  assert.equal(await resume(), null);
});

test("a network that was never there is no TypeError: there is nothing to resume", async () => {
  const { send, says, resume } = transportFor();
  const reading = read(await send());
  says[0]?.(chatWaitError("network", "The server was not reached.", { retryable: true }));
  await assert.rejects(reading, (error: unknown) => !(error instanceof TypeError));
  assert.equal(await resume(), null);
});

test("an answer that the server has forgotten says so, and is not asked for again", async () => {
  const { says, reading, resume } = await begun();
  says[0]?.(chatWaitError("stream_expired", "The stream is gone."));
  await assert.rejects(reading, { code: "stream_expired", message: "The stream is gone. (stream_expired)" });
  assert.equal(await resume(), null);
});

test("a terminal error is thrown with its code, and is the end", async () => {
  const { says, reading, resume } = await begun();
  says[0]?.({ type: "error", seq: 3, error_code: "model_cut", message: "It broke off.", retryable: true });
  await assert.rejects(reading, {
    name: "ChatWaitError",
    code: "model_cut",
    message: "It broke off. (model_cut)",
    retryable: true,
  });
  assert.equal(await resume(), null);
});

test("settings, then the body of a message, then prepare decide what is asked", async () => {
  const seen: unknown[] = [];
  const { send, done } = transportFor({
    model: "a",
    temperature: 0,
    prepare({ request, messages, ...asked }: Asked<UIMessage, ChatRequest>) {
      seen.push(asked);
      return { ...request, max_tokens: messages.length };
    },
  });
  await send(undefined, { body: { model: "b" }, metadata: { from: "test" } });
  assert.deepEqual(done, ['chat {"model":"b","temperature":0,"max_tokens":1,"message":"Hi"}']);
  assert.deepEqual(seen, [
    { chatId: "c", trigger: "submit-message", messageId: undefined, metadata: { from: "test" } },
  ]);
});

test("a world is asked under its name", async () => {
  const { send, done } = transportFor({ world: "kitchen", sender: "Ada" });
  await send(undefined, { body: { mentions: ["Vera"] } });
  assert.deepEqual(done, ['kitchen {"message":"Hi","sender":"Ada","mentions":["Vera"]}']);
});

test("options that contradict each other are told at once", () => {
  const { client } = notedClient(MESSAGES);
  const both = { client, baseUrl: "http://localhost" };
  assert.throws(() => createChatTransport(both), { name: "TypeError", message: /"baseUrl"/ });
  const foreign = { world: "kitchen", model: "a" } as unknown as ChatTransportOptions;
  assert.throws(() => createChatTransport(foreign), { name: "TypeError", message: /"model"/ });
});

test("headers of one message cannot be sent by a client that has its own", async () => {
  const { send } = transportFor();
  await assert.rejects(send(undefined, { headers: { "x-a": "1" } }), { name: "TypeError" });
});

test("of the AI SDK only types are used: nothing of it is loaded with the transport", async () => {
  const folder = import.meta.dirname;
  const sources = (await readdir(folder)).filter((name) => name.endsWith(".ts") && !name.endsWith(".test.ts"));
  assert.ok(sources.length > 5);
  for (const name of sources) {
    const imports =
      (await readFile(join(folder, name), "utf8")).match(/^(?:im|ex)port [^;]+ from "(?!\.)[^"]+";$/gm) ?? [];
    for (const line of imports) assert.match(line, /^import type \{[^}]+\} from "ai";$/, name);
  }
});
