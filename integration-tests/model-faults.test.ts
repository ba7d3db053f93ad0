import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { type ErrorCode, isRetryable, statusOf } from "../src/protocol/errors.ts";
import { serverFor } from "../testing/driven-server.ts";
import { manualClock } from "../testing/manual-clock.ts";
import {
  byHand,
  cutAfter,
  endsWithoutFinish,
  errorInside,
  garbage,
  garbageKinds,
  inPieces,
  inTurn,
  neverAnswers,
  neverEnds,
  refuse,
  type Script,
  startModelServer,
  tokens,
} from "../testing/model-server.ts";
import { openStream, requestJson, textOf } from "../testing/sse-client.ts";
import { until } from "../testing/until.ts";

// Faults of the model, by a real OpenAI-compatible server that misbehaves; time is in the test's hands.

const KEY = "sk-do-not-tell-anyone";

async function setUp(t: TestContext, script: Script) {
  const upstream = await startModelServer(script);
  t.after(() => upstream.close());
  const clock = manualClock();
  const env = {
    CHATWAIT_MODEL: "openai-compatible:m",
    CHATWAIT_BASE_URL: upstream.url,
    CHATWAIT_API_KEY: KEY,
  };
  const app = await serverFor(t, { clock, env });
  /** How many calls upstream have come out so, by the server's own count. */
  const outcomes = async (outcome: string) => {
    const { text } = await requestJson(`${app.url}/metrics`);
    return Number(new RegExp(`upstream_calls_total\\{outcome="${outcome}"\\} (\\d+)`).exec(text)?.[1] ?? 0);
  };
  const outcome = (name: string, count: number) =>
    until(async () => (await outcomes(name)) >= count, `${count} ${name}`);
  return { app, clock, upstream, outcomes, outcome };
}

type SetUp = Awaited<ReturnType<typeof setUp>>;

type Told = { text: string; reason: string | undefined; code: string | undefined };

/** Asks in either mode, and reads the text from the stream where waiting gives none. All that was said is checked for secrets. */
const modes = {
  async wait({ app }: SetUp): Promise<Told> {
    const answer = await requestJson(`${app.url}/chat/wait`, { body: { message: "Hi" } });
    const { body } = answer;
    assertNoSecret(app, answer.text);
    if (answer.status === 200) return { text: body.message.content, reason: body.reason, code: undefined };
    assert.equal(answer.status, statusOf(body.error_code));
    assert.equal(body.retryable, isRetryable(body.error_code));
    const accept = { headers: { accept: "application/json" } };
    const [message] = (await requestJson(`${app.url}/chat/streaming/${body.stream_id}`, accept)).body.messages;
    return { text: message?.content ?? "", reason: message?.reason, code: body.error_code };
  },
  async stream({ app }: SetUp): Promise<Told> {
    const stream = await openStream(`${app.url}/chat/streaming`, { body: { message: "Hi" } });
    const events = await stream.rest();
    assertNoSecret(app, stream.text);
    const end = events.find((event) => event.type === "message_end");
    const last = events.at(-1);
    if (last?.type === "error") assert.equal(last.retryable, isRetryable(last.error_code as ErrorCode));
    assert.equal(events.filter(({ type }) => type === "done" || type === "error").length, 1, "R-ONE");
    assert.equal(end?.content ?? "", textOf(events), "R-TEXT");
    return { text: textOf(events), reason: end?.reason, code: last?.type === "error" ? last.error_code : undefined };
  },
};

function assertNoSecret({ logs }: SetUp["app"], ...texts: string[]) {
  // A client is not even told the model's status; who runs the server is, but nobody a text of the model or a key.
  assert.doesNotMatch(texts.join(), /SECRET|sk-do|ECONN|status \d{3}/);
  assert.doesNotMatch(JSON.stringify(logs.filter(({ msg }) => msg !== "listening")), /SECRET|sk-do/);
}

const partial = ["Hel", "lo ", "👩‍🚀"];
const PARTIAL = partial.join("");

const faults: [name: string, script: Script, told: Told, calls: number][] = [
  ["a whole answer", tokens(partial), { text: PARTIAL, reason: "stop", code: undefined }, 1],
  ["an answer in single bytes", inPieces(partial), { text: PARTIAL, reason: "stop", code: undefined }, 1],
  ...[400, 401, 403, 404, 422].map((status): [string, Script, Told, number] => [
    `a ${status}`,
    refuse(status),
    { text: "", reason: undefined, code: "model_error" },
    1,
  ]),
  ["an error inside a 200", errorInside(), { text: "", reason: undefined, code: "model_error" }, 1],
  [
    "an error inside a 200 after some text",
    errorInside(partial),
    { text: PARTIAL, reason: "error", code: "model_error" },
    1,
  ],
  ["a cut after some text", cutAfter(partial), { text: PARTIAL, reason: "error", code: "model_cut" }, 1],
  ["an end without a finish", endsWithoutFinish(partial), { text: PARTIAL, reason: "error", code: "model_cut" }, 1],
  [
    "a long Retry-After",
    refuse(429, { "retry-after": "3600" }),
    { text: "", reason: undefined, code: "model_unavailable" },
    1,
  ],
];

for (const [mode, ask] of Object.entries(modes)) {
  for (const [name, script, told, calls] of faults) {
    test(`${mode}: ${name} is told as ${told.code ?? told.reason}, with the text so far`, async (t) => {
      const server = await setUp(t, script);
      assert.deepEqual(await ask(server), told);
      assert.equal(server.upstream.calls.length, calls);
      assert.equal(server.upstream.calls[0]?.headers.authorization, `Bearer ${KEY}`);
    });
  }

  for (const kind of garbageKinds) {
    test(`${mode}: garbage (${kind}) is model_error`, async (t) => {
      const server = await setUp(t, garbage(kind));
      const told = await ask(server);
      assert.equal(told.code, "model_error");
      assert.equal(server.upstream.calls.length, 1);
    });
  }

  for (const [status, script] of [
    [429, refuse(429)],
    [500, refuse(500)],
    [503, refuse(503)],
  ] as const) {
    test(`${mode}: a ${status} is asked again twice, then it is model_unavailable`, async (t) => {
      const server = await setUp(t, script);
      const telling = ask(server);
      for (const retry of [1, 2]) {
        await server.outcome("retried", retry);
        server.clock.advance(2000);
      }
      assert.deepEqual(await telling, { text: "", reason: undefined, code: "model_unavailable" });
      assert.equal(server.upstream.calls.length, 3);
    });
  }

  test(`${mode}: a cut before the first token is asked again, and the answer is whole`, async (t) => {
    const server = await setUp(t, inTurn(cutAfter([]), tokens(partial)));
    const telling = ask(server);
    await server.outcome("retried", 1);
    server.clock.advance(2000);
    assert.deepEqual(await telling, { text: PARTIAL, reason: "stop", code: undefined });
    assert.equal(server.upstream.calls.length, 2);
  });

  test(`${mode}: a Retry-After of 3 s is honoured to the millisecond`, async (t) => {
    const server = await setUp(t, inTurn(refuse(429, { "retry-after": "3" }), tokens(partial)));
    const telling = ask(server);
    await server.outcome("retried", 1);
    server.clock.advance(2999);
    await server.outcomes("ok");
    assert.equal(server.upstream.calls.length, 1);
    server.clock.advance(100);
    assert.deepEqual(await telling, { text: PARTIAL, reason: "stop", code: undefined });
  });

  test(`${mode}: a model that never answers is model_timeout after 60 s, and is asked once`, async (t) => {
    const server = await setUp(t, neverAnswers);
    const telling = ask(server);
    const call = await server.upstream.call();
    server.clock.advance(59_999);
    assert.equal(await server.outcomes("model_timeout"), 0);
    server.clock.advance(1);
    assert.deepEqual(await telling, { text: "", reason: undefined, code: "model_timeout" });
    await call.cancelled;
    assert.equal(server.upstream.calls.length, 1);
  });

  test(`${mode}: a model that falls silent for 30 s is model_timeout, with the text so far`, async (t) => {
    const server = await setUp(t, byHand);
    const telling = ask(server);
    const call = await server.upstream.call();
    call.push("Hel");
    await until(async () => /chatwait_tokens_total 1\b/.test((await requestJson(`${server.app.url}/metrics`)).text));
    server.clock.advance(29_999);
    assert.equal(await server.outcomes("model_timeout"), 0);
    server.clock.advance(1);
    assert.deepEqual(await telling, { text: "Hel", reason: "timeout", code: "model_timeout" });
    await call.cancelled;
  });

  test(`${mode}: a model that never ends is model_timeout after 10 min, however busy, and its call is closed`, async (t) => {
    const server = await setUp(t, neverEnds(1, "more "));
    const telling = ask(server);
    const call = await server.upstream.call();
    // It goes on talking while the time passes: no gap is ever as long as its limit.
    for (let passed = 0; passed < 600_000; passed += 20_000) {
      const { text } = await requestJson(`${server.app.url}/metrics`);
      const before = Number(/chatwait_tokens_total (\d+)/.exec(text)?.[1] ?? 0);
      await until(async () => {
        const { text } = await requestJson(`${server.app.url}/metrics`);
        return Number(/chatwait_tokens_total (\d+)/.exec(text)?.[1] ?? 0) > before;
      });
      assert.equal(await server.outcomes("model_timeout"), 0);
      server.clock.advance(20_000);
    }
    const told = await telling;
    assert.deepEqual([told.reason, told.code], ["timeout", "model_timeout"]);
    assert.match(told.text, /^(?:more )+$/);
    await call.cancelled;
  });
}

test("a model server that cannot be reached is model_unavailable, with Retry-After", async (t) => {
  const server = await setUp(t, byHand);
  await server.upstream.close();
  const asking = requestJson(`${server.app.url}/chat/wait`, { body: { message: "Hi" } });
  for (const retry of [1, 2]) {
    await server.outcome("retried", retry);
    server.clock.advance(2000);
  }
  const { status, headers, body, text } = await asking;
  assert.deepEqual([status, body.error_code, body.retryable], [503, "model_unavailable", true]);
  assert.match(String(headers["retry-after"]), /^[1-9]\d*$/);
  assert.doesNotMatch(text, /127\.0\.0\.1|ECONN/);
  assertNoSecret(server.app);
});

test("an answer that failed is not an answer: neither mode ever says that it is complete", async (t) => {
  for (const script of [cutAfter(partial), endsWithoutFinish(partial), errorInside(partial)]) {
    const server = await setUp(t, script);
    for (const ask of Object.values(modes)) assert.notEqual((await ask(server)).code, undefined);
  }
});
