import assert from "node:assert/strict";
import { test } from "node:test";
import { answerLength } from "./load-wait.ts";

test("an answer's length is known once its head is there", () => {
  const head = "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n";
  assert.equal(answerLength(head), undefined);
  assert.equal(answerLength(`${head}\r\nbo`), head.length + 2 + 4);
});

test("an answer without a length is an error, for it could not be counted", () => {
  assert.throws(() => answerLength("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"), /without its length/);
});
