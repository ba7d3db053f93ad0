import assert from "node:assert/strict";
import { test } from "node:test";
import { drivenServer, serverFor } from "../testing/driven-server.ts";
import { startModelServer, tokens } from "../testing/model-server.ts";
import { openStream, requestJson, textOf } from "../testing/sse-client.ts";

type Message = { role: "user" | "assistant"; content: string };
type Mode = (origin: string, body: object) => Promise<string>;

const MODES: Record<string, Mode> = {
  wait: async (origin, body) => (await requestJson(`${origin}/chat/wait`, { body })).body.message.content,
  streaming: async (origin, body) => textOf(await (await openStream(`${origin}/chat/streaming`, { body })).rest()),
};

/** A client that keeps its conversation and sends it along, as the protocol has it. */
function conversation(origin: string, mode: Mode, more: object = {}) {
  const messages: Message[] = [];
  return async (message: string) => {
    const content = await mode(origin, { ...more, message, context: { messages } });
    messages.push({ role: "user", content: message }, { role: "assistant", content });
    return content;
  };
}

const atOnce = { CHATWAIT_BUILTIN_WORDS_PER_SECOND: "0" };

for (const [name, mode] of Object.entries(MODES)) {
  test(`the built-in model remembers a name and facts across turns (${name})`, async (t) => {
    const app = await serverFor(t, { env: atOnce });
    const say = conversation(app.url, mode);
    assert.match(await say("Hi, my name is Ada."), /Ada/);
    await say("I work on rockets.");
    await say("What is 2 + 2?");
    assert.match(await say("What is my name?"), /Ada/);
    assert.match(await say("What do I do?"), /rockets/);
    assert.match(await say("What was my first message?"), /my name is Ada/);
  });
}

test("R-SAME: the same conversation gets the same words in both modes", async (t) => {
  const app = await serverFor(t, { env: atOnce });
  const transcript = async (mode: Mode) => {
    const say = conversation(app.url, mode, { instructions: "You are Vera, a sceptic." });
    const answers = [];
    for (const message of ["Hello!", "I'm Ada and I like 😀.", "Tell me a story.", "What do I like?", "Thanks!"]) {
      answers.push(await say(message));
    }
    return answers;
  };
  const [waited, streamed] = await Promise.all(Object.values(MODES).map(transcript));
  assert.deepEqual(streamed, waited);
});

test("a conversation lives in what its client sends: without the context nothing is remembered", async (t) => {
  const app = await serverFor(t, { env: atOnce });
  const ask = MODES["wait"] as Mode;
  await ask(app.url, { message: "My name is Ada." });
  assert.doesNotMatch(await ask(app.url, { message: "What is my name?" }), /Ada/);
});

test("two conversations at once do not mix", async (t) => {
  const app = await serverFor(t, { env: atOnce });
  const names = ["Ada", "Grace", "Edsger", "Barbara"];
  const answers = await Promise.all(
    names.map(async (name, index) => {
      const say = conversation(app.url, Object.values(MODES)[index % 2] as Mode);
      await say(`My name is ${name}.`);
      return say("What is my name?");
    }),
  );
  for (const [index, answer] of answers.entries()) {
    const own = names[index] as string;
    assert.ok(answer.includes(own), answer);
    for (const other of names) if (other !== own) assert.ok(!answer.includes(other), answer);
  }
});

test("the built-in model takes its character from the instructions, of the request or else of the server", async (t) => {
  const app = await serverFor(t, { env: { ...atOnce, CHATWAIT_INSTRUCTIONS: "You are Vera, a sceptic." } });
  const ask = MODES["wait"] as Mode;
  assert.match(await ask(app.url, { message: "What is your name?" }), /Vera/);
  const other = await ask(app.url, { message: "What is your name?", instructions: "You are Otto, an optimist." });
  assert.match(other, /Otto/);
  assert.doesNotMatch(other, /Vera/);
});

test("a context reaches the model as it was sent, in order, with the new message last", async (t) => {
  const { url, model } = await drivenServer(t);
  const messages = [
    { role: "user", content: "I'm Ada", timestamp: "2026-01-02T03:04:05Z" },
    { role: "assistant", content: "" },
    { role: "assistant", content: "Hello Ada" },
  ];
  const stream = await openStream(`${url}/chat/streaming`, { body: { message: "And now?", context: { messages } } });
  const call = await model.call();
  const text = (content: string) => [{ type: "text", text: content }];
  assert.deepEqual(call.options.prompt, [
    { role: "user", content: text("I'm Ada") },
    { role: "assistant", content: text("Hello Ada") },
    { role: "user", content: text("And now?") },
  ]);
  call.finish();
  await stream.rest();
});

test("a context of 200 messages is taken, of 201 refused", async (t) => {
  const { url, model } = await drivenServer(t);
  const messages = Array.from({ length: 200 }, (_, n) => ({ role: n % 2 ? "assistant" : "user", content: `m${n}` }));
  const stream = await openStream(`${url}/chat/streaming`, { body: { message: "Hi", context: { messages } } });
  const call = await model.call();
  assert.equal(call.options.prompt.length, 201);
  call.finish();
  await stream.rest();
  const tooMany = { messages: [...messages, { role: "user", content: "one more" }] };
  const { status, body } = await requestJson(`${url}/chat/wait`, { body: { message: "Hi", context: tooMany } });
  assert.deepEqual([status, body.error_code], [400, "invalid_request"]);
});

/** A server whose model, behind HTTP, has a window of so many tokens; and what that model was told last. */
async function smallWindow(t: Parameters<typeof serverFor>[0], window: number, env: Record<string, string> = {}) {
  const upstream = await startModelServer(tokens(["ok"]));
  t.after(() => upstream.close());
  const app = await serverFor(t, {
    env: {
      CHATWAIT_MODEL: "openai-compatible:small",
      CHATWAIT_BASE_URL: upstream.url,
      CHATWAIT_CONTEXT_WINDOWS: `openai-compatible:small=${window}`,
      ...env,
    },
  });
  return async (mode: Mode, body: object) => {
    assert.equal(await mode(app.url, body), "ok");
    return upstream.calls.at(-1)?.body["messages"] as { role: string; content: string }[];
  };
}

const turn = (n: number): Message => ({ role: n % 2 ? "assistant" : "user", content: `${n}: ${"word ".repeat(20)}` });
const long = Array.from({ length: 40 }, (_, n) => turn(n));

for (const [name, mode] of Object.entries(MODES)) {
  test(`a context longer than the model's window loses its oldest messages, never the newest (${name})`, async (t) => {
    const tell = await smallWindow(t, 1000);
    // The same once more without the last: what is cut off then is an answer instead of a question, or the other way round.
    for (const sent of [long, long.slice(0, -1)]) {
      const told = await tell(mode, { message: "The newest", context: { messages: sent }, instructions: "Be brief." });
      const [system, ...messages] = told;
      assert.deepEqual(system, { role: "system", content: "Be brief." });
      assert.deepEqual(messages.at(-1), { role: "user", content: "The newest" });
      assert.equal(messages[0]?.role, "user");
      const kept = messages.slice(0, -1);
      assert.ok(kept.length >= 4 && kept.length < sent.length, `${kept.length} were kept`);
      assert.deepEqual(kept, sent.slice(-kept.length));
      const characters = told.reduce((sum, { content }) => sum + content.length, 0);
      assert.ok(characters / 4 < 1000, `${characters} characters for 1000 tokens`);
    }
  });
}

test("what fits the model's window is sent whole", async (t) => {
  const tell = await smallWindow(t, 100_000);
  const told = await tell(MODES["wait"] as Mode, { message: "The newest", context: { messages: long } });
  assert.deepEqual(told, [...long, { role: "user", content: "The newest" }]);
});

test("a message longer than the whole window is sent all the same, with the instructions and without the rest", async (t) => {
  const tell = await smallWindow(t, 100);
  const message = "x".repeat(2000);
  const told = await tell(MODES["streaming"] as Mode, {
    message,
    context: { messages: long },
    instructions: "Be kind.",
  });
  assert.deepEqual(told, [
    { role: "system", content: "Be kind." },
    { role: "user", content: message },
  ]);
});

test("instructions are those of the request, else the server's, else none", async (t) => {
  const byDefault = await smallWindow(t, 10_000, { CHATWAIT_INSTRUCTIONS: "Answer in French." });
  const without = await smallWindow(t, 10_000);
  const user = { role: "user", content: "Hi" };
  const mode = MODES["wait"] as Mode;
  const system = (content: string) => ({ role: "system", content });
  assert.deepEqual(await byDefault(mode, { message: "Hi" }), [system("Answer in French."), user]);
  assert.deepEqual(await byDefault(mode, { message: "Hi", instructions: null }), [system("Answer in French."), user]);
  assert.deepEqual(await byDefault(mode, { message: "Hi", instructions: "In Greek." }), [system("In Greek."), user]);
  assert.deepEqual(await without(mode, { message: "Hi" }), [user]);
});
