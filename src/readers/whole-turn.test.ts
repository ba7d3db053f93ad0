import assert from "node:assert/strict";
import { test } from "node:test";
import { looseLog } from "../../testing/log-environment.ts";
import type { StreamLog } from "../log/stream-log.ts";
import { wholeTurn } from "./whole-turn.ts";

const timestamp = "2026-01-02T03:04:09.000Z";

function newTurn(): StreamLog {
  const log = looseLog();
  const names = { stream_id: "abc", world: "den", turn_id: "t1", message_id: "m0" };
  log.append({ type: "start", kind: "world", created_at: log.createdAt, ...names });
  return log;
}

test("a turn is folded into its messages, in the order in which they began, and its agents", () => {
  const log = newTurn();
  for (const [message_id, sender] of [
    ["m1", "Vera"],
    ["m2", "Otto"],
  ] as const) {
    log.append({ type: "message_start", message_id, sender, role: "assistant", in_reply_to: "m0" });
  }
  for (const [message_id, text] of [
    ["m2", "No"],
    ["m1", "Yes"],
  ] as const) {
    log.append({ type: "token", message_id, text });
    const sender = message_id === "m1" ? "Vera" : "Otto";
    log.append({ type: "message_end", message_id, sender, content: text, timestamp, reason: "stop" });
  }
  log.append({ type: "message", message_id: "m3", sender: "Ada", role: "user", content: "Hm", timestamp });
  const agents = [{ agent: "Vera", outcome: "replied" as const }];
  log.seal({ type: "done", reason: "turn_limit", agents });
  assert.deepEqual(wholeTurn(log), {
    ...{ stream_id: "abc", turn_id: "t1", reason: "turn_limit", agents },
    messages: [
      { message_id: "m1", sender: "Vera", role: "assistant", content: "Yes", timestamp, reason: "stop" },
      { message_id: "m2", sender: "Otto", role: "assistant", content: "No", timestamp, reason: "stop" },
      { message_id: "m3", sender: "Ada", role: "user", content: "Hm", timestamp },
    ],
  });
});

test("a turn that failed is folded into its error", () => {
  const log = newTurn();
  const error = { type: "error", error_code: "publish_failed", message: "No.", retryable: false } as const;
  log.seal(error);
  assert.deepEqual(wholeTurn(log), { ...error, seq: 2 });
});
