import assert from "node:assert/strict";
import { type ErrorCode, statusOf } from "../src/protocol/errors.ts";

type Answer = {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  // biome-ignore lint/suspicious/noExplicitAny: whatever came
  body?: any;
};

/** What no client may ever read: traces, paths of files, names of our parts, what a script of the model server gave away. */
const INTERNAL =
  /node_modules|\.ts\b|\bat .+:\d+:\d+|Error:|FST_|ERR_|HPE_|ECONN|undici|fastify|127\.0\.0\.1:\d|SECRET|sk-/i;

/** An error as the contract has it: status, type, the three fields and only those that belong to it. */
export function assertProblem(answer: Answer, code: ErrorCode, says: RegExp = /./): void {
  const { status, headers, body } = answer;
  assert.equal(body?.error_code, code, JSON.stringify(body));
  assert.equal(status, statusOf(code));
  assert.equal(headers["content-type"], "application/json; charset=utf-8");
  assert.equal(headers["cache-control"], "no-store");
  assert.match(body.message, says);
  assert.match(body.request_id, /^[A-Za-z0-9]+-[0-9a-z]+$/);
  assert.doesNotMatch(JSON.stringify({ ...body, request_id: "" }), INTERNAL);
  const { error_code, message, request_id, details, last_seq, stream_id, retryable, ...more } = body;
  assert.deepEqual(more, {});
  assert.ok(message.length < 500, `${message.length} characters`);
  if (status === 503 || status === 429) assert.match(String(headers["retry-after"]), /^[1-9]\d*$/);
}
