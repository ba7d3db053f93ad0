import type { Clock } from "../../../src/clock.ts";
import { callModel } from "../../../src/models/call.ts";
import {
  createRegistry,
  type OfferedModel,
  type Registry,
  type RegistrySettings,
} from "../../../src/models/registry.ts";
import type { Failure } from "../../../src/protocol/errors.ts";
import { isSettingError } from "../../../src/settings.ts";
import { type Finding, finding } from "./finding.ts";

/** Whether the models that the settings name answer. */

export type ModelDeps = {
  clock: Clock;
  /** For tests: models that were made elsewhere. */
  extra?: readonly OfferedModel[];
  /** Without asking any: only whether the settings have what they need. */
  free?: boolean;
  /** Told before each real call, for that takes its time and costs a token. */
  onCall?(id: string): void;
};

/** A model that has to be loaded first, as Ollama's, may take as long. */
const PATIENCE_MS = 30_000;

export async function checkModels(
  settings: RegistrySettings,
  { clock, extra = [], free = false, onCall }: ModelDeps,
): Promise<Finding[]> {
  let registry: Registry;
  try {
    registry = await createRegistry(settings, { clock, extra });
  } catch (error) {
    if (isSettingError(error)) return [finding("model", "fail", error.message)];
    throw error;
  }
  const findings = free ? [finding("model", "skip", "The models of the settings were not asked (--no-model).")] : [];
  for (const id of free ? [] : new Set([settings.defaultId, ...settings.furtherIds])) {
    const offered = registry.get(id);
    if (offered) findings.push(await checkModel(offered, clock, onCall));
  }
  await registry.close();
  return findings;
}

async function checkModel({ id, model }: OfferedModel, clock: Clock, onCall?: (id: string) => void): Promise<Finding> {
  if (id === "builtin:chat") return finding("model", "ok", "builtin:chat needs no key and no network.");
  onCall?.(id);
  const since = clock.now();
  const failure = await oneToken(model, clock);
  const seconds = ((clock.now() - since) / 1000).toFixed(1);
  if (!failure) return finding("model", "ok", `${id} answers (${seconds} s; one token was asked for).`);
  return finding("model", "fail", `${id}: ${failure.message}${causeOf(failure)}`, adviceFor(id, failure));
}

function oneToken(model: OfferedModel["model"], clock: Clock): Promise<Failure | undefined> {
  const limits = { firstTokenMs: PATIENCE_MS, tokenGapMs: PATIENCE_MS, generationMs: PATIENCE_MS };
  const options = {
    prompt: [{ role: "user" as const, content: [{ type: "text" as const, text: "Hi" }] }],
    maxOutputTokens: 1,
  };
  return new Promise((done) => {
    callModel(
      model,
      options,
      { clock, random: Math.random, limits },
      { part: () => {}, end: done as (error?: unknown) => void },
    );
  });
}

/** A status or a code of the system, never a text of the model's server. */
const causeOf = ({ cause }: Failure): string => (typeof cause === "string" ? ` (${cause})` : "");

function adviceFor(id: string, { code, cause }: Failure): string {
  const [provider = ""] = id.split(":", 1);
  if (cause === "status 401" || cause === "status 403")
    return `The key is not accepted. Check ${KEYS[provider] ?? "the key of its provider"}.`;
  if (cause === "status 404")
    return `There is no such model. Check the name behind "${provider}:"${provider === "ollama" ? `, or: ollama pull ${id.slice(7)}` : ""}.`;
  if (cause === "status 429") return "The limit or the credit of the account is used up.";
  if (code === "model_unavailable")
    return `Its server cannot be reached or is overloaded. Check ${ADDRESSES[provider] ?? "the network"}.`;
  if (code === "model_timeout") return `It did not answer within ${PATIENCE_MS / 1000} s.`;
  return "It was reached and refused, or answered with something unreadable. Check the model's name and its server.";
}

const KEYS: Readonly<Record<string, string>> = {
  openai: "OPENAI_API_KEY",
  anthropic: "ANTHROPIC_API_KEY",
  "openai-compatible": "CHATWAIT_API_KEY",
};
const ADDRESSES: Readonly<Record<string, string>> = {
  openai: "the network, and OPENAI_BASE_URL where it is set",
  "openai-compatible": "CHATWAIT_BASE_URL",
  ollama: "OLLAMA_HOST, and that Ollama runs",
};
