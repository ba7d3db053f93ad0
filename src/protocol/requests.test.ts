import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { isDeepStrictEqual } from "node:util";
import fc from "fast-check";
import { isFailure } from "./errors.ts";
import { canonicalJson, isIdempotencyKey, parseChatStart, preferredWait } from "./requests.ts";

/** What is refused, in short: code, text, and the paths of its details. */
function refusal(body: unknown, maxChars = 32_000) {
  try {
    parseChatStart(body, maxChars);
  } catch (error) {
    if (!isFailure(error)) throw error;
    const { code, message, extra } = error;
    return { code, message, details: extra.details ?? [] };
  }
  return assert.fail("the body was taken");
}

/** A body around one entry of the context, and around several. */
const earlier = (messages: unknown[]) => ({ message: "Hi", context: { messages } });
const entries = (...messages: unknown[]) => earlier(messages);
const hi = (more: object) => ({ message: "Hi", ...more });
const said = (more: object) => entries({ role: "user", content: "Hello", ...more });

describe("parseChatStart takes", () => {
  const whole = {
    message: "What did I say my name was?",
    context: {
      messages: [
        { role: "user", content: "I'm Ada", timestamp: "2026-01-02T03:04:05Z" },
        { role: "assistant", content: "" },
      ],
    },
    instructions: "Answer in one sentence.",
    model: "openai:gpt-5",
    temperature: 0.2,
    max_tokens: 500,
    on_disconnect: "cancel",
  };
  const taken: [string, object][] = [
    ["only a message", { message: "Hi" }],
    ["every field, and an assistant's empty message", whole],
    [
      "null as an absent field, at every level",
      hi({ context: null, instructions: null, model: null, max_tokens: null }),
    ],
    ["null further down", hi({ temperature: null, on_disconnect: null, context: { messages: null } })],
    ["null as a timestamp", said({ timestamp: null })],
    ["an empty context", hi({ context: {} })],
    ["no earlier messages", entries()],
    ["200 earlier messages", entries(...Array(200).fill({ role: "user", content: "Hi" }))],
    ["a timestamp with an offset", said({ timestamp: "2026-01-02T03:04:05.123+02:00" })],
    ["the least and the most of the numbers", hi({ temperature: 0, max_tokens: 1 })],
    ["the most of a temperature", hi({ temperature: 2 })],
    ["instructions of 32,000 characters", hi({ instructions: "x".repeat(32_000) })],
    ["white space around a message, as it is", { message: "  Hi \n" }],
  ];
  for (const [title, body] of taken) {
    test(title, () => assert.deepEqual(parseChatStart(body, 32_000), body));
  }

  test("a message of as many UTF-16 code units as the server allows, which may be more than 32,000", () => {
    assert.equal(parseChatStart({ message: "😀".repeat(5) }, 10).message.length, 10);
    assert.equal(parseChatStart({ message: "x".repeat(50_000) }, 50_000).message.length, 50_000);
  });
});

describe("parseChatStart refuses, in words that teach,", () => {
  const KNOWN = "message, context, instructions, model, temperature, max_tokens, on_disconnect";
  const refused: [title: string, body: unknown, code: string, text: string, paths?: string][] = [
    [
      "an absent body",
      undefined,
      "message_required",
      'The field "message" is missing. Send JSON like {"message": "Hello"}.',
    ],
    ["no message", {}, "message_required", 'The field "message" is missing. Send JSON like {"message": "Hello"}.'],
    ["a message of null", { message: null }, "message_required", 'The field "message" is missing. Send JSON like'],
    ["an empty message", { message: "" }, "message_required", 'The field "message" is blank. Write something in it.'],
    ["a blank message", { message: " \t\r\n\u00a0\u2028" }, "message_required", 'The field "message" is blank.'],
    ["a body of null", null, "invalid_request", 'The body must be a JSON object like {"message": "Hello"}, not null.'],
    ["a list", [1, 2], "invalid_request", 'must be a JSON object like {"message": "Hello"}, not an array of 2.'],
    ["a string", "Hi", "invalid_request", 'The body must be a JSON object like {"message": "Hello"}, not "Hi".'],
    ["a long string", "x".repeat(5000), "invalid_request", "not a string of 5000 characters."],
    [
      "a number as message",
      { message: 3 },
      "invalid_request",
      'The field "message" must be a string, not 3.',
      "message",
    ],
    ["parts as message", { message: [{}] }, "invalid_request", "must be a string, not an array of 1.", "message"],
    [
      "a long message",
      { message: "😀".repeat(16_001) },
      "message_too_long",
      "has 32002 characters; at most 32000 are allowed.",
    ],
    [
      "a misspelt message",
      { mesage: "Hi" },
      "invalid_request",
      'Unknown field "mesage". Did you mean "message"?',
      "message mesage",
    ],
    [
      "another case",
      hi({ Context: {} }),
      "invalid_request",
      'Unknown field "Context". Did you mean "context"?',
      "Context",
    ],
    ["capitals", hi({ MAX_TOKENS: 1 }), "invalid_request", 'Did you mean "max_tokens"?', "MAX_TOKENS"],
    [
      "another field",
      hi({ prompt: 1 }),
      "invalid_request",
      `Unknown field "prompt". Known fields: ${KNOWN}.`,
      "prompt",
    ],
    [
      "a field of Object",
      hi({ constructor: 1 }),
      "invalid_request",
      'Unknown field "constructor". Known fields:',
      "constructor",
    ],
    [
      "a prototype",
      JSON.parse('{"message":"Hi","__proto__":{}}'),
      "invalid_request",
      'Unknown field "__proto__".',
      "__proto__",
    ],
    [
      "an unknown field of the context",
      hi({ context: { message: [] } }),
      "invalid_request",
      'Unknown field "message" in "context". Did you mean "messages"?',
      "context.message",
    ],
    [
      "an unknown field of an earlier message",
      said({ tmestamp: "x" }),
      "invalid_request",
      'Unknown field "tmestamp" in "context.messages[0]". Did you mean "timestamp"?',
      "context.messages[0].tmestamp",
    ],
    [
      "a far field of an earlier message",
      said({ name: "Ada" }),
      "invalid_request",
      'Unknown field "name" in "context.messages[0]". Known fields: role, content, timestamp.',
      "context.messages[0].name",
    ],
    [
      "a list as context",
      hi({ context: [] }),
      "invalid_request",
      '"context" must be an object, not an array of 0.',
      "context",
    ],
    [
      "an object as messages",
      hi({ context: { messages: {} } }),
      "invalid_request",
      '"context.messages" must be an array, not an object.',
      "context.messages",
    ],
    [
      "a string as entry",
      entries("Hi"),
      "invalid_request",
      '"context.messages[0]" must be an object, not "Hi".',
      "context.messages[0]",
    ],
    [
      "null as entry",
      entries(null),
      "invalid_request",
      'The field "context.messages[0]" is missing.',
      "context.messages[0]",
    ],
    [
      "an entry without content",
      entries({ role: "user" }),
      "invalid_request",
      'The field "context.messages[0].content" is missing.',
      "context.messages[0].content",
    ],
    [
      "content of null",
      said({ content: null }),
      "invalid_request",
      'The field "context.messages[0].content" is missing.',
      "context.messages[0].content",
    ],
    [
      "another role",
      said({ role: "system" }),
      "invalid_request",
      '"context.messages[0].role" must be "user" or "assistant", not "system".',
      "context.messages[0].role",
    ],
    [
      "a blank user message",
      said({ content: " " }),
      "invalid_request",
      "is blank; only an assistant's message may be empty.",
      "context.messages[0].content",
    ],
    [
      "a date in words",
      said({ timestamp: "yesterday" }),
      "invalid_request",
      'must be a date and time like 2026-01-02T03:04:05Z (RFC 3339), not "yesterday".',
      "context.messages[0].timestamp",
    ],
    [
      "201 earlier messages",
      entries(...Array(201).fill({ role: "user", content: "Hi" })),
      "invalid_request",
      '"context.messages" has 201 entries; at most 200 are allowed. Send the newest ones.',
      "context.messages",
    ],
    [
      "a hot temperature",
      hi({ temperature: 2.1 }),
      "invalid_request",
      '"temperature" must be at most 2, not 2.1.',
      "temperature",
    ],
    [
      "a cold temperature",
      hi({ temperature: -1 }),
      "invalid_request",
      '"temperature" must be at least 0, not -1.',
      "temperature",
    ],
    [
      "a temperature in quotes",
      hi({ temperature: "1" }),
      "invalid_request",
      '"temperature" must be a number, not "1".',
      "temperature",
    ],
    ["no tokens", hi({ max_tokens: 0 }), "invalid_request", '"max_tokens" must be at least 1, not 0.', "max_tokens"],
    [
      "half a token",
      hi({ max_tokens: 1.5 }),
      "invalid_request",
      '"max_tokens" must be a whole number, not 1.5.',
      "max_tokens",
    ],
    ["a number as model", hi({ model: 5 }), "invalid_request", '"model" must be a string, not 5.', "model"],
    [
      "long instructions",
      hi({ instructions: "x".repeat(32_001) }),
      "invalid_request",
      '"instructions" must be at most 32000 characters long, not a string of 32001 characters.',
      "instructions",
    ],
    [
      "another on_disconnect",
      hi({ on_disconnect: "stop" }),
      "invalid_request",
      '"on_disconnect" must be "continue" or "cancel", not "stop".',
      "on_disconnect",
    ],
  ];
  for (const [title, body, code, text, paths] of refused) {
    test(title, () => {
      const { code: refusedAs, message, details } = refusal(body);
      assert.equal(refusedAs, code);
      assert.ok(message.includes(text), message);
      assert.deepEqual(details.map(({ path }) => path).join(" "), paths ?? "");
    });
  }

  test("several faults at once, each with its path, the unknown field first in words", () => {
    const { message, details } = refusal({ message: "", temprature: 1, max_tokens: 0 });
    assert.equal(message, 'Unknown field "temprature". Did you mean "temperature"?');
    assert.deepEqual(
      details.map(({ path }) => path),
      ["max_tokens", "temprature"],
    );
  });

  test("more than 32 levels, and not 32", () => {
    const nested = (levels: number): unknown => (levels === 0 ? 1 : [nested(levels - 1)]);
    assert.match(refusal(hi({ x: nested(31) })).message, /^Unknown field "x"/);
    assert.equal(refusal(hi({ x: nested(32) })).message, "The body nests deeper than 32 levels.");
    const deep = JSON.parse("[".repeat(100_000) + "]".repeat(100_000));
    assert.equal(refusal(hi({ x: deep })).message, "The body nests deeper than 32 levels.");
  });
});

describe("parseChatStart answers a hostile body shortly:", () => {
  const many = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, n) => [`key${n}`, n]));
  const hostile: [string, unknown][] = [
    ["half a million entries", earlier(Array(500_000).fill(0))],
    ["a hundred thousand unknown fields", hi(many(100_000))],
    ["hundreds of unknown fields in each entry", entries(...Array(200).fill(many(500)))],
    ["two hundred bad entries", entries(...Array(200).fill({ role: "user", content: "" }))],
    ["two hundred entries of the wrong type", entries(...Array(200).fill(0))],
    ["a field whose name has a million characters", hi({ ["k".repeat(1_000_000)]: 1 })],
    ["such a field further down", said({ ["k".repeat(1_000_000)]: 1 })],
    ["a million characters where a word belongs", hi({ on_disconnect: "x".repeat(1_000_000) })],
    ["a million characters where a number belongs", hi({ temperature: "x".repeat(1_000_000) })],
    ["a list of a million where a string belongs", hi({ model: Array(1_000_000).fill(0) })],
  ];
  for (const [title, body] of hostile) {
    test(title, () => {
      const { code, message, details } = refusal(body);
      assert.equal(code, "invalid_request");
      assert.ok(message.length < 300, `${message.length} characters`);
      assert.ok(details.length >= 1 && details.length <= 20, `${details.length} details`);
      assert.ok(JSON.stringify(details).length < 6000, `${JSON.stringify(details).length} characters of details`);
    });
  }
});

describe("R-PREFER preferredWait", () => {
  const headers: [string | undefined, number | undefined][] = [
    ["wait=5", 5],
    ["wait=0", 0],
    ["WAIT = 10", 10],
    ['wait="7"', 7],
    ["respond-async, wait=100", 100],
    ["handling=lenient,wait=3", 3],
    ["wait=3, respond-async", 3],
    ["wait=5; foo=bar", 5],
    [undefined, undefined],
    ["", undefined],
    ["wait", undefined],
    ["wait=", undefined],
    ["wait=-1", undefined],
    ["wait=1.5", undefined],
    ["wait=soon", undefined],
    ["await=5", undefined],
    ["wait=5s", undefined],
    ["waiting=5", undefined],
    ["wait=99999999999", undefined],
  ];
  for (const [header, seconds] of headers) {
    test(`reads ${JSON.stringify(header) ?? "no header"} as ${seconds}`, () =>
      assert.equal(preferredWait(header), seconds));
  }
});

describe("R-IDEMPOTENT canonicalJson", () => {
  const value = fc.jsonValue({ maxDepth: 4 });

  /** The same value with the fields of every object in another order. */
  function shuffled(json: unknown, order: (keys: string[]) => string[]): unknown {
    if (Array.isArray(json)) return json.map((inner) => shuffled(inner, order));
    if (typeof json !== "object" || json === null) return json;
    const entries = json as Record<string, unknown>;
    return Object.fromEntries(order(Object.keys(entries)).map((key) => [key, shuffled(entries[key], order)]));
  }

  test("gives the same text whatever the order of the fields", () => {
    const fields = fc.dictionary(fc.string(), value);
    fc.assert(
      fc.property(fields, fc.infiniteStream(fc.nat()), (object, numbers) => {
        const order = (keys: string[]) =>
          keys
            .map((key) => [numbers.next().value ?? 0, key] as const)
            .sort(([a], [b]) => a - b)
            .map(([, key]) => key);
        assert.equal(canonicalJson(shuffled(object, order)), canonicalJson(object));
      }),
    );
    assert.equal(canonicalJson({ b: [{ d: 1, c: 2 }], a: null }), canonicalJson({ a: null, b: [{ c: 2, d: 1 }] }));
  });

  test("gives another text for another value, and the value back", () => {
    fc.assert(
      fc.property(value, value, (a, b) => {
        const [one, other] = [a, b].map((each) => JSON.parse(JSON.stringify(each)));
        assert.equal(canonicalJson(one) === canonicalJson(other), isDeepStrictEqual(one, other));
        assert.deepEqual(JSON.parse(canonicalJson(one)), one);
      }),
    );
    const pairs = [
      [{ a: 1 }, { a: "1" }],
      [{ a: [1, 2] }, { a: [2, 1] }],
      [{ a: null }, {}],
      [{ a: {} }, { a: [] }],
      [{ a: { b: 1 } }, { a: 1, b: 1 }],
      [JSON.parse('{"__proto__":1}'), {}],
    ];
    for (const [a, b] of pairs) assert.notEqual(canonicalJson(a), canonicalJson(b));
  });
});

test("R-IDEMPOTENT a key is 1 to 255 printable ASCII characters", () => {
  for (const key of ["a", "k".repeat(255), "550e8400-e29b-41d4-a716-446655440000", "a b~!"])
    assert.ok(isIdempotencyKey(key));
  for (const key of ["", "k".repeat(256), "ä", "a\nb", "a\n", "\0", "\x7f", "😀"])
    assert.equal(isIdempotencyKey(key), false);
});
