import assert from "node:assert/strict";
import { test } from "node:test";
import { anthropicAnswer } from "../testing/anthropic-answer.ts";
import { startFleet } from "../testing/fleet.ts";
import { unlessInstalled } from "../testing/installed.ts";
import { type Script, startModelServer } from "../testing/model-server.ts";
import { type Received, resumeStream, startStream, textOf } from "../testing/sse-client.ts";

// Models that go on with a text, each told in its own way, when the server dies that was listening to them (R-TAKEOVER).

const skip = unlessInstalled("redis-server", "--version");

const WHOLE = "Once there was a duck.\n\n  - It swam,\n  - it said “quack” 🦆, and\n  - it went home.\n\nThat is all.";
const WORDS = /\s*\S+/g;
/** The model of Ollama ends its tokens in the space before the next word. */
const WORDS_AND_SPACE = /\S+\s*/g;
const piecesOf = (model: string) => WHOLE.match(model === "llama" ? WORDS_AND_SPACE : WORDS) ?? [];

/** How many words each model has said when its server dies. */
const CONTINUING = [
  { model: "openai-compatible:m", said: 9 },
  { model: "ollama:llama", said: 5 },
  { model: "anthropic:claude-sonnet-4-5", said: 12 },
  { model: "openai-compatible:plain", said: 3 },
];
const LOST = "Once there was a duck.";
const UNMARKED = "ollama:unmarked";
const REFUSING = "ollama:refusing";

type Sent = { role: string; content: string | { text: string }[] };
const textOfSent = ({ content }: Sent) =>
  typeof content === "string" ? content : content.map(({ text }) => text).join("");

/** What the last message begins, if it is the assistant's. */
function begunBy(body: Record<string, unknown>): string | undefined {
  const last = (body["messages"] as Sent[]).at(-1);
  return last?.role === "assistant" ? textOfSent(last) : undefined;
}

/** Says the whole, or what is missing of it; whoever asks for the whole is left waiting in the middle. */
const tellWhole: Script = async (call) => {
  const begun = begunBy(call.body);
  const model = String(call.body["model"]);
  if (begun !== undefined && model === "refusing") return call.answer(400, { error: { message: "No prefill." } });
  const answer = model.startsWith("claude") ? anthropicAnswer(call) : call;
  if (begun === undefined) {
    const { said } = CONTINUING.find((one) => one.model.endsWith(`:${model}`)) ?? { said: 5 };
    for (const piece of piecesOf(model).slice(0, said)) answer.push(piece);
    return call.cancelled;
  }
  assert.ok(WHOLE.startsWith(begun), "it is sent what it said");
  for (const piece of WHOLE.slice(begun.length).match(/\s*\S{1,3}/g) ?? []) answer.push(piece);
  answer.finish();
};

test("R-TAKEOVER models that are marked go on with their text in each way, others and those that refuse end as lost", {
  skip,
}, async (t) => {
  const model = await startModelServer(tellWhole);
  t.after(() => model.close());
  const ids = [...CONTINUING.map((one) => one.model), UNMARKED, REFUSING];
  const { servers } = await startFleet(t, 2, {
    CHATWAIT_MODELS: ids.join(","),
    CHATWAIT_CONTINUES: `${CONTINUING.slice(0, 3).map((one) => one.model)},openai-compatible:plain=assistant,${REFUSING}`,
    ...{ CHATWAIT_BASE_URL: model.url, OLLAMA_HOST: model.origin },
    ...{ ANTHROPIC_API_KEY: "k", ANTHROPIC_BASE_URL: model.url },
  });
  const [a, b] = servers;
  assert.ok(a && b);
  const streams = await Promise.all(ids.map((id) => startStream(a.url, { message: "Tell me", model: id })));
  await Promise.all(streams.map((stream, n) => stream.take(2 + (CONTINUING[n]?.said ?? 5))));
  assert.equal(model.calls.length, ids.length);
  const dead = performance.now();
  a.signal("SIGKILL");
  const read = async (n: number): Promise<Received[]> => {
    const stream = streams[n] ?? assert.fail();
    await stream.closed;
    const rest = await (await resumeStream(b.url, stream.events.at(-1)?.id ?? "")).rest();
    return [...stream.events, ...rest];
  };
  const received = await Promise.all(ids.map((_, n) => read(n)));
  assert.ok(performance.now() - dead < 10_000);

  for (const [n, { model: id }] of CONTINUING.entries()) {
    const events = received[n] ?? [];
    const [end, done] = events.slice(-2);
    assert.ok(end?.type === "message_end" && done?.type === "done", id);
    assert.deepEqual([textOf(events), end.content, end.reason, end.usage], [WHOLE, WHOLE, "stop", undefined], id);
    assert.deepEqual(
      events.map(({ seq }) => seq),
      events.map((_, index) => index + 1),
    );
  }
  for (const events of received.slice(CONTINUING.length)) {
    const [end, error] = events.slice(-2);
    assert.ok(end?.type === "message_end" && error?.type === "error");
    assert.deepEqual([end.content, textOf(events)], [LOST, LOST]);
    assert.deepEqual([error.error_code, error.retryable], ["generation_lost", true]);
  }
  const again = model.calls.slice(ids.length).map(({ body }) => `${body["model"]} ${body["continue_final_message"]}`);
  const once = ["claude-sonnet-4-5 undefined", "llama undefined", "m true", "plain undefined", "refusing undefined"];
  assert.deepEqual(again.sort(), once, "one call more for each that is marked");
});
