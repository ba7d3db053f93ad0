import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { anyUnicode } from "../../testing/any-unicode.ts";
import { createChunkShape, learnShape, shapedText } from "./chunk-shape.ts";

const event = (json: string) => Buffer.from(`data: ${json}\n\n`);
const chunkOf = (content: string, more: object = {}) =>
  event(JSON.stringify({ id: "c1", choices: [{ index: 0, delta: { content }, finish_reason: null }], ...more }));

function learned(chunk: Buffer) {
  const shape = createChunkShape();
  learnShape(shape, chunk);
  return shape;
}

describe("the shape of chunks", () => {
  test("a text that stands as it is in a chunk that is alike is read from it, any other chunk is left to the parser", () => {
    const text = anyUnicode({ minLength: 1 });
    fc.assert(
      fc.property(text, text, (first, next) => {
        const isPlain = (content: string) => JSON.stringify(content) === `"${content}"`;
        const expected = isPlain(first) && isPlain(next) ? next : undefined;
        assert.equal(shapedText(learned(chunkOf(first)), chunkOf(next)), expected);
      }),
    );
  });

  test("reads the chunks of servers that put spaces into their JSON", () => {
    const spaced = (text: string) => event(`{"choices": [{"delta": {"role": "assistant", "content": "${text}"}}]}`);
    assert.equal(shapedText(learned(spaced("a")), spaced(" bé")), " bé");
  });

  const others: [name: string, chunk: Buffer][] = [
    ["a finish", event('{"id":"c1","choices":[{"index":0,"delta":{"content":"x"},"finish_reason":"stop"}]}')],
    ["another beginning", chunkOf("x", { usage: { prompt_tokens: 1 } })],
    ["an escape", chunkOf('"')],
    ["no text", chunkOf("")],
    ["two events", Buffer.concat([chunkOf("x"), chunkOf("y")])],
    ["half an event", chunkOf("x").subarray(0, -1)],
    ["a part of the shape alone", chunkOf("x").subarray(0, 20)],
    [
      "a line break within the text",
      event('{"id":"c1","choices":[{"index":0,"delta":{"content":"a\nb"},"finish_reason":null}]}'),
    ],
  ];
  for (const [name, chunk] of others) {
    test(`leaves ${name} to the parser`, () => assert.equal(shapedText(learned(chunkOf("plain")), chunk), undefined));
  }

  const unfit: [name: string, chunk: Buffer][] = [
    ["two events", Buffer.concat([chunkOf("x"), chunkOf("y")])],
    ["a finish", event('{"choices":[{"delta":{"content":"x"},"finish_reason":"stop"}]}')],
    ["usage", chunkOf("x", { usage: { prompt_tokens: 1, completion_tokens: 1 } })],
    ["thought beside text", event('{"choices":[{"delta":{"content":"x","reasoning":"y"}}]}')],
    ["two texts", event('{"choices":[{"delta":{"content":"x"}},{"delta":{"content":"x"}}]}')],
    ["an escape", event('{"choices":[{"delta":{"content":"\\u0078"}}]}')],
    ["an error", event('{"error":"x","choices":[{"delta":{"content":"x"}}]}')],
    ["an event with a name", Buffer.from('event: error\ndata: {"choices":[{"delta":{"content":"x"}}]}\n\n')],
  ];
  for (const [name, chunk] of unfit) {
    test(`learns nothing from ${name}`, () => assert.equal(learned(chunk).head.length, 0));
  }

  test("gives up where no two chunks are alike, and not where a shape changes now and then", () => {
    const shape = createChunkShape();
    for (let created = 0; created < 100; created++) {
      learnShape(shape, chunkOf("x", { created }));
      assert.equal(shapedText(shape, chunkOf("y", { created })), "y");
    }
    for (let created = 0; created < 8; created++) learnShape(shape, chunkOf("x", { created }));
    learnShape(shape, chunkOf("x", { created: 8 }));
    assert.equal(shapedText(shape, chunkOf("y", { created: 8 })), undefined);
  });
});
