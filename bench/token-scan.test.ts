import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { monotonicUs, tokenScanner, tokenText } from "./token-scan.ts";

const bytes = (text: string) => Buffer.from(text);

function scan(...chunks: Uint8Array[]): [number, number][] {
  const found: [number, number][] = [];
  const push = tokenScanner((stamp, index) => found.push([stamp, index]));
  for (const chunk of chunks) push(chunk);
  return found;
}

test("a token is found in the frames of every server", () => {
  const token = JSON.stringify(tokenText(123456789012, 7));
  const frames = [
    `data: {"choices":[{"index":0,"delta":{"content":${token}}}]}\n\n`,
    `id: a.0.3\nevent: token\ndata: {"type":"token","seq":3,"message_id":"m","text":${token}}\n\n`,
    `data: {"type":"text-delta","id":"0","delta":${token}}\n\n`,
  ];
  for (const frame of frames) assert.deepEqual(scan(bytes(frame)), [[123456789012, 7]]);
});

test("the whole text at the end of a stream is not counted again", () => {
  const whole = JSON.stringify({ content: tokenText(1, 0) + tokenText(2, 1) });
  assert.deepEqual(scan(bytes(whole)), []);
});

test("tokens are the same however the bytes are split", () => {
  const text = [0, 1, 2].map((index) => `data: {"text":"${tokenText(1000 + index, index)}"}\n\n`).join('~ "~x "~1:"');
  const expected = [0, 1, 2].map((index) => [1000 + index, index]);
  fc.assert(
    fc.property(fc.array(fc.nat(text.length)), (cuts) => {
      const edges = [0, ...cuts.sort((a, b) => a - b), text.length];
      const chunks = edges.slice(1).map((end, n) => bytes(text.slice(edges[n], end)));
      assert.deepEqual(scan(...chunks), expected);
    }),
  );
});

test("the monotonic clock agrees with the one that processes share", () => {
  const before = Number(process.hrtime.bigint() / 1000n);
  const now = monotonicUs();
  const after = Number(process.hrtime.bigint() / 1000n);
  assert.ok(before <= now && now <= after);
});
