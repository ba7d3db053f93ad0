import assert from "node:assert/strict";
import { createServer, get, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { type TestContext, test } from "node:test";
import { until } from "../../testing/until.ts";
import { sseWriter } from "./sse-writer.ts";

/** A response and its client, whose body is not read before the test says so. */
async function setUp(t: TestContext) {
  const { promise, resolve } = Promise.withResolvers<ServerResponse>();
  const server = createServer((_request, response) => {
    response.writeHead(200, { "content-type": "text/event-stream" });
    resolve(response);
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const answered = new Promise<IncomingMessage>((found) => {
    get({ port: (server.address() as AddressInfo).port, agent: false }, found).on("error", () => {});
  });
  const response = await promise;
  const calls: string[] = [];
  const sink = sseWriter(response, { drained: () => calls.push("drained"), gone: () => calls.push("gone") });
  return { sink, response, calls, answered };
}

async function bodyOf(message: IncomingMessage): Promise<string> {
  let text = "";
  for await (const part of message.setEncoding("utf8")) text += part;
  return text;
}

/** Whether a full connection has room again without its client reading. */
async function hasDrained(calls: string[]): Promise<boolean> {
  for (let turn = 0; turn < 100 && calls.length === 0; turn++) await new Promise(setImmediate);
  return calls.pop() !== undefined;
}

test("frames arrive as they were written, of any size, and the response ends whole", async (t) => {
  const { sink, answered } = await setUp(t);
  const frames = ["a", "é".repeat(15), "x".repeat(16), "y".repeat(5000), "😀\n\n"];
  for (const frame of frames) sink.write(Buffer.from(frame).toString("latin1"));
  sink.end();
  assert.equal(await bodyOf(await answered), frames.join(""));
});

test("R-SLOW: a full connection says so, shows no progress while nothing is taken, and drains once it is", async (t) => {
  const { sink, calls, answered } = await setUp(t);
  const frame = "x".repeat(64 * 1024);
  let written = 0;
  sink.write("first");
  const message = await answered;
  // Until the kernel takes no more: then it does not drain by itself.
  while (sink.write(frame) || (await hasDrained(calls))) written++;
  const progress = sink.progress();
  assert.ok(progress < 5 + written * frame.length);
  message.resume();
  await until(() => calls.includes("drained"));
  assert.ok(sink.progress() > progress);
  sink.end();
});

test("a client that goes is told of once, also after the response has ended", async (t) => {
  const { sink, calls, answered } = await setUp(t);
  sink.write("first");
  (await answered).destroy();
  await until(() => calls.includes("gone"));
  sink.end();
  sink.cut();
  assert.deepEqual(calls, ["gone"]);
});

test("a cut closes the connection without an end", async (t) => {
  const { sink, calls, answered } = await setUp(t);
  sink.write("first");
  const message = await answered;
  sink.cut();
  await assert.rejects(bodyOf(message));
  await until(() => calls.includes("gone"));
});
