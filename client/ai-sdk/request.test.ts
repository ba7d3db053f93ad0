import assert from "node:assert/strict";
import { test } from "node:test";
import type { UIMessage } from "ai";
import { chatRequest, conversationOf, worldRequest } from "./request.ts";

type Part = UIMessage["parts"][number];

let ids = 0;
const said = (role: UIMessage["role"], ...parts: (string | Part)[]): UIMessage => ({
  id: `m${ids++}`,
  role,
  parts: parts.map((part) => (typeof part === "string" ? { type: "text", text: part } : part)),
});
const photo: Part = { type: "file", mediaType: "image/png", filename: "cat.png", url: "data:image/png;base64,AA" };

test("the last message is the question, those before it are the context", () => {
  const messages = [said("user", "I am Ada."), said("assistant", "Hello Ada."), said("user", "Who am I?")];
  assert.deepEqual(conversationOf(messages), {
    message: "Who am I?",
    context: {
      messages: [
        { role: "user", content: "I am Ada." },
        { role: "assistant", content: "Hello Ada." },
      ],
    },
  });
});

test("a first message has no context", () => {
  assert.deepEqual(conversationOf([said("user", "Hi")]), { message: "Hi" });
});

test("parts that are no text are left out, and several texts are kept apart", () => {
  const reasoning: Part = { type: "reasoning", text: "hm" };
  const messages = [
    said("user", "Hi"),
    said("assistant", { type: "step-start" }, reasoning, "One.", "Two."),
    said("user", "So"),
  ];
  assert.deepEqual(conversationOf(messages).context?.messages.at(-1), { role: "assistant", content: "One.\n\nTwo." });
});

test("a message without text is no context: the server refuses a blank one", () => {
  const messages = [said("user", " \n"), said("assistant"), said("user", "Hi")];
  assert.deepEqual(conversationOf(messages), { message: "Hi" });
});

test("messages of the system become instructions, after those of the transport", () => {
  const messages = [said("system", "Answer in verse."), said("user", "Hi")];
  assert.deepEqual(chatRequest(messages, { instructions: "Be brief.", temperature: 0 }), {
    message: "Hi",
    instructions: "Be brief.\n\nAnswer in verse.",
    temperature: 0,
  });
  assert.deepEqual(chatRequest(messages, {}), { message: "Hi", instructions: "Answer in verse." });
});

test("a file in the question is refused with its name, and one before it is only named", () => {
  const refused = { name: "ChatWaitError", code: "invalid_request", message: /cat\.png.+text only/ };
  assert.throws(() => conversationOf([said("user", "Look", photo)]), refused);
  const context = conversationOf([said("user", "Look", photo), said("user", "Well?")]).context?.messages;
  assert.deepEqual(context, [{ role: "user", content: "Look\n\n[file: cat.png]" }]);
});

test("where there is nothing to answer, it says so", () => {
  for (const messages of [[], [said("user", "Hi"), said("assistant", "Hello")], [said("user", "  ")], [said("user")]]) {
    assert.throws(() => conversationOf(messages), { name: "ChatWaitError", code: "message_required" });
  }
});

test("of a long conversation the newest 200 messages are sent", () => {
  const messages = Array.from({ length: 500 }, (_, index) => said(index % 2 ? "assistant" : "user", `${index}`));
  const context = conversationOf([...messages, said("user", "Hi")]).context?.messages ?? [];
  assert.deepEqual([context.length, context[0]?.content, context.at(-1)?.content], [200, "300", "499"]);
});

test("of a heavy conversation as many of the newest messages are sent as a request may hold", () => {
  // Three bytes each in UTF-8, six where JSON escapes them: the worst that 32,000 code units can be.
  for (const letter of ["漢", "\u0001"]) {
    const long = letter.repeat(32_000);
    const messages = Array.from({ length: 40 }, (_, index) => said("user", `${index}${long}`));
    const request = chatRequest([...messages, said("user", long)], { instructions: long });
    const bytes = Buffer.byteLength(JSON.stringify(request));
    assert.ok(bytes <= 1024 * 1024, `${bytes} bytes`);
    assert.ok((request.context?.messages?.length ?? 0) >= 3);
    assert.match(request.context?.messages?.at(-1)?.content ?? "", /^39/);
  }
});

test("a world is asked the last message alone, and takes no instructions", () => {
  const messages = [said("user", "Hi"), said("assistant", "Hello"), said("user", "@Vera tea?")];
  assert.deepEqual(worldRequest(messages, "Ada"), { message: "@Vera tea?", sender: "Ada" });
  assert.deepEqual(worldRequest(messages, undefined), { message: "@Vera tea?" });
  const refused = { name: "ChatWaitError", code: "invalid_request" };
  assert.throws(() => worldRequest([said("system", "Be brief."), ...messages], undefined), refused);
});
