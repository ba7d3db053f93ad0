import assert from "node:assert/strict";
import { test } from "node:test";
import { readmeExamples, runExample, shapeOf, shorten } from "./readme.ts";

const markdown = [
  "# Title",
  "```sh",
  "not this",
  "```",
  "```sh runnable",
  "echo localhost:3000",
  "```",
  "",
  "```text output",
  "localhost:3000",
  "```",
].join("\n");

const frame = (seq: number, type: string, data: object = {}) =>
  `id: abcdefghijklmnopqrstuv.0.${seq}\nevent: ${type}\ndata: ${JSON.stringify({ type, seq, ...data })}`;
const tokens = (count: number) => Array.from({ length: count }, (_, index) => frame(index + 2, "token", { text: "a" }));
const stream = (count: number) =>
  ["retry: 1000", frame(1, "start"), ...tokens(count), frame(count + 2, "done", { reason: "stop" })].join("\n\n");

test("runnable blocks are found with their output and line", () => {
  assert.deepEqual(readmeExamples(markdown), [
    { command: "echo localhost:3000\n", format: "text", output: "localhost:3000\n", line: 5 },
  ]);
});

test("an example runs against the port that it is given", async () => {
  const [example] = readmeExamples(markdown);
  assert.ok(example);
  assert.equal(await runExample(example, 4567), "127.0.0.1:4567");
});

test("JSON has the same shape when its fields and types are the same", () => {
  const shape = shapeOf("json", '{"a": 1, "b": [{"c": "x"}, {"c": "y"}]}');
  assert.deepEqual(shapeOf("json", '{"a": 2, "b": [{"c": "z"}]}'), shape);
  for (const other of [
    '{"a": "1", "b": [{"c": "x"}]}',
    '{"a": 1}',
    '{"a": 1, "b": [{"d": "x"}]}',
    '{"a": 1, "b": []}',
  ]) {
    assert.notDeepEqual(shapeOf("json", other), shape, other);
  }
});

test("streams have the same shape however many tokens they have, but not without their end or with other fields", () => {
  assert.deepEqual(shapeOf("sse", stream(20)), shapeOf("sse", stream(2)));
  assert.notDeepEqual(shapeOf("sse", stream(2).split("\n\n").slice(0, -1).join("\n\n")), shapeOf("sse", stream(2)));
  assert.notDeepEqual(shapeOf("sse", stream(2).replaceAll('"text"', '"txt"')), shapeOf("sse", stream(2)));
});

test("a long stream is shortened in its middle, and keeps its shape", () => {
  const short = shorten("sse", stream(20));
  assert.equal(short.split("\n\n").length, 3 + 4);
  assert.deepEqual(shapeOf("sse", short), shapeOf("sse", stream(20)));
  assert.equal(shorten("sse", stream(3)), stream(3));
});

test("HTTP has the same shape with the same status, telling headers and body", () => {
  const output = 'HTTP/1.1 202 Accepted\nlocation: /a\ndate: x\n\n{"a": 1}';
  assert.deepEqual(shapeOf("http", 'HTTP/1.1 202 Accepted\nLocation: /b\n\n{"a": 2}'), shapeOf("http", output));
  assert.notDeepEqual(shapeOf("http", output.replace("202", "200")), shapeOf("http", output));
  assert.notDeepEqual(shapeOf("http", output.replace("location", "place")), shapeOf("http", output));
  assert.equal(shorten("http", output), 'HTTP/1.1 202 Accepted\nlocation: /a\n…\n\n{"a": 1}');
});

test("text is the same but for its numbers", () => {
  assert.equal(shapeOf("text", "a 17\n"), shapeOf("text", "a 3"));
  assert.notEqual(shapeOf("text", "b 17"), shapeOf("text", "a 17"));
});
