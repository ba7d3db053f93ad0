import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { Chat } from "@ai-sdk/react";
import { type ChatInit, readUIMessageStream, type UIMessage } from "ai";
import {
  type ChatTransportOptions,
  type ChatWaitUIMessage,
  createChatTransport,
  type Notice,
  type PositionStorage,
  senderOf,
} from "../client/ai-sdk/index.ts";
import { startCuttingProxy } from "../testing/cutting-proxy.ts";
import { type DrivenServer, drivenServer } from "../testing/driven-server.ts";
import { until } from "../testing/until.ts";
import { WORLD, worldApp } from "../testing/world-app.ts";

/** The transport with the AI SDK's own `Chat`, which is what `useChat` is a hook around, against the real server. */

type Init = Omit<ChatInit<ChatWaitUIMessage>, "transport">;
type Sent = { method: string; path: string; cursor: string | null };

/** A page: what a reload takes from one to the next is its storage and the messages that the app has kept. */
function page(url: string, options: Partial<ChatTransportOptions> & { chat?: Init } = {}) {
  const { chat: init = {}, ...rest } = options;
  const sent: Sent[] = [];
  const fetched: string[] = [];
  const transport = createChatTransport({
    baseUrl: url,
    surroundings: { fetch: recorded(sent, fetched) },
    ...rest,
  } as ChatTransportOptions);
  const chat = new Chat<ChatWaitUIMessage>({ id: "chat", transport, ...init });
  return { chat, transport, sent, text: () => textOf(chat), received: () => fetched.join("") };
}

/** Notes each request, and the bytes that came. */
function recorded(sent: Sent[], fetched: string[]) {
  return async (url: string, init: RequestInit): Promise<Response> => {
    const headers = new Headers(init.headers);
    sent.push({ method: init.method ?? "GET", path: new URL(url).pathname, cursor: headers.get("last-event-id") });
    const response = await fetch(url, init);
    const decoder = new TextDecoder();
    const noting = new TransformStream<Uint8Array, Uint8Array>({
      transform(bytes, controller) {
        fetched.push(decoder.decode(bytes, { stream: true }));
        controller.enqueue(bytes);
      },
    });
    return new Response(response.body?.pipeThrough(noting) ?? null, response);
  };
}

const textsOf = ({ parts }: UIMessage) => parts.flatMap((part) => (part.type === "text" ? [part.text] : []));
/** The text of the last answer. */
const textOf = ({ messages }: Chat<ChatWaitUIMessage>) =>
  messages.at(-1)?.role === "assistant" ? textsOf(messages.at(-1) as UIMessage).join("|") : "";
const saidIn = (messages: readonly UIMessage[]) =>
  messages.map((message) => [message.role, textsOf(message).join("|")]);

function memory(): PositionStorage & { values: Map<string, string> } {
  const values = new Map<string, string>();
  return {
    values,
    getItem: (key) => values.get(key) ?? null,
    setItem: (key, value) => void values.set(key, value),
    removeItem: (key) => void values.delete(key),
  };
}

/** A chat whose answer has begun. */
async function begun(t: TestContext, says: string[], options: Parameters<typeof page>[1] = {}) {
  const server = await drivenServer(t);
  const first = page(server.url, options);
  const sending = first.chat.sendMessage({ text: "Hi" });
  const call = await server.model.call();
  call.text(...says);
  await until(() => first.text() === says.join(""), "the text so far");
  return { server, call, sending, ...first };
}

test("useChat streams an answer as it is written, with its reason, model and usage", async (t) => {
  const { call, chat, text, sending } = await begun(t, ["Hel", "lo"]);
  assert.deepEqual([chat.status, text()], ["streaming", "Hello"]);
  call.text(" there.");
  call.finish({ usage: { input: 7, output: 3 } });
  await sending;
  assert.deepEqual([chat.status, chat.error], ["ready", undefined]);
  assert.deepEqual(saidIn(chat.messages), [
    ["user", "Hi"],
    ["assistant", "Hello there."],
  ]);
  assert.deepEqual(chat.messages.at(-1)?.metadata, {
    model: "test:driven",
    reason: "stop",
    usage: { inputTokens: 7, outputTokens: 3, totalTokens: 10 },
  });
});

test("each further message carries the conversation before it", async (t) => {
  const { server, call, chat, sending } = await begun(t, ["Hello."]);
  call.finish();
  await sending;
  const next = chat.sendMessage({ text: "Who am I?" });
  const second = await server.model.call(1);
  assert.deepEqual(spoken(second.options.prompt), [
    ["user", "Hi"],
    ["assistant", "Hello."],
    ["user", "Who am I?"],
  ]);
  second.text("You.");
  second.finish();
  await next;
  assert.equal(chat.messages.length, 4);
});

type Prompt = Awaited<ReturnType<DrivenServer["model"]["call"]>>["options"]["prompt"];

const spoken = (prompt: Prompt) =>
  prompt.map(({ role, content }) => [
    role,
    typeof content === "string" ? content : content.map((part) => (part.type === "text" ? part.text : "")).join(""),
  ]);

test("instructions and settings reach the model", async (t) => {
  const server = await drivenServer(t);
  const { chat } = page(server.url, { instructions: "Be brief.", temperature: 0.5, max_tokens: 9 });
  const sending = chat.sendMessage({ text: "Hi" }, { body: { temperature: 0.25 } });
  const call = await server.model.call();
  assert.deepEqual(spoken(call.options.prompt)[0], ["system", "Be brief."]);
  assert.deepEqual([call.options.temperature, call.options.maxOutputTokens], [0.25, 9]);
  call.finish();
  await sending;
});

test("regenerate asks the same again, without the old answer", async (t) => {
  const { server, call, chat, sending } = await begun(t, ["Hello."]);
  call.finish();
  await sending;
  const again = chat.regenerate();
  const second = await server.model.call(1);
  assert.deepEqual(spoken(second.options.prompt), [["user", "Hi"]]);
  second.text("Good day.");
  second.finish();
  await again;
  assert.deepEqual(saidIn(chat.messages), [
    ["user", "Hi"],
    ["assistant", "Good day."],
  ]);
});

test("stop ends the generation at the server, keeps the text so far, and leaves nothing to resume", async (t) => {
  const storage = memory();
  const { server, call, chat, text, sending, sent } = await begun(t, ["Hel", "lo"], { storage });
  await chat.stop();
  await sending;
  assert.deepEqual([chat.status, chat.error, text()], ["ready", undefined, "Hello"]);
  await call.cancelled;
  await until(() => server.app.shelf.counts().readers === 0, "the reader has left");
  assert.ok(sent.some(({ method }) => method === "DELETE"));
  const reloaded = page(server.url, { storage, chat: { messages: chat.messages } });
  await reloaded.chat.resumeStream();
  assert.deepEqual([reloaded.text(), reloaded.sent], ["Hello", []]);
});

for (const [moment, ready] of Object.entries({ "before the answer has begun": 0, "before the first token": 1 })) {
  test(`stop works ${moment}, and after it a new question`, async (t) => {
    const storage = memory();
    const { server, call, chat, text, sending } = await begun(t, [], { storage });
    // The server answers the client's question for the id of the stream in no time of this clock, but not before it moves.
    const moving = setInterval(() => server.clock.advance(1), 5);
    t.after(() => clearInterval(moving));
    if (ready > 0) await saved(storage, ready);
    assert.equal(chat.status, "submitted");
    await chat.stop();
    await Promise.all([sending, call.cancelled]);
    assert.equal(chat.status, "ready");
    await until(() => server.app.shelf.counts().readers === 0, "the reader has left");
    const reloaded = page(server.url, { storage, chat: { messages: chat.messages } });
    await reloaded.chat.resumeStream();
    assert.deepEqual(reloaded.sent, [], "there is nothing to resume");
    const next = chat.sendMessage({ text: "Hi again" });
    const second = await server.model.call(1);
    second.text("Hello.");
    second.finish();
    await next;
    assert.equal(text(), "Hello.");
  });
}

test("with onAbort detach an answer outlives its component, and the transport stops it", async (t) => {
  const { server, call, chat, transport, text, sending } = await begun(t, ["Hel"], { onAbort: "detach" });
  // What useChat does when its component is unmounted.
  await chat.stop();
  await sending;
  call.text("lo");
  const remounted = new Chat<ChatWaitUIMessage>({ id: "chat", transport, messages: chat.messages });
  const resuming = remounted.resumeStream();
  await until(() => textOf(remounted) === "Hello");
  assert.deepEqual([chat.status, text(), call.isCancelled], ["ready", "Hel", false]);
  await transport.stop("chat");
  await Promise.all([resuming, call.cancelled]);
  assert.deepEqual([remounted.status, textOf(remounted), remounted.messages.length], ["ready", "Hello", 2]);
  assert.equal(remounted.lastMessage?.metadata?.reason, "cancelled");
  assert.equal(server.model.calls.length, 1);
});

test("an answer that was left is stopped by its chat's id, and by the next question of its chat", async (t) => {
  const { server, call, chat, transport, sending } = await begun(t, ["Hel"], { onAbort: "detach" });
  await chat.stop();
  await sending;
  assert.equal(call.isCancelled, false);
  await transport.stop("chat");
  await call.cancelled;
  const next = chat.sendMessage({ text: "Hi again" });
  const second = await server.model.call(1);
  second.text("One");
  await until(() => textOf(chat) === "One");
  await chat.stop();
  await next;
  void chat.sendMessage({ text: "And again" });
  await second.cancelled;
  (await server.model.call(2)).finish();
});

test("an answer that somebody else stops ends as interrupted, with its text so far", async (t) => {
  let reason: string | undefined;
  const onFinish: Init["onFinish"] = ({ finishReason }) => {
    reason = finishReason;
  };
  const storage = memory();
  const { server, sending, chat, text } = await begun(t, ["Hel"], { storage, chat: { onFinish } });
  const other = page(server.url, { storage });
  const resuming = other.chat.resumeStream();
  await until(() => other.text() === "Hel");
  await other.chat.stop();
  await Promise.all([resuming, sending]);
  assert.deepEqual([chat.status, text(), reason], ["ready", "Hel", "interrupted"]);
  assert.equal(chat.messages.at(-1)?.metadata?.reason, "cancelled");
});

test("a reload goes on at the cursor: the text so far comes from the storage, and only the rest from the server", async (t) => {
  const storage = memory();
  const { server, call, sending, chat } = await begun(t, ["Hel", "lo"], { storage });
  await saved(storage, 4);
  const shown = structuredClone(chat.messages);
  // What the page before it had kept: its messages without the answer, and with the answer in part.
  const kept = [shown.slice(0, 1), [...shown.slice(0, 1), partOf(shown.at(-1), "He")]];
  const reloads = kept.map((messages) => page(server.url, { storage, chat: { messages } }));
  const resuming = reloads.map((reload) => reload.chat.resumeStream());
  for (const reload of reloads) await until(() => reload.text() === "Hello", "the text so far");
  call.text(" there", ".");
  call.finish();
  await Promise.all([sending, ...resuming]);
  for (const { chat: resumed, sent, received } of reloads) {
    assert.deepEqual(resumed.messages, chat.messages);
    assert.deepEqual([resumed.status, sent.length, sent[0]?.method], ["ready", 1, "GET"]);
    assert.match(sent[0]?.cursor ?? "", /\.4$/);
    assert.deepEqual(tokensIn(received()), [" there", "."]);
  }
  assert.equal(server.model.calls.length, 1);
});

/** The position that is kept has come to that event. */
const saved = (storage: ReturnType<typeof memory>, seq: number) =>
  until(() => storage.values.get("chatwait:chat:chat")?.includes(`"seq":${seq}`) === true, `position ${seq}`);

function partOf(message: ChatWaitUIMessage | undefined, text: string): ChatWaitUIMessage {
  assert.ok(message);
  return { ...message, parts: [{ type: "text", text, state: "streaming" }] };
}

const tokensIn = (bytes: string): string[] =>
  [...bytes.matchAll(/^data: (.+"token".+)$/gm)].map(([, data = "{}"]) => (JSON.parse(data) as { text: string }).text);

test("a reload before the first token misses nothing, and still knows what the start said", async (t) => {
  const storage = memory();
  const { server, call, sending } = await begun(t, [], { storage });
  await saved(storage, 1);
  const reloaded = page(server.url, { storage });
  const resuming = reloaded.chat.resumeStream();
  call.text("Hello");
  call.finish();
  await Promise.all([resuming, sending]);
  assert.deepEqual([reloaded.text(), reloaded.chat.lastMessage?.metadata?.model], ["Hello", "test:driven"]);
});

test("a reload after the answer was completed elsewhere gets the rest of it", async (t) => {
  const storage = memory();
  const { server, call, sending } = await begun(t, ["Hel"], { storage, onAbort: "detach" });
  await saved(storage, 3);
  const position = storage.values.get("chatwait:chat:chat") ?? "";
  call.text("lo");
  call.finish();
  await sending;
  storage.values.set("chatwait:chat:chat", position);
  const reloaded = page(server.url, { storage });
  await reloaded.chat.resumeStream();
  assert.deepEqual([reloaded.text(), reloaded.chat.status], ["Hello", "ready"]);
  assert.deepEqual(tokensIn(reloaded.received()), ["lo"]);
});

test("a resumed answer can be stopped, and then is not resumed again", async (t) => {
  const storage = memory();
  const { server, call, sending } = await begun(t, ["Hel"], { storage });
  await saved(storage, 3);
  const reloaded = page(server.url, { storage });
  const resuming = reloaded.chat.resumeStream();
  await until(() => reloaded.text() === "Hel" && reloaded.sent.length > 0);
  await reloaded.chat.stop();
  await Promise.all([resuming, call.cancelled, sending]);
  assert.deepEqual([reloaded.chat.status, reloaded.text()], ["ready", "Hel"]);
  assert.equal(await page(server.url, { storage }).transport.reconnectToStream({ chatId: "chat" }), null);
});

test("nothing to resume is null, and changes nothing", async (t) => {
  const server = await drivenServer(t);
  const { chat, transport, sent } = page(server.url);
  assert.equal(await transport.reconnectToStream({ chatId: "chat" }), null);
  await chat.resumeStream();
  assert.deepEqual([chat.status, chat.messages, sent], ["ready", [], []]);
});

test("an answer that the server has forgotten keeps its text so far, and says why there is no more", async (t) => {
  const storage = memory();
  const { server, sending } = await begun(t, ["Hel"], { storage });
  await saved(storage, 3);
  const position = storage.values.get("chatwait:chat:chat") ?? "";
  server.app.shelf.close("shutting_down");
  await sending;
  const other = await drivenServer(t);
  storage.values.set("chatwait:chat:chat", position);
  const reloaded = page(other.url, { storage });
  await reloaded.chat.resumeStream();
  assert.deepEqual([reloaded.chat.status, reloaded.text()], ["error", "Hel"]);
  assert.match(reloaded.chat.error?.message ?? "", /\(stream_not_found\)$/);
  await reloaded.chat.resumeStream();
  assert.equal(reloaded.sent.length, 1);
});

test("useChat is never told of a cut: the text is whole, and nothing in it is doubled", async (t) => {
  const server = await drivenServer(t);
  const proxy = await startCuttingProxy(server.url);
  t.after(() => proxy.close());
  const errors: Error[] = [];
  const { chat, text, sent } = page(proxy.url, { chat: { onError: (error) => void errors.push(error) } });
  const sending = chat.sendMessage({ text: "Hi" });
  const call = await server.model.call();
  const words = Array.from({ length: 30 }, (_, index) => `${index} `);
  for (const [index, word] of words.entries()) {
    call.text(word);
    await until(() => text() === words.slice(0, index + 1).join(""), `word ${index}`);
    if (index % 10 === 5) proxy.cut();
  }
  call.finish();
  await sending;
  assert.deepEqual([text(), chat.status, errors], [words.join(""), "ready", []]);
  assert.deepEqual(
    sent.map(({ method, cursor }) => [method, cursor?.split(".").at(-1)]),
    [
      ["POST", undefined],
      ["GET", "8"],
      ["GET", "18"],
      ["GET", "28"],
    ],
  );
  assert.equal(server.model.calls.length, 1);
});

test("a network that stays away is a disconnect to useChat, and resumeStream goes on without doubling", async (t) => {
  const server = await drivenServer(t);
  const proxy = await startCuttingProxy(server.url);
  t.after(() => proxy.close());
  const finished: boolean[] = [];
  const onFinish: Init["onFinish"] = ({ isDisconnect }) => void finished.push(isDisconnect);
  const { chat, text } = page(proxy.url, { giveUpMs: 50, chat: { onFinish } });
  const sending = chat.sendMessage({ text: "Hi" });
  const call = await server.model.call();
  call.text("Hel");
  await until(() => text() === "Hel");
  proxy.refuse();
  proxy.cut();
  await sending;
  assert.deepEqual([chat.status, text(), finished], ["error", "Hel", [true]]);
  assert.match(chat.error?.message ?? "", /\(network\)$/);
  await proxy.accept();
  const resuming = chat.resumeStream();
  call.text("lo");
  call.finish();
  await resuming;
  assert.deepEqual([chat.status, text(), finished], ["ready", "Hello", [true, false]]);
  assert.equal(chat.messages.length, 2);
});

test("a failure of the model is told with its code, and the text so far stays", async (t) => {
  const { call, chat, text, sending } = await begun(t, ["Hel"]);
  call.cut();
  await sending;
  assert.deepEqual([chat.status, text()], ["error", "Hel"]);
  assert.match(chat.error?.message ?? "", /^[A-Z].+\. \(model_cut\)$/);
  assert.equal((chat.error as Error & { code?: string }).code, "model_cut");
});

test("what the server refuses is told in its words, and so is a message that has no text", async (t) => {
  const server = await drivenServer(t);
  const { chat, sent } = page(server.url, { model: "test:drivn" });
  await chat.sendMessage({ text: "Hi" });
  assert.match(chat.error?.message ?? "", /test:drivn.+\(unknown_model\)$/s);
  await chat.sendMessage({ text: " " });
  assert.match(chat.error?.message ?? "", /no text/);
  await chat.sendMessage({ text: "Hi" }, { body: { temprature: 1 } });
  assert.match(chat.error?.message ?? "", /temprature.+\(invalid_request\)$/s);
  assert.deepEqual([server.model.calls.length, sent.length], [0, 2]);
});

test("a model that thinks is told to onData, and is in no message", async (t) => {
  const server = await drivenServer(t);
  const notices: Notice[] = [];
  const { chat } = page(server.url, { chat: { onData: ({ data }) => void notices.push(data) } });
  const sending = chat.sendMessage({ text: "Hi" });
  const call = await server.model.call();
  call.reasoning("hm");
  await until(() => notices.length === 1);
  call.text("Hello");
  call.finish();
  await sending;
  assert.equal(notices[0]?.code, "thinking");
  assert.deepEqual(
    chat.messages.at(-1)?.parts.map(({ type }) => type),
    ["text"],
  );
});

test("headers are sent: those of the transport asked anew, and those of a message", async (t) => {
  const server = await drivenServer(t);
  const seen: (string | null)[][] = [];
  let token = 0;
  const transport = createChatTransport({
    baseUrl: server.url,
    headers: async () => new Headers({ authorization: `Bearer ${++token}` }),
    surroundings: {
      fetch(url, init) {
        const headers = new Headers(init.headers);
        seen.push([headers.get("authorization"), headers.get("x-trace")]);
        return fetch(url, init);
      },
    },
  });
  const chat = new Chat<ChatWaitUIMessage>({ transport });
  for (const index of [0, 1]) {
    const sending = chat.sendMessage({ text: "Hi" }, { headers: { "x-trace": `t${index}` } });
    (await server.model.call(index)).finish();
    await sending;
  }
  assert.deepEqual(seen, [
    ["Bearer 1", "t0"],
    ["Bearer 2", "t1"],
  ]);
});

test("the chunks are what the AI SDK reads without a Chat as well", async (t) => {
  const server = await drivenServer(t);
  const { transport } = page(server.url);
  const messages: ChatWaitUIMessage[] = [{ id: "u", role: "user", parts: [{ type: "text", text: "Hi" }] }];
  const asked = { chatId: "chat", messages, messageId: undefined, abortSignal: undefined };
  const stream = await transport.sendMessages({ ...asked, trigger: "submit-message" });
  const reading = Array.fromAsync(readUIMessageStream<ChatWaitUIMessage>({ stream }));
  const call = await server.model.call();
  call.text("Hel", "lo");
  call.finish();
  assert.deepEqual(textsOf((await reading).at(-1) as UIMessage), ["Hello"]);
});

test("in a world each agent has a text part under its name, and a reload goes on with all of them", async (t) => {
  const world = await worldApp(t);
  const storage = memory();
  const { chat, sent } = page(world.url, { storage, world: WORLD, sender: "Ada" });
  const sending = chat.sendMessage({ text: "Tea or coffee?" });
  const [vera, otto] = [await world.voice("Vera").call(), await world.voice("Otto").call()];
  vera.text("Te");
  otto.text("Cof");
  await until(() => byAgent(chat)["Otto"] === "Cof" && byAgent(chat)["Vera"] === "Te");
  await until(() => storage.values.get("chatwait:chat:chat")?.includes('"Cof"') === true);
  const reloaded = page(world.url, { storage, world: WORLD, chat: { messages: chat.messages.slice(0, 1) } });
  const resuming = reloaded.chat.resumeStream();
  await until(() => reloaded.sent.length === 1);
  vera.text("a.");
  vera.finish();
  otto.text("fee.");
  otto.finish();
  await Promise.all([sending, resuming]);
  assert.deepEqual(byAgent(chat), { Vera: "Tea.", Otto: "Coffee." });
  assert.deepEqual(reloaded.chat.messages, chat.messages);
  const { metadata } = chat.messages.at(-1) as ChatWaitUIMessage;
  assert.deepEqual([metadata?.world, metadata?.reason, metadata?.agents?.length], [WORLD, "completed", 2]);
  assert.match(reloaded.sent[0]?.path ?? "", /^\/worlds\/kitchen\/chat\//);
  assert.equal(sent[0]?.path, "/worlds/kitchen/chat");
});

const byAgent = ({ messages }: Chat<ChatWaitUIMessage>): Record<string, string> =>
  Object.fromEntries(
    (messages.at(-1)?.parts ?? []).flatMap((part) => (part.type === "text" ? [[senderOf(part) ?? "", part.text]] : [])),
  );
