import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:net";
import { describe, test } from "node:test";
import { manualClock } from "../../testing/manual-clock.ts";
import { startModelServer } from "../../testing/model-server.ts";
import { findOllama, ollamaOrigin } from "./ollama.ts";

describe("ollamaOrigin", () => {
  const cases: [string | undefined, string][] = [
    [undefined, "http://127.0.0.1:11434"],
    ["127.0.0.1", "http://127.0.0.1:11434"],
    ["127.0.0.1:80", "http://127.0.0.1"],
    [":9999", "http://127.0.0.1:9999"],
    ["0.0.0.0", "http://127.0.0.1:11434"],
    ["gpu.local:11435/", "http://gpu.local:11435"],
    ["http://gpu.local", "http://gpu.local"],
    ["https://gpu.local:8443/x", "https://gpu.local:8443"],
  ];
  for (const [host, origin] of cases) {
    test(`${host ?? "nothing"} is ${origin}`, () => assert.equal(ollamaOrigin(host), origin));
  }

  test("what is no address is refused", () => {
    for (const host of ["ftp://a", "a b", "http://"]) assert.throws(() => ollamaOrigin(host), TypeError);
  });
});

describe("findOllama", () => {
  test("lists the models of a server that answers", async () => {
    const server = await startModelServer();
    server.models = ["llama3:latest", "qwen3:8b"];
    const clock = manualClock();
    assert.deepEqual(await findOllama(server.origin, clock), server.models);
    await server.close();
    assert.deepEqual(await findOllama(server.origin, clock), []);
    assert.equal(clock.pending(), 0);
  });

  test("a server that does not answer in time, or speaks something else, is none", async () => {
    const silent = createServer(() => {}).listen(0, "127.0.0.1");
    await once(silent, "listening");
    const clock = manualClock();
    const connected = once(silent, "connection");
    const found = findOllama(`127.0.0.1:${(silent.address() as { port: number }).port}`, clock);
    const [socket] = await connected;
    clock.advance(300);
    assert.deepEqual(await found, []);
    socket.destroy();
    silent.close();
    const other = createServer((peer) => peer.end("HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello")).listen(
      0,
      "127.0.0.1",
    );
    await once(other, "listening");
    assert.deepEqual(await findOllama(`127.0.0.1:${(other.address() as { port: number }).port}`, clock), []);
    other.close();
    assert.deepEqual(await findOllama("not an address", clock), []);
    assert.deepEqual(await findOllama("https://127.0.0.1", clock), []);
  });
});
