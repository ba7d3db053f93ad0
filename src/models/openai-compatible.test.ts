import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type Socket } from "node:net";
import { after, before, describe, test } from "node:test";
import fc from "fast-check";
import { anyUnicode } from "../../testing/any-unicode.ts";
import { manualClock } from "../../testing/manual-clock.ts";
import {
  byHand,
  cutAfter,
  endsWithoutFinish,
  errorInside,
  garbage,
  garbageKinds,
  hostileTexts,
  inPieces,
  type ModelServer,
  neverAnswers,
  neverEnds,
  refuse,
  type Script,
  startModelServer,
  tokens,
} from "../../testing/model-server.ts";
import { isModelFailure, type ModelFailure } from "./failure.ts";
import type { CallOptions, Part } from "./model.ts";
import { openaiCompatible } from "./openai-compatible.ts";
import { upstreamAgent } from "./upstream.ts";

const options: CallOptions = {
  prompt: [
    { role: "system", content: "Be brief." },
    { role: "user", content: [{ type: "text", text: "Hello" }] },
    { role: "assistant", content: [{ type: "text", text: "" }] },
    { role: "user", content: [{ type: "text", text: "Again" }] },
  ],
  temperature: 0.2,
  maxOutputTokens: 50,
};

const agent = upstreamAgent("http://127.0.0.1");
let server: ModelServer;
before(async () => {
  server = await startModelServer();
});
after(async () => {
  agent.destroy();
  await server.close();
});

const model = (baseUrl = server.url, clock = manualClock()) =>
  openaiCompatible({ provider: "openai-compatible", name: "m", baseUrl, apiKey: "k-1", agent, clock });

type Heard = { parts: Part[]; error: unknown };

function listen(from = model(), heard: (part: Part) => void = () => {}): { done: Promise<Heard>; cancel: () => void } {
  const parts: Part[] = [];
  let cancel = () => {};
  const done = new Promise<Heard>((resolve) => {
    const part = (part: Part) => {
      parts.push(part);
      heard(part);
    };
    cancel = from.push(options, { part, end: (error) => resolve({ parts, error }) });
  });
  return { done, cancel: () => cancel() };
}

/** The next call to reach the server: tests share one, so that they also share its kept connections. */
function answered(script: Script, from = model()) {
  server.reply(script);
  const call = server.call(server.calls.length);
  return { ...listen(from), call };
}

/** An event stream of exactly these bytes. */
const says =
  (bytes: string): Script =>
  (call) => {
    call.raw(bytes);
    call.end();
  };

const textOf = (parts: Part[]) => parts.map((part) => (part.type === "text-delta" ? part.delta : "")).join("");

function failureOf({ error }: Heard): ModelFailure {
  assert.ok(isModelFailure(error), `expected a failure, got ${error}`);
  return error;
}

describe("openaiCompatible", () => {
  test("sends the prompt, the settings and the key, and asks for a stream with usage", async () => {
    const { done, call } = answered(tokens(["Hi"]));
    await done;
    const { body, headers } = await call;
    assert.deepEqual(body, {
      model: "m",
      messages: [
        { role: "system", content: "Be brief." },
        { role: "user", content: "Hello" },
        { role: "assistant", content: "" },
        { role: "user", content: "Again" },
      ],
      stream: true,
      stream_options: { include_usage: true },
      max_tokens: 50,
      temperature: 0.2,
    });
    assert.equal(headers["authorization"], "Bearer k-1");
  });

  test("hands on text, thought, the finish reason and the usage that comes after it", async () => {
    const script = tokens(["Hel", "lo"], { reasoning: ["Hm"], reason: "length", usage: { input: 4, output: 2 } });
    const { parts, error } = await answered(script).done;
    assert.equal(error, undefined);
    assert.deepEqual(parts.slice(0, 3), [
      { type: "reasoning-delta", id: "0", delta: "Hm" },
      { type: "text-delta", id: "0", delta: "Hel" },
      { type: "text-delta", id: "0", delta: "lo" },
    ]);
    const finish = parts[3];
    assert.ok(finish?.type === "finish" && parts.length === 4);
    assert.deepEqual(finish.finishReason, { unified: "length", raw: "length" });
    assert.equal(finish.usage.inputTokens.total, 4);
    assert.equal(finish.usage.outputTokens.total, 2);
  });

  test("an answer without usage has none, and content_filter is a reason to finish", async () => {
    const { parts } = await answered(tokens(["a"], { usage: "none", reason: "content_filter" })).done;
    const finish = parts.at(-1);
    assert.ok(finish?.type === "finish");
    assert.equal(finish.finishReason.unified, "content-filter");
    assert.equal(finish.usage.outputTokens.total, undefined);
  });

  test("a finish reason is enough: without usage, [DONE] or an end, the answer is whole a second later", async () => {
    const clock = manualClock();
    const { done, call } = answered(byHand, model(server.url, clock));
    const upstream = await call;
    upstream.push("a");
    upstream.chunk({ choices: [{ delta: {}, finish_reason: "stop" }] });
    while (clock.pending() === 0) await new Promise(setImmediate);
    clock.advance(1000);
    const { error, parts } = await done;
    assert.equal(error, undefined);
    assert.equal(parts.at(-1)?.type, "finish");
    // And the connection that was left open is closed.
    clock.advance(1000);
    await upstream.cancelled;
    assert.equal(clock.pending(), 0);
  });

  test("an end after a finish reason is whole, also when the connection breaks there", async () => {
    for (const last of ["end", "cut"] as const) {
      const { done, call } = answered(async (call) => {
        call.push("a");
        call.chunk({ choices: [{ delta: { content: "b" }, finish_reason: "stop" }] });
        await call.pause(5);
        call[last]();
      });
      const { error, parts } = await done;
      assert.equal(error, undefined, last);
      assert.equal(textOf(parts), "ab");
      await call;
    }
  });

  test("a gateway that ignores stream and answers with one completion just works", async () => {
    const completion = {
      object: "chat.completion",
      choices: [{ index: 0, message: { role: "assistant", content: "Hello" }, finish_reason: "stop" }],
      usage: { prompt_tokens: 3, completion_tokens: 1 },
    };
    const { error, parts } = await answered((call) => call.answer(200, completion)).done;
    assert.equal(error, undefined);
    assert.equal(textOf(parts), "Hello");
    assert.equal(parts.length, 2);
  });

  test("the parts of one network chunk come in one turn of the event loop", async () => {
    server.reply((call) => {
      const chunk = (content: string) => `data: ${JSON.stringify({ choices: [{ delta: { content } }] })}\n\n`;
      call.raw(chunk("a") + chunk("b") + chunk("c"));
      call.finish();
    });
    let turn = 0;
    const turns: number[] = [];
    const { done } = listen(model(), () => {
      turns.push(turn);
      queueMicrotask(() => turn++);
    });
    await done;
    assert.equal(turns[0], turns[1]);
    assert.equal(turns[1], turns[2]);
  });

  test("R-INJECT hostile text comes through unchanged", async () => {
    const { parts, error } = await answered(tokens(hostileTexts)).done;
    assert.equal(error, undefined);
    assert.deepEqual(
      parts.flatMap((part) => (part.type === "text-delta" ? [part.delta] : [])),
      hostileTexts,
    );
  });

  test("however the bytes are split into network chunks, the parts are the same", async () => {
    const text = anyUnicode({ minLength: 1, maxLength: 6 });
    const property = fc.asyncProperty(
      fc.array(text, { maxLength: 5 }),
      fc.integer({ min: 1, max: 40 }),
      async (texts, size) => {
        const { parts, error } = await answered(inPieces(texts, size)).done;
        assert.equal(error, undefined);
        assert.deepEqual(
          parts.flatMap((part) => (part.type === "text-delta" ? [part.delta] : [])),
          texts,
        );
      },
    );
    await fc.assert(property, { numRuns: 40, examples: [[["👩‍👩‍👧‍👦", "é\u2028"], 1]] });
  });
});

describe("openaiCompatible names every fault", () => {
  const table: [name: string, script: Script, code: string, retryable: boolean][] = [
    ["a 400", refuse(400), "model_error", false],
    ["a 401", refuse(401), "model_error", false],
    ["a 404", refuse(404), "model_error", false],
    ["a redirect", refuse(302, { location: "http://example.org/" }), "model_error", false],
    ["a 429", refuse(429), "model_unavailable", true],
    ["a 500", refuse(500), "model_unavailable", true],
    ["a 503", refuse(503), "model_unavailable", true],
    ["a cut before any token", cutAfter([]), "model_cut", true],
    ["a cut after some tokens", cutAfter(["a", "b"]), "model_cut", true],
    ["an end without a finish reason", endsWithoutFinish(["a"]), "model_cut", true],
    ["[DONE] without a finish reason", says("data: [DONE]\n\n"), "model_cut", true],
    ["an error inside a 200", errorInside(["a"]), "model_error", false],
    ["an error event", says('event: error\ndata: {"message":"no"}\n\n'), "model_error", false],
    ["an event stream of anything else", says("<h1>Hi</h1>\n\n"), "model_error", false],
    ...garbageKinds.map((kind): [string, Script, string, boolean] => [
      `garbage: ${kind}`,
      garbage(kind),
      "model_error",
      false,
    ]),
  ];
  for (const [name, script, code, retryable] of table) {
    test(`${name} is ${code}`, async () => {
      const failure = failureOf(await answered(script).done);
      assert.equal(failure.code, code);
      assert.equal(failure.retryable, retryable);
      assert.doesNotMatch(`${failure.message} ${failure.cause}`, /SECRET|127\.0\.0\.1|k-1/);
    });
  }

  test("Retry-After is read as seconds and as a date", async () => {
    const clock = manualClock(Date.parse("2026-01-02T03:04:05Z"));
    for (const header of ["7", "Fri, 02 Jan 2026 03:04:12 GMT"]) {
      const failure = failureOf(await answered(refuse(429, { "retry-after": header }), model(server.url, clock)).done);
      assert.equal(failure.retryAfterMs, 7000);
      assert.equal(failure.extra.retryAfter, 7);
    }
  });

  test("a refused connection and an unknown host are model_unavailable", async () => {
    const closed = createServer().listen(0, "127.0.0.1");
    await once(closed, "listening");
    const { port } = closed.address() as { port: number };
    closed.close();
    await once(closed, "close");
    for (const url of [`http://127.0.0.1:${port}/v1`, "http://nowhere.invalid/v1"]) {
      const failure = failureOf(await listen(model(url)).done);
      assert.equal(failure.code, "model_unavailable");
      assert.equal(failure.retryable, true);
    }
  });

  test("a server that speaks no HTTP is model_error", async () => {
    const raw = createServer((socket) => socket.end("SSH-2.0-OpenSSH\r\n")).listen(0, "127.0.0.1");
    await once(raw, "listening");
    const { port } = raw.address() as { port: number };
    const failure = failureOf(await listen(model(`http://127.0.0.1:${port}/v1`)).done);
    assert.equal(failure.code, "model_error");
    raw.close();
  });

  test("a URL that is none, or not http, and a key with a line end are refused at once", () => {
    const given = { provider: "p", name: "m", agent };
    assert.throws(() => openaiCompatible({ ...given, baseUrl: "localhost" }), TypeError);
    assert.throws(() => openaiCompatible({ ...given, baseUrl: "ftp://localhost/v1" }), TypeError);
    assert.throws(() => openaiCompatible({ ...given, baseUrl: server.url, apiKey: "a\r\nb" }), TypeError);
  });
});

describe("openaiCompatible and its connections", () => {
  test("R-DETACH a cancel closes the call upstream, before the status, before a token and after some", async () => {
    for (const script of [neverAnswers, (call: { raw(text: string): void }) => call.raw(""), neverEnds()]) {
      const heard: Part[] = [];
      server.reply(script);
      const next = server.call(server.calls.length);
      const { cancel, done } = listen(model(), (part) => heard.push(part));
      done.then(() => assert.fail("an end after a cancel"));
      const upstream = await next;
      cancel();
      const before = heard.length;
      await upstream.cancelled;
      assert.equal(heard.length, before);
    }
  });

  test("a cancel from within the sink stops the rest of the same network chunk", async () => {
    server.reply((call) => {
      call.raw('data: {"choices":[{"delta":{"content":"a"}}]}\n\ndata: {"choices":[{"delta":{"content":"b"}}]}\n\n');
    });
    const next = server.call(server.calls.length);
    const heard: Part[] = [];
    const { cancel } = listen(model(), (part) => {
      heard.push(part);
      cancel();
    });
    await (await next).cancelled;
    assert.equal(heard.length, 1);
  });

  test("calls one after another share a connection, also after a refusal", async () => {
    let connections = 0;
    const own = await startModelServer(tokens(["a"]));
    const pool = upstreamAgent(own.url);
    const create = pool.createConnection.bind(pool);
    pool.createConnection = (...given) => {
      connections++;
      return create(...given);
    };
    const from = openaiCompatible({ provider: "p", name: "m", baseUrl: own.url, agent: pool });
    for (const script of [tokens(["a"]), refuse(429), tokens(["b"])]) {
      own.reply(script);
      await listen(from).done;
      await new Promise(setImmediate);
      while (Object.keys(pool.sockets).length > 0) await new Promise(setImmediate);
    }
    assert.equal(connections, 1);
    pool.destroy();
    await own.close();
  });

  test("kept connections that the server has closed cost one retry: it is made at once, and on a new one", async () => {
    const answer =
      'HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ncontent-length: 58\r\n\r\ndata: {"choices":[{"delta":{},"finish_reason":"stop"}]}\n\n\n\n';
    const sockets = new Set<Socket>();
    let requests = 0;
    // Answers a connection's first request, and resets it at the second.
    const raw = createServer((socket) => {
      sockets.add(socket);
      let first = true;
      socket.on("error", () => {});
      socket.on("data", () => {
        requests++;
        if (first) socket.write(answer);
        else socket.resetAndDestroy();
        first = false;
      });
    }).listen(0, "127.0.0.1");
    await once(raw, "listening");
    const { port } = raw.address() as { port: number };
    const from = model(`http://127.0.0.1:${port}/v1`);
    const allKept = async () => {
      while (Object.keys(agent.sockets).length > 0) await new Promise(setImmediate);
    };
    try {
      const first = await Promise.all([1, 2, 3, 4].map(() => listen(from).done));
      assert.deepEqual(
        first.map(({ error }) => error),
        [undefined, undefined, undefined, undefined],
      );
      await allKept();
      const failure = failureOf(await listen(from).done);
      assert.deepEqual([failure.code, failure.retryable, failure.retryAfterMs], ["model_cut", true, 0]);
      assert.equal(requests, 5, "what may have been seen is not sent again unasked");
      assert.equal((await listen(from).done).error, undefined);
      assert.equal(sockets.size, 5, "the other old connections are not tried");
    } finally {
      for (const socket of sockets) socket.destroy();
      raw.close();
    }
  });
});
