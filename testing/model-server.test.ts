import assert from "node:assert/strict";
import { request } from "node:http";
import { describe, test } from "node:test";
import { byHand, inPieces, inTurn, neverEnds, refuse, type Script, startModelServer, tokens } from "./model-server.ts";

async function started(t: { after(release: () => Promise<void>): void }, script?: Script) {
  const server = await startModelServer(script);
  t.after(() => server.close());
  const post = (init: RequestInit = {}) =>
    fetch(`${server.url}/chat/completions`, { method: "POST", body: '{"model":"m"}', ...init });
  return { server, post };
}

describe("startModelServer", () => {
  test("answers as OpenAI does, and records the call", async (t) => {
    const { server, post } = await started(t, tokens(["a"], { usage: { input: 1, output: 2 } }));
    const response = await post({ headers: { authorization: "Bearer k" } });
    assert.equal(response.headers.get("content-type"), "text/event-stream");
    const data = (await response.text())
      .trim()
      .split("\n\n")
      .map((event) => event.replace("data: ", ""));
    assert.equal(data.pop(), "[DONE]");
    const [first, finish, usage] = data.map((json) => JSON.parse(json));
    assert.equal(first.choices[0].delta.content, "a");
    assert.equal(finish.choices[0].finish_reason, "stop");
    assert.deepEqual([usage.choices, usage.usage.completion_tokens], [[], 2]);
    assert.equal(server.calls[0]?.body["model"], "m");
    assert.equal(server.calls[0]?.headers["authorization"], "Bearer k");
    assert.equal(server.calls[0]?.isCancelled, false);
  });

  test("answers in turn, the last script for all that follow", async (t) => {
    const { post } = await started(t, inTurn(refuse(429, { "retry-after": "1" }), refuse(500)));
    const statuses = [];
    for (let call = 0; call < 3; call++) statuses.push((await post()).status);
    assert.deepEqual(statuses, [429, 500, 500]);
  });

  test("lets the test say each token when it likes", async (t) => {
    const { server, post } = await started(t, byHand);
    const answer = post();
    const call = await server.call();
    call.push("a");
    const reader = (await answer).body?.getReader() ?? assert.fail("no body");
    assert.match(Buffer.from((await reader.read()).value ?? []).toString(), /"content":"a"/);
    call.finish();
    assert.match(Buffer.from((await reader.read()).value ?? []).toString(), /"finish_reason":"stop"/);
  });

  test("tells of a client that went away", async (t) => {
    const { server, post } = await started(t, neverEnds());
    const leaving = new AbortController();
    await post({ signal: leaving.signal });
    leaving.abort();
    await server.calls[0]?.cancelled;
    assert.equal(server.calls[0]?.isCancelled, true);
  });

  test("splits an answer into the pieces it was asked for", async (t) => {
    const { server } = await started(t, inPieces(["é👋"], 1));
    const sizes = await new Promise<number[]>((resolve) => {
      const sizes: number[] = [];
      const post = request(`${server.url}/chat/completions`, { method: "POST" }, (response) => {
        response.on("data", (bytes: Buffer) => sizes.push(bytes.length)).on("end", () => resolve(sizes));
      });
      post.end("{}");
    });
    assert.ok(sizes.length > 100 && sizes.every((size) => size === 1));
  });

  test("closes while calls are open, and nobody counts as having left", async () => {
    const server = await startModelServer(neverEnds());
    const post = fetch(`${server.url}/chat/completions`, { method: "POST", body: "{}" });
    await server.call();
    const response = await post;
    await server.close();
    await assert.rejects(response.text());
    assert.equal(server.calls[0]?.isCancelled, false);
  });
});
