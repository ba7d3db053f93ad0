import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { anyText } from "../../testing/any-event.ts";
import { looseLog } from "../../testing/log-environment.ts";
import type { StreamLog } from "../log/stream-log.ts";
import type { OpenDraft, TerminalDraft } from "../protocol/events.ts";
import { snapshot } from "./snapshot.ts";

const createdAt = "2026-01-02T03:04:05.000Z";
const timestamp = "2026-01-02T03:04:09.000Z";

function logOf(drafts: OpenDraft[], end?: TerminalDraft, kind: StreamLog["kind"] = "chat") {
  const log = looseLog(kind);
  for (const draft of drafts) log.append(draft);
  if (end) log.seal(end);
  return log;
}

const begin = (message_id: string, sender = "assistant"): OpenDraft => ({
  ...{ type: "message_start", message_id, sender, role: "assistant" },
});
const token = (message_id: string, text: string): OpenDraft => ({ type: "token", message_id, text });
const finish = (message_id: string, content: string, sender = "assistant"): OpenDraft => ({
  ...{ type: "message_end", message_id, sender, content, timestamp, reason: "stop" },
});
const start: OpenDraft = { type: "start", stream_id: "abc", kind: "chat", created_at: createdAt, model: "m" };
const role = "assistant" as const;

describe("snapshot", () => {
  test("of a log that has just begun: running, without messages", () => {
    const expected = { stream_id: "abc", kind: "chat", status: "running", messages: [] };
    assert.deepEqual(snapshot(logOf([])), { ...expected, last_seq: 0 });
    assert.deepEqual(snapshot(logOf([start])), { ...expected, last_seq: 1 });
  });

  test("of a message that grows: what there is, without a reason", () => {
    const { messages, status, last_seq } = snapshot(logOf([start, begin("m1"), token("m1", "Hel"), token("m1", "lo")]));
    assert.deepEqual([status, last_seq], ["running", 4]);
    assert.deepEqual(messages, [
      { message_id: "m1", sender: "assistant", role, content: "Hello", timestamp: createdAt },
    ]);
  });

  test("R-TEXT at every point of a stream, a message is the tokens so far, and at its end its content", () => {
    fc.assert(
      fc.property(fc.array(anyText, { maxLength: 8 }), (texts) => {
        const log = logOf([start, begin("m1")]);
        let content = "";
        for (const text of texts) {
          log.append(token("m1", text));
          content += text;
          assert.equal(snapshot(log).messages[0]?.content, content);
        }
        log.append(finish("m1", content));
        const expected = { message_id: "m1", sender: "assistant", role, content, timestamp, reason: "stop" };
        assert.deepEqual(snapshot(log).messages, [expected]);
      }),
    );
  });

  test("its status, reason, usage and error code are those of the terminal event", () => {
    const usage = { input_tokens: 3, output_tokens: 4 };
    const outcome = (end: TerminalDraft) => {
      const { stream_id, kind, last_seq, messages, ...rest } = snapshot(logOf([start], end));
      assert.deepEqual([stream_id, kind, last_seq, messages], ["abc", "chat", 2, []]);
      return rest;
    };
    assert.deepEqual(outcome({ type: "done", reason: "stop", usage }), { status: "completed", reason: "stop", usage });
    assert.deepEqual(outcome({ type: "done", reason: "length" }), { status: "completed", reason: "length" });
    assert.deepEqual(outcome({ type: "done", reason: "cancelled" }), { status: "cancelled", reason: "cancelled" });
    assert.deepEqual(outcome({ type: "error", error_code: "model_cut", message: "It was cut.", retryable: true }), {
      ...{ status: "failed", error_code: "model_cut" },
    });
  });

  test("R-DETACH a stopped or failed stream keeps the text so far readable", () => {
    const half: OpenDraft = {
      ...{ type: "message_end", message_id: "m1", sender: "assistant", content: "Hel", timestamp },
      ...{ reason: "cancelled" },
    };
    const log = logOf([start, begin("m1"), token("m1", "Hel"), half], { type: "done", reason: "cancelled" });
    const [message] = snapshot(log).messages;
    assert.deepEqual([message?.content, message?.reason], ["Hel", "cancelled"]);
  });

  test("several voices keep apart, in the order in which they began", () => {
    const log = logOf(
      [
        ...[begin("m1", "vera"), begin("m2", "tom"), token("m2", "Two"), token("m1", "One")],
        ...[finish("m2", "Two", "tom"), token("m1", " more")],
        { type: "message", message_id: "m3", sender: "ann", role: "user", content: "Whole", timestamp },
      ],
      undefined,
      "world",
    );
    assert.equal(snapshot(log).kind, "world");
    assert.deepEqual(snapshot(log).messages, [
      { message_id: "m1", sender: "vera", role, content: "One more", timestamp: createdAt },
      { message_id: "m2", sender: "tom", role, content: "Two", timestamp, reason: "stop" },
      { message_id: "m3", sender: "ann", role: "user", content: "Whole", timestamp },
    ]);
  });

  test("it stays as it was taken while the log grows", () => {
    const log = logOf([start, begin("m1"), token("m1", "a")]);
    const before = snapshot(log);
    const copy = structuredClone(before);
    log.append(token("m1", "b"));
    assert.deepEqual(before, copy);
  });
});
