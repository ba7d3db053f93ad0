import type { LanguageModelV4 } from "@ai-sdk/provider";
import type { Clock } from "../clock.ts";
import { settingError } from "../settings.ts";
import type { Continuing } from "./continuation.ts";
import { markContinuing } from "./continuing-models.ts";
import { PROVIDERS, type Provider, type ProviderContext, type ProviderSettings } from "./providers.ts";
import { type UpstreamAgent, upstreamAgent } from "./upstream.ts";

/**
 * A model that clients may name; `id` is `provider:name`, `contextWindow` in tokens, `continues` how it is made to go on with a
 * text, absent where it is not.
 */
export type OfferedModel = { id: string; model: LanguageModelV4; contextWindow: number; continues?: Continuing };

export type RegistrySettings = ProviderSettings & {
  /** CHATWAIT_MODEL: the id that answers where a request names none. */
  defaultId: string;
  /** CHATWAIT_MODELS: ids of further models. */
  furtherIds: readonly string[];
  /** CHATWAIT_CONTEXT_WINDOWS: tokens by id, over the provider's default. */
  contextWindows: Readonly<Record<string, number>>;
  /** CHATWAIT_CONTINUES: ids of models that can go on with a text, each as `id` or `id=how`. */
  continues: readonly string[];
};

export type RegistryDeps = {
  clock: Clock;
  /** Models that were made elsewhere: offered besides, and found before a provider is asked. */
  extra?: readonly OfferedModel[];
};

export type Registry = {
  readonly defaultId: string;
  get(id: string): OfferedModel | undefined;
  /** For GET /models: the default first. */
  list(): { id: string; context_window: number }[];
  /** Closes the connections to models. Cancel the calls first: one that still runs is cut. */
  close(): Promise<void>;
};

/**
 * Opens the models that the settings name. Rejects with a `SettingError` that names the environment variable and says how to
 * mend it; asks no model anything.
 */
export async function createRegistry(
  settings: RegistrySettings,
  { clock, extra = [] }: RegistryDeps,
): Promise<Registry> {
  const { defaultId, furtherIds, contextWindows, continues } = settings;
  const agents = new Map<string, UpstreamAgent>();
  const agentFor = (baseUrl: string) => {
    const scheme = new URL(baseUrl).protocol;
    const agent = agents.get(scheme) ?? upstreamAgent(baseUrl);
    agents.set(scheme, agent);
    return agent;
  };
  const context: ProviderContext = { settings, clock, agentFor };
  const made = new Map(extra.map((offered) => [offered.id, offered]));
  const offered = new Map<string, OfferedModel>();
  const offer = async (id: string, setting: string) => {
    offered.set(id, made.get(id) ?? (await open(id, setting, context, contextWindows[id])));
  };
  await offer(defaultId, "CHATWAIT_MODEL");
  for (const id of furtherIds) if (!offered.has(id)) await offer(id, "CHATWAIT_MODELS");
  for (const [id, model] of made) offered.set(id, model);
  checkWindows(contextWindows, offered);
  markContinuing(continues, offered);

  return {
    defaultId,
    get: (id) => offered.get(id),
    list: () => [...offered.values()].map(({ id, contextWindow }) => ({ id, context_window: contextWindow })),
    async close() {
      for (const agent of agents.values()) agent.destroy();
    },
  };
}

async function open(id: string, setting: string, context: ProviderContext, window?: number): Promise<OfferedModel> {
  const colon = id.indexOf(":");
  const name = id.slice(colon + 1);
  const provider = providerOf(id.slice(0, Math.max(colon, 0)));
  if (!provider || name === "") {
    const known = Object.keys(PROVIDERS).join(", ");
    throw settingError(setting, `${setting} names "${id}". Write provider:model; the providers are ${known}.`);
  }
  return { id, model: await provider.open(name, context, setting), contextWindow: window ?? provider.contextWindow };
}

const providerOf = (name: string): Provider | undefined =>
  Object.hasOwn(PROVIDERS, name) ? PROVIDERS[name] : undefined;

// A window that is set for nothing is a slip of the pen, and would go unnoticed until an answer forgets too much.
function checkWindows(windows: Readonly<Record<string, number>>, offered: ReadonlyMap<string, OfferedModel>): void {
  const setting = "CHATWAIT_CONTEXT_WINDOWS";
  for (const id of Object.keys(windows)) {
    if (offered.has(id)) continue;
    throw settingError(
      setting,
      `${setting} names "${id}", which is not offered. Add it to CHATWAIT_MODELS, or remove it.`,
    );
  }
}
