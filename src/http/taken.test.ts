import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { type TestContext, test } from "node:test";
import { whenTaken } from "./taken.ts";

/** A response of so many bytes to a client that reads only when it is told to. */
async function respond(t: TestContext, bytes: number) {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const client = connect((server.address() as AddressInfo).port, "127.0.0.1");
  t.after(() => {
    client.destroy();
    server.close();
  });
  client.pause();
  client.write("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
  const [, response] = (await once(server, "request")) as [unknown, ServerResponse];
  response.end("x".repeat(bytes));
  let taken = 0;
  whenTaken(response, () => taken++);
  return { client, response, taken: () => taken };
}

test("what leaves at once is taken at once", async (t) => {
  assert.equal((await respond(t, 100)).taken(), 1);
});

test("R-SLOW a large response that nobody reads is not taken, until it is read to its end", async (t) => {
  const { client, response, taken } = await respond(t, 32 * 2 ** 20);
  assert.equal(taken(), 0);
  assert.equal(response.socket?.timeout, 60_000);
  client.resume();
  await once(response, "close");
  assert.equal(taken(), 1);
});

test("R-SLOW a client that takes nothing for the time of a reader is closed", async (t) => {
  const { response, taken } = await respond(t, 32 * 2 ** 20);
  response.socket?.emit("timeout");
  await once(response, "close");
  assert.deepEqual([response.destroyed, taken()], [true, 1]);
});
