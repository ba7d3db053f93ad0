import assert from "node:assert/strict";
import { test } from "node:test";
import { createTrace, MOST_LINES, previewOf } from "./trace.ts";

const line = (seq: number) => ({ seq, type: "token", at: seq, preview: `word ${seq}` }) as const;

test("A trace keeps its latest lines, says how many went, and gives each its own key", () => {
  const trace = createTrace();
  for (let seq = 1; seq <= MOST_LINES * 3 + 7; seq++) trace.add(line(seq));
  const lines = trace.lines();
  assert.equal(lines.length, MOST_LINES);
  assert.equal(lines.at(-1)?.seq, MOST_LINES * 3 + 7);
  assert.equal(lines[0]?.seq, MOST_LINES * 2 + 8);
  assert.equal(trace.dropped(), MOST_LINES * 2 + 7);
  assert.equal(new Set(lines.map(({ key }) => key)).size, MOST_LINES);
});

test("A long text is cut, and an end of line is seen", () => {
  const trace = createTrace();
  trace.add({ ...line(1), preview: `a\nb${"c".repeat(500)}` });
  const preview = trace.lines()[0]?.preview ?? "";
  assert.match(preview, /^a⏎bccc/);
  assert.ok(preview.length <= 121 && preview.endsWith("…"));
});

test("What an event says is told in a few words, and an unknown type is no trouble", () => {
  assert.equal(previewOf({ type: "token", seq: 3, message_id: "m", text: " there" }), " there");
  assert.equal(previewOf({ type: "done", seq: 9, reason: "stop" }), "stop");
  assert.equal(
    previewOf({ type: "error", seq: 9, error_code: "model_cut", message: "Cut.", retryable: true }),
    "model_cut: Cut.",
  );
  assert.equal(previewOf({ type: "novelty", seq: 9 } as never), "");
});
