import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { manualClock } from "../../testing/manual-clock.ts";
import {
  cutAfter,
  endsWithoutFinish,
  errorInside,
  garbage,
  type ModelServer,
  refuse,
  type Script,
  startModelServer,
  tokens,
} from "../../testing/model-server.ts";
import { instantModel } from "../../testing/scripted-model.ts";
import { type Clock, systemClock } from "../clock.ts";
import { callModel } from "./call.ts";
import type { CallOptions, PartSink } from "./model.ts";
import { createRegistry, type OfferedModel, type RegistrySettings } from "./registry.ts";

const clock = manualClock();
const settings = (some: Partial<RegistrySettings> = {}): RegistrySettings => ({
  defaultId: "builtin:chat",
  furtherIds: [],
  contextWindows: {},
  continues: [],
  wordsPerSecond: 0,
  ...some,
});
const create = (some?: Partial<RegistrySettings>, extra: OfferedModel[] = []) =>
  createRegistry(settings(some), { clock, extra });

const options: CallOptions = { prompt: [{ role: "user", content: [{ type: "text", text: "Hello" }] }] };
const limits = { firstTokenMs: 5000, tokenGapMs: 5000, generationMs: 5000 };

// Between two attempts no test waits.
const hurried: Clock = { ...systemClock, after: (ms, action) => systemClock.after(ms < 5000 ? 0 : ms, action) };

/** What a client of this model would get: its text, its reason to finish, and the code of its failure. */
function ask({ model }: OfferedModel, heard = () => {}) {
  let text = "";
  let reason: string | undefined;
  return new Promise<{ text: string; code: string | undefined; reason: string | undefined }>((resolve) => {
    const sink: PartSink = {
      part(part) {
        if (part.type === "text-delta") text += part.delta;
        else if (part.type === "finish") reason = part.finishReason.unified;
        heard();
      },
      end: (error) => resolve({ text, reason, code: (error as { code?: string } | undefined)?.code }),
    };
    callModel(model, options, { clock: hurried, random: Math.random, limits }, sink);
  });
}

const offered = async (server: ModelServer, id: string) => {
  const addresses = { baseUrl: server.url, ollamaHost: server.origin, openaiBaseUrl: server.url, openaiApiKey: "k" };
  const registry = await create({ defaultId: id, ...addresses });
  return { registry, model: registry.get(id) ?? assert.fail("not offered") };
};

describe("createRegistry", () => {
  test("offers the default first, then further models, each with its context window", async () => {
    const registry = await create({
      furtherIds: ["ollama:llama3:8b", "anthropic:claude", "builtin:chat", "openai:gpt-5"],
      anthropicApiKey: "k",
      openaiApiKey: "k",
      contextWindows: { "openai:gpt-5": 400_000 },
    });
    assert.equal(registry.defaultId, "builtin:chat");
    assert.deepEqual(registry.list(), [
      { id: "builtin:chat", context_window: 262_144 },
      { id: "ollama:llama3:8b", context_window: 4096 },
      { id: "anthropic:claude", context_window: 200_000 },
      { id: "openai:gpt-5", context_window: 400_000 },
    ]);
    assert.equal(registry.get("ollama:llama3:8b")?.model.modelId, "llama3:8b");
    assert.equal(registry.get("openai:gpt-4"), undefined);
    await registry.close();
  });

  test("offers models that were made elsewhere, also as the default", async () => {
    const scripted = { id: "test:one", model: instantModel(["a"]), contextWindow: 10 };
    const registry = await create({ defaultId: "test:one", contextWindows: {} }, [scripted]);
    assert.equal(registry.get("test:one"), scripted);
    assert.equal(registry.list().length, 1);
  });

  test("R-TAKEOVER marks the models that can go on with a text, each in its provider's way or in the one that is named", async () => {
    const { get, close } = await create({
      furtherIds: ["openai-compatible:m", "openai-compatible:a=b", "ollama:llama3", "anthropic:claude", "ollama:no"],
      ...{ anthropicApiKey: "k", baseUrl: "http://127.0.0.1:1/v1" },
      continues: [
        ...["builtin:chat", "openai-compatible:m", "openai-compatible:a=b=assistant", "ollama:llama3"],
        "anthropic:claude=assistant",
      ],
    });
    const how = (id: string) => get(id)?.continues;
    assert.deepEqual(
      [how("openai-compatible:m"), how("openai-compatible:a=b"), how("ollama:llama3"), how("anthropic:claude")],
      ["continue_final_message", "assistant", "assistant", "assistant"],
    );
    assert.deepEqual([how("builtin:chat"), how("ollama:no")], ["exactly", undefined]);
    await close();
  });

  const mistakes: [name: string, some: Partial<RegistrySettings>, setting: string, says: RegExp][] = [
    ["an unknown provider", { defaultId: "gemini:pro" }, "CHATWAIT_MODEL", /"gemini:pro".*provider:model.*ollama/],
    ["a name of the prototype", { defaultId: "constructor:x" }, "CHATWAIT_MODEL", /provider:model/],
    ["no provider", { furtherIds: ["gpt-5"] }, "CHATWAIT_MODELS", /provider:model/],
    ["no name", { furtherIds: ["ollama:"] }, "CHATWAIT_MODELS", /provider:model/],
    ["another built-in", { furtherIds: ["builtin:poet"] }, "CHATWAIT_MODELS", /builtin:chat/],
    ["no base URL", { defaultId: "openai-compatible:m" }, "CHATWAIT_BASE_URL", /CHATWAIT_BASE_URL/],
    ["a bad base URL", { defaultId: "openai-compatible:m", baseUrl: "localhost:8000" }, "CHATWAIT_BASE_URL", /http/],
    [
      "a key with a line end",
      { defaultId: "openai-compatible:m", baseUrl: "http://a/v1", apiKey: "a\nb" },
      "CHATWAIT_API_KEY",
      /Copy it/,
    ],
    ["a mark for what is not offered", { continues: ["ollama:m"] }, "CHATWAIT_CONTINUES", /"ollama:m".*not offered/],
    [
      "a mark for a model of OpenAI",
      { defaultId: "openai:gpt-5", openaiApiKey: "k", continues: ["openai:gpt-5"] },
      "CHATWAIT_CONTINUES",
      /"openai:gpt-5".*anew.*Remove it/,
    ],
    [
      "a way that the provider has not",
      { defaultId: "ollama:m", continues: ["ollama:m=continue_final_message"] },
      "CHATWAIT_CONTINUES",
      /Write ollama:m=assistant\./,
    ],
    ["no OpenAI key", { defaultId: "openai:gpt-5" }, "OPENAI_API_KEY", /OPENAI_API_KEY/],
    [
      "a bad OpenAI URL",
      { defaultId: "openai:gpt-5", openaiApiKey: "k", openaiBaseUrl: "x" },
      "OPENAI_BASE_URL",
      /http/,
    ],
    ["no Anthropic key", { defaultId: "anthropic:claude" }, "ANTHROPIC_API_KEY", /ANTHROPIC_API_KEY/],
    ["a bad Ollama host", { defaultId: "ollama:llama3", ollamaHost: "a b" }, "OLLAMA_HOST", /127\.0\.0\.1:11434/],
    ["a window of nothing", { contextWindows: { "openai:gpt-5": 1 } }, "CHATWAIT_CONTEXT_WINDOWS", /not offered/],
  ];
  for (const [name, some, setting, says] of mistakes) {
    test(`${name} is a mistake in ${setting}`, async () => {
      await assert.rejects(create(some), (error: Error & { setting?: string }) => {
        assert.equal(error.setting, setting);
        assert.match(error.message, says);
        return true;
      });
    });
  }
});

describe("every provider that speaks OpenAI's chat completions", () => {
  const cases: [name: string, script: Script, text: string, code: string | undefined, reason: string | undefined][] = [
    ["a whole answer", tokens(["Hel", "lo"]), "Hello", undefined, "stop"],
    ["a long one", tokens(["a"], { reason: "length" }), "a", undefined, "length"],
    ["a 400", refuse(400), "", "model_error", undefined],
    ["a 429", refuse(429, { "retry-after": "60" }), "", "model_unavailable", undefined],
    ["a 500", refuse(500), "", "model_unavailable", undefined],
    ["a cut", cutAfter(["a", "b"]), "ab", "model_cut", undefined],
    ["an end without a finish reason", endsWithoutFinish(["a"]), "a", "model_cut", undefined],
    ["an error inside a 200", errorInside(["a"]), "a", "model_error", undefined],
    ["broken JSON", garbage("brokenJson"), "", "model_error", undefined],
  ];
  for (const id of ["openai-compatible:m", "ollama:m", "openai:m"]) {
    for (const [name, script, ...expected] of cases) {
      test(`${id}: ${name}`, async (t) => {
        const server = await startModelServer(script);
        t.after(() => server.close());
        const { registry, model } = await offered(server, id);
        const { text, code, reason } = await ask(model);
        assert.deepEqual([text, code, reason], expected);
        await registry.close();
      });
    }
  }

  test("close ends the connections, also those in use", async (t) => {
    const server = await startModelServer((call) => call.push("a"));
    t.after(() => server.close());
    const { registry, model } = await offered(server, "openai-compatible:m");
    let heard = () => {};
    const firstPart = new Promise<void>((resolve) => {
      heard = resolve;
    });
    const answer = ask(model, heard);
    await firstPart;
    await registry.close();
    await server.calls[0]?.cancelled;
    assert.equal((await answer).code, "model_cut");
  });
});
