import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { anthropicAnswer } from "../../testing/anthropic-answer.ts";
import { manualClock } from "../../testing/manual-clock.ts";
import { type ModelServer, refuse, type Script, startModelServer, tokens } from "../../testing/model-server.ts";
import { scriptedModel } from "../../testing/scripted-model.ts";
import { type CallDeps, callModel } from "./call.ts";
import { canContinue, continuation, type Said } from "./continuation.ts";
import type { CallOptions, Part } from "./model.ts";
import { createRegistry, type OfferedModel } from "./registry.ts";

const QUESTION: CallOptions = {
  prompt: [
    { role: "system", content: "Be brief." },
    { role: "user", content: [{ type: "text", text: "Hello?" }] },
  ],
  maxOutputTokens: 100,
};
const said = (text: string, some: Partial<Said> = {}): Said => ({ text, pieces: 1, thought: false, ...some });
const CALL: CallDeps = {
  clock: manualClock(),
  random: () => 0,
  limits: { firstTokenMs: 60_000, tokenGapMs: 30_000, generationMs: 600_000 },
};

type Heard = { text: string; parts: Part[]; code: string | undefined };

/** What is heard of the call that goes on with a text. */
function goOn(offered: OfferedModel, before: Said, options = QUESTION): Promise<Heard> {
  const call = continuation(offered, options, before) ?? assert.fail("It cannot go on.");
  const parts: Part[] = [];
  return new Promise((resolve) => {
    const end = (error?: unknown) => {
      const text = parts.map((part) => (part.type === "text-delta" ? part.delta : "")).join("");
      resolve({ text, parts, code: (error as { code?: string } | undefined)?.code });
    };
    callModel(call.model, call.options, CALL, { part: (part) => void parts.push(part), end });
  });
}

const IDS = ["openai-compatible:m", "ollama:m", "anthropic:claude-sonnet-4-5"];

/** A model of that id, which another server of the test's answers for. */
async function offered(server: ModelServer, id: string, entry = id): Promise<OfferedModel> {
  process.env["ANTHROPIC_BASE_URL"] = server.url;
  const registry = await createRegistry(
    {
      ...{ defaultId: id, furtherIds: [], contextWindows: {}, wordsPerSecond: 0, continues: [entry] },
      ...{ baseUrl: server.url, ollamaHost: server.origin, anthropicApiKey: "k" },
    },
    { clock: manualClock() },
  );
  return registry.get(id) ?? assert.fail("not offered");
}

const anthropicTokens =
  (texts: readonly string[]): Script =>
  (call) => {
    const answer = anthropicAnswer(call);
    for (const text of texts) answer.push(text);
    answer.finish();
  };

const says = (id: string, texts: readonly string[]): Script =>
  id.startsWith("anthropic:") ? anthropicTokens(texts) : tokens(texts);

describe("R-TAKEOVER what is sent to go on with a text", () => {
  const prefilled = (text: string) => [
    { role: "system", content: "Be brief." },
    { role: "user", content: "Hello?" },
    { role: "assistant", content: text },
  ];
  const flags = { continue_final_message: true, add_generation_prompt: false };
  const none = { continue_final_message: undefined, add_generation_prompt: undefined };

  for (const [id, entry, told] of [
    ["openai-compatible:m", "openai-compatible:m", flags],
    ["openai-compatible:m", "openai-compatible:m=continue_final_message", flags],
    ["openai-compatible:m", "openai-compatible:m=assistant", none],
    ["ollama:m", "ollama:m", none],
  ] as const) {
    test(`${entry}: the text so far as the last message, without the space at its end`, async (t) => {
      const server = await startModelServer(tokens(["there", "."]));
      t.after(() => server.close());
      assert.equal((await goOn(await offered(server, id, entry), said("Well, hello \n"))).text, "there.");
      const { messages, continue_final_message, add_generation_prompt, stream } = server.calls[0]?.body ?? {};
      assert.deepEqual(messages, prefilled("Well, hello"));
      assert.deepEqual({ continue_final_message, add_generation_prompt }, told);
      assert.equal(stream, true);
    });
  }

  test("anthropic: the text so far as the last message, without the space at its end", async (t) => {
    const server = await startModelServer(anthropicTokens(["there", "."]));
    t.after(() => server.close());
    const model = await offered(server, "anthropic:claude-sonnet-4-5");
    assert.equal((await goOn(model, said("Well, hello \n"))).text, "there.");
    const { messages, system } = server.calls[0]?.body ?? {};
    assert.deepEqual(system, [{ type: "text", text: "Be brief." }]);
    assert.deepEqual(messages, [
      { role: "user", content: [{ type: "text", text: "Hello?" }] },
      { role: "assistant", content: [{ type: "text", text: "Well, hello" }] },
    ]);
  });

  test("R-SAME an answer that has all its tokens ends with them: nobody is asked for one more", async () => {
    const { model, calls } = scriptedModel();
    const marked: OfferedModel = { id: "m", model, contextWindow: 1000, continues: "assistant" };
    const { parts, text, code } = await goOn(marked, said("y".repeat(400), { pieces: 100 }));
    assert.deepEqual([calls.length, text, code], [0, "", undefined]);
    const [finish] = parts;
    assert.ok(finish?.type === "finish" && parts.length === 1);
    assert.deepEqual([finish.finishReason.unified, finish.usage.outputTokens.total], ["length", undefined]);
  });

  test("as many tokens as are left, and one where that is only an estimate", async (t) => {
    const server = await startModelServer();
    t.after(() => server.close());
    const model = await offered(server, "openai-compatible:m");
    const cases: [Said, number][] = [
      [said("a b c d e", { pieces: 9 }), 91],
      [said("x".repeat(200), { pieces: 2 }), 50],
      [said("💬".repeat(20), { pieces: 2 }), 80],
      [said("y".repeat(4000), { pieces: 99 }), 1],
    ];
    for (const [before] of cases) await goOn(model, before);
    assert.deepEqual(
      server.calls.map(({ body }) => body["max_tokens"]),
      cases.map(([, left]) => left),
    );
    await goOn(model, said("Well"), { prompt: QUESTION.prompt });
    assert.equal(server.calls.at(-1)?.body["max_tokens"], undefined, "no limit stays no limit");
  });

  test("where nothing, or nothing but space, was said, the question as it was", async (t) => {
    const server = await startModelServer(tokens(["\n", "\nHello"]));
    t.after(() => server.close());
    const model = await offered(server, "openai-compatible:m");
    assert.equal((await goOn(model, said(""))).text, "\n\nHello");
    assert.equal((await goOn(model, said("\n"))).text, "\nHello");
    for (const { body } of server.calls) {
      assert.deepEqual(body["messages"], prefilled("").slice(0, 2));
      assert.equal(body["continue_final_message"], undefined);
    }
  });

  test("an ordinary call says nothing of going on", async (t) => {
    const server = await startModelServer();
    t.after(() => server.close());
    const { model } = await offered(server, "openai-compatible:m");
    await model.doGenerate(QUESTION);
    assert.ok(!("continue_final_message" in (server.calls[0]?.body ?? {})));
  });
});

describe("R-TAKEOVER what is heard of a call that goes on", () => {
  for (const id of IDS) {
    test(`${id}: no space is lost or doubled, whether or not the model says it again`, async (t) => {
      const server = await startModelServer();
      t.after(() => server.close());
      const model = await offered(server, id);
      const cases: [before: string, pieces: string[], after: string][] = [
        ["Well, hello", [" there"], " there"],
        ["Well, hello ", [" there"], "there"],
        ["Well, hello ", ["there"], "there"],
        ["Well, hello\n", ["\n", "\n- there"], "\n- there"],
        ["Well, hello\n\n", ["\n", "\n", "there"], "there"],
        ["Well, hello\n\n", [" there"], " there"],
        ["Well, hello ", ["  there"], " there"],
        ["Well, hello ", [], ""],
      ];
      for (const [before, pieces, after] of cases) {
        server.reply(says(id, pieces));
        const { text, code } = await goOn(model, said(before));
        assert.deepEqual([text, code], [after, undefined], JSON.stringify([before, pieces]));
      }
    });

    test(`${id}: a refusal is a failure before any text`, async (t) => {
      const server = await startModelServer(refuse(400));
      t.after(() => server.close());
      const { parts, code } = await goOn(await offered(server, id), said("Well"));
      assert.deepEqual([parts.filter(({ type }) => type === "text-delta"), code], [[], "model_error"]);
      assert.equal(server.calls.length, 1);
    });

    test(`${id}: an answer begun anew is a failure before any text`, async (t) => {
      const server = await startModelServer(says(id, ["Well,", " hello", " there", ", my friend"]));
      t.after(() => server.close());
      const { text, code } = await goOn(await offered(server, id), said("Well, hello there, my fr"));
      assert.deepEqual([text, code], ["", "model_error"]);
    });
  }

  test("an answer begun anew is known by its words, whatever space is before them", async () => {
    const { model, calls } = scriptedModel();
    const marked: OfferedModel = { id: "m", model, contextWindow: 1000, continues: "assistant" };
    const cases: [before: string, pieces: string[]][] = [
      ["Hello there, my friend", ["\n", "Hello", " there, my friend"]],
      [" Hello there, my friend", ["Hello there, my friend"]],
      ["Hello there, my friend \n", [" ", "\n\n", "\tHello there, my friend"]],
    ];
    for (const [before, pieces] of cases) {
      const heard = goOn(marked, said(before));
      calls.at(-1)?.text(...pieces);
      calls.at(-1)?.finish();
      assert.deepEqual([(await heard).text, (await heard).code], ["", "model_error"], JSON.stringify([before, pieces]));
    }
    const other = goOn(marked, said("Hello there, my friend"));
    calls.at(-1)?.text("\n", "\nHello", " you");
    calls.at(-1)?.finish();
    assert.equal((await other).text, "\n\nHello you", "the space of another text is not lost");
  });

  test("wherever it is cut and however it comes, the whole is what it would have been", async () => {
    const words = fc.array(fc.constantFrom("a", "b", " ", "\n", "😀", "ab", " c", "\n\n"), {
      minLength: 1,
      maxLength: 30,
    });
    await fc.assert(
      fc.asyncProperty(words, words, async (first, rest) => {
        const { model, calls } = scriptedModel();
        const before = `X${first.join("")}`;
        const kept = before.trimEnd();
        // As models do: they go on behind what they were sent.
        const answer = before.slice(kept.length) + rest.join("");
        if (answer.trimStart().startsWith("X")) return;
        const heard = goOn({ id: "m", model, contextWindow: 1000, continues: "assistant" }, said(before));
        for (const character of answer) calls[0]?.text(character);
        calls[0]?.finish();
        assert.equal(kept + answer, before + (await heard).text);
      }),
      { numRuns: 200 },
    );
  });

  test("a beginning that only seems to come again is shown once it is another, or over", async () => {
    const { model, calls } = scriptedModel();
    const before = said("Well, hello there, my friend");
    const marked: OfferedModel = { id: "m", model, contextWindow: 1000, continues: "assistant" };
    const other = goOn(marked, before);
    calls[0]?.text("Well", ", he", "y");
    calls[0]?.finish();
    assert.equal((await other).text, "Well, hey");
    const over = goOn(marked, before);
    calls[1]?.text("We");
    calls[1]?.finish();
    assert.equal((await over).text, "We");
  });

  test("a model that thinks again is not listened to; once it speaks it may", async () => {
    const { model, calls } = scriptedModel();
    const marked: OfferedModel = { id: "m", model, contextWindow: 1000, continues: "assistant" };
    const again = goOn(marked, said("Well"));
    calls[0]?.reasoning("Hm");
    assert.deepEqual([(await again).text, (await again).code], ["", "model_error"]);
    assert.ok(calls[0]?.isCancelled);
    const later = goOn(marked, said("Well"));
    calls[1]?.text(", so");
    calls[1]?.reasoning("Hm");
    calls[1]?.finish();
    assert.deepEqual([(await later).text, (await later).code], [", so", undefined]);
  });

  test("what an answer of two calls used was counted by nobody", async () => {
    const { model, calls } = scriptedModel();
    const heard = goOn({ id: "m", model, contextWindow: 1000, continues: "assistant" }, said("Well"));
    calls[0]?.text(".");
    calls[0]?.finish({ usage: { input: 5, output: 1 } });
    const finish = (await heard).parts.find(({ type }) => type === "finish");
    assert.ok(finish?.type === "finish");
    assert.deepEqual([finish.finishReason.unified, finish.usage.outputTokens.total], ["stop", undefined]);
  });
});

test("R-TAKEOVER only a model that was marked goes on with a text, and none that thought first", () => {
  const { model } = scriptedModel();
  const unmarked: OfferedModel = { id: "m", model, contextWindow: 1000 };
  const marked: OfferedModel = { ...unmarked, continues: "assistant" };
  assert.deepEqual(
    [unmarked, marked].map((one) => canContinue(one, said("Well"))),
    [false, true],
  );
  assert.equal(continuation(unmarked, QUESTION, said("Well")), undefined);
  assert.equal(canContinue(marked, said("Well", { thought: true })), false);
  assert.equal(canContinue(unmarked, said("", { thought: true })), true);
  assert.deepEqual(continuation(unmarked, QUESTION, said("")), { model, options: QUESTION });
});
