import assert from "node:assert/strict";
import { test } from "node:test";
import { encodeFrame, HEARTBEAT, RETRY_LINE } from "../src/protocol/frames.ts";
import { frameScanner } from "./sse-frames.ts";

test("events are found in a response that is split anywhere; what is no event is passed over", () => {
  const text = (n: number) => encodeFrame("s.0.", n, { type: "token", message_id: "m", text: `${n} ü` });
  const bytes = Buffer.from(`${RETRY_LINE}${text(1)}${HEARTBEAT}${text(2)}`);
  for (let cut = 0; cut <= bytes.length; cut++) {
    const found: unknown[] = [];
    const scan = frameScanner(({ id, data }) => found.push([id, JSON.parse(data).text]));
    scan(bytes.subarray(0, cut));
    scan(bytes.subarray(cut));
    assert.deepEqual(found, [
      ["s.0.1", "1 ü"],
      ["s.0.2", "2 ü"],
    ]);
  }
});
