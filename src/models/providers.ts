import type { LanguageModelV4 } from "@ai-sdk/provider";
import type { Clock } from "../clock.ts";
import { settingError } from "../settings.ts";
import { createBuiltin } from "./builtin.ts";
import type { Continuing } from "./continuation.ts";
import { ollamaOrigin } from "./ollama.ts";
import { openaiCompatible } from "./openai-compatible.ts";
import type { UpstreamAgent } from "./upstream.ts";

/** What the environment says about models. Absent means unset. */
export type ProviderSettings = {
  /** How fast the built-in model speaks; 0: at once. */
  wordsPerSecond: number;
  openaiApiKey?: string | undefined;
  openaiBaseUrl?: string | undefined;
  anthropicApiKey?: string | undefined;
  ollamaHost?: string | undefined;
  /** CHATWAIT_BASE_URL and CHATWAIT_API_KEY: of `openai-compatible` models. */
  baseUrl?: string | undefined;
  apiKey?: string | undefined;
};

export type ProviderContext = {
  settings: ProviderSettings;
  clock: Clock;
  /** The pool of connections for an address. */
  agentFor(baseUrl: string): UpstreamAgent;
};

export type Provider = {
  /** In tokens, where CHATWAIT_CONTEXT_WINDOWS does not name the model. */
  contextWindow: number;
  /** How its models can be made to go on with a text; the first, unless CHATWAIT_CONTINUES says otherwise. */
  continues: readonly Continuing[];
  /** Opens one of its models by name, as the variable `setting` asks. Throws a `SettingError`. */
  open(name: string, context: ProviderContext, setting: string): LanguageModelV4 | Promise<LanguageModelV4>;
};

/** Every provider by the name that stands before the colon of a model's id. */
export const PROVIDERS: Readonly<Record<string, Provider>> = {
  builtin: {
    // It reads whatever fits into a request of 1 MiB, at about 4 bytes a token.
    contextWindow: 262_144,
    continues: ["exactly"],
    open(name, { settings, clock }, setting) {
      if (name === "chat") return createBuiltin({ clock, wordsPerSecond: settings.wordsPerSecond });
      throw settingError(setting, `${setting}: the built-in model is builtin:chat; there is no builtin:${name}.`);
    },
  },
  "openai-compatible": {
    // A guess, for the server does not tell: most open models of today take this much. Set it where yours takes less.
    contextWindow: 32_768,
    continues: ["continue_final_message", "assistant"],
    open(name, { settings, clock, agentFor }) {
      const baseUrl = required("CHATWAIT_BASE_URL", settings.baseUrl, "such as http://127.0.0.1:8000/v1");
      const apiKey = checkedKey("CHATWAIT_API_KEY", settings.apiKey);
      checkedUrl("CHATWAIT_BASE_URL", baseUrl);
      return openaiCompatible({
        provider: "openai-compatible",
        name,
        baseUrl,
        apiKey,
        agent: agentFor(baseUrl),
        clock,
      });
    },
  },
  ollama: {
    // Ollama's usual num_ctx, whatever the model could take; beyond it a prompt is cut, not refused.
    contextWindow: 4096,
    continues: ["assistant"],
    open(name, { settings, clock, agentFor }) {
      const baseUrl = `${checkedOllama(settings.ollamaHost)}/v1`;
      return openaiCompatible({ provider: "ollama", name, baseUrl, agent: agentFor(baseUrl), clock });
    },
  },
  openai: {
    // That of the gpt-4o family; newer models take more, and CHATWAIT_CONTEXT_WINDOWS can say so.
    contextWindow: 128_000,
    continues: [],
    async open(name, { settings }) {
      const apiKey = required("OPENAI_API_KEY", checkedKey("OPENAI_API_KEY", settings.openaiApiKey), "a key of OpenAI");
      const baseURL = settings.openaiBaseUrl;
      if (baseURL !== undefined) checkedUrl("OPENAI_BASE_URL", baseURL);
      // Loaded only where it is used: that takes 50 to 80 ms.
      const { createOpenAI } = await import("@ai-sdk/openai");
      // Chat completions and not responses: what OPENAI_BASE_URL points to often speaks only the former.
      return createOpenAI({ apiKey, ...(baseURL === undefined ? {} : { baseURL }) }).chat(name);
    },
  },
  anthropic: {
    // Claude 3 and later take at least this much.
    contextWindow: 200_000,
    continues: ["assistant"],
    async open(name, { settings }) {
      const key = checkedKey("ANTHROPIC_API_KEY", settings.anthropicApiKey);
      const apiKey = required("ANTHROPIC_API_KEY", key, "a key of Anthropic");
      const { createAnthropic } = await import("@ai-sdk/anthropic");
      return createAnthropic({ apiKey })(name);
    },
  },
};

function required(setting: string, value: string | undefined, what: string): string {
  if (value) return value;
  throw settingError(setting, `The model you chose needs ${setting}. Set it to its value, ${what}.`);
}

// What stands in a header must be visible ASCII. The key itself is never part of a message.
function checkedKey(setting: string, key: string | undefined): string | undefined {
  if (!key || /^[\x21-\x7e]+$/.test(key)) return key || undefined;
  throw settingError(setting, `${setting} holds spaces or other characters that no key has. Copy it again.`);
}

function checkedUrl(setting: string, url: string): void {
  const protocol = URL.canParse(url) ? new URL(url).protocol : undefined;
  if (protocol === "http:" || protocol === "https:") return;
  throw settingError(setting, `${setting} is no http or https URL. Write it like http://127.0.0.1:8000/v1.`);
}

function checkedOllama(host: string | undefined): string {
  try {
    return ollamaOrigin(host);
  } catch {
    throw settingError("OLLAMA_HOST", "OLLAMA_HOST is no address. Write it like 127.0.0.1:11434.");
  }
}
