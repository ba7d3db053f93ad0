import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { looseLog, token } from "../../testing/log-environment.ts";
import type { StreamLog } from "../log/stream-log.ts";
import type { MessageReason, Usage } from "../protocol/events.ts";
import { wholeReply } from "./whole-reply.ts";

const timestamp = "2026-01-02T03:04:09.000Z";

function newLog(): StreamLog {
  const log = looseLog();
  log.append({ type: "start", stream_id: "abc", kind: "chat", created_at: log.createdAt, model: "openai:gpt-5" });
  return log;
}

/** A log as generation writes it. */
function chat(texts: string[], reason: MessageReason, usage?: Usage): StreamLog {
  const log = newLog();
  log.append({ type: "system", code: "thinking", message: "The model is thinking." });
  log.append({ type: "message_start", message_id: "m1", sender: "assistant", role: "assistant" });
  for (const text of texts) log.append(token(text));
  const content = texts.join("");
  const counted = usage ? { usage } : {};
  log.append({ type: "message_end", message_id: "m1", sender: "assistant", content, timestamp, reason, ...counted });
  log.seal({ type: "done", reason, ...counted });
  return log;
}

describe("wholeReply", () => {
  test("R-SAME folds a chat into the body of wait: the text, reason and usage of its events", () => {
    assert.deepEqual(wholeReply(chat(["A", "da", "."], "stop", { input_tokens: 31, output_tokens: 2 })), {
      stream_id: "abc",
      message_id: "m1",
      message: { role: "assistant", content: "Ada.", timestamp },
      reason: "stop",
      model: "openai:gpt-5",
      usage: { input_tokens: 31, output_tokens: 2 },
    });
  });

  test("usage is absent where the model gave none, not null or undefined", () => {
    assert.deepEqual(Object.keys(wholeReply(chat(["A"], "length"))), [
      ...["stream_id", "message_id", "message", "reason", "model"],
    ]);
  });

  test("R-SAME a cancelled chat is a reply with the text so far, be it none", () => {
    const reply = wholeReply(chat([], "cancelled"));
    assert.ok("reason" in reply && reply.reason === "cancelled" && reply.message.content === "");
  });

  test("R-SAME a chat that failed is the error that it ended with, not a short reply", () => {
    const log = newLog();
    log.append({ type: "message_start", message_id: "m1", sender: "assistant", role: "assistant" });
    log.append(token("half"));
    const end = { message_id: "m1", sender: "assistant", content: "half", timestamp } as const;
    log.append({ type: "message_end", ...end, reason: "error", error_code: "model_cut" });
    log.seal({ type: "error", error_code: "model_cut", message: "It was cut.", retryable: true });
    assert.deepEqual(wholeReply(log), {
      ...{ type: "error", seq: 5, error_code: "model_cut", message: "It was cut.", retryable: true },
    });
  });
});
