import assert from "node:assert/strict";
import type { Agent } from "node:http";
import { Socket } from "node:net";
import { describe, test } from "node:test";
import { startModelServer, tokens } from "../../testing/model-server.ts";
import type { PushModel } from "./model.ts";
import { openaiCompatible } from "./openai-compatible.ts";
import { targetOf, upstreamAgent } from "./upstream.ts";

const ask = (model: PushModel) =>
  new Promise((ended) => model.push({ prompt: [] }, { part: () => {}, end: (error) => ended(error) }));

const timeouts = (sockets: Agent["sockets"] | Agent["freeSockets"]) =>
  Object.values(sockets).flatMap((some = []) => some.map((socket) => (socket instanceof Socket ? socket.timeout : -1)));

describe("upstreamAgent", () => {
  const hints: [name: string, header: string | undefined, kept: number[]][] = [
    ["for 30 s where the server does not say", undefined, [30_000]],
    ["a second shorter than the server says", "timeout=5", [4000]],
    ["no longer than 30 s, whatever the server says", "timeout=600", [30_000]],
    ["not at all where the server says a second", "timeout=1", []],
  ];
  for (const [name, header, kept] of hints) {
    test(`keeps an idle connection ${name}`, async (t) => {
      // Node's server sends a hint of its own unless the answer carries one; "x" is none that can be read.
      const server = await startModelServer((call) => call.answer(200, COMPLETION, { "keep-alive": header ?? "x" }));
      t.after(() => server.close());
      const agent = upstreamAgent(server.url);
      t.after(() => agent.destroy());
      const model = openaiCompatible({ provider: "p", name: "m", baseUrl: server.url, agent });
      assert.equal(await ask(model), undefined);
      while (timeouts(agent.sockets).length > 0) await new Promise(setImmediate);
      assert.deepEqual(timeouts(agent.freeSockets), kept);
      // In use again it has no limit but those of the call.
      server.reply(tokens(["a"]));
      const again = ask(model);
      assert.deepEqual(
        timeouts(agent.sockets).map((timeout) => timeout ?? 0),
        [0],
      );
      await again;
    });
  }
});

const COMPLETION = { choices: [{ index: 0, message: { content: "a" }, finish_reason: "stop" }] };

describe("targetOf", () => {
  const agent = upstreamAgent("http://127.0.0.1");
  test("takes an IPv6 address, a path and a query as they stand in the URL", () => {
    const { host, port, path } = targetOf("http://[::1]:8000/v1/x?y=1", undefined, agent).options;
    assert.deepEqual([host, port, path], ["::1", "8000", "/v1/x?y=1"]);
  });

  test("sends a key as a bearer token, and no header without one", () => {
    assert.equal(targetOf("http://a/", "k", agent).options.headers["authorization"], "Bearer k");
    assert.ok(!("authorization" in targetOf("http://a/", undefined, agent).options.headers));
  });
});
