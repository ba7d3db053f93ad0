import type { TestContext } from "node:test";
import { type ModelServer, type Script, type ServerCall, startModelServer } from "./model-server.ts";
import { type AgentSpec, type WorldApp, type WorldAppOptions, worldApp } from "./world-app.ts";

export type UpstreamWorld = WorldApp & {
  /** The server that answers for all agents. */
  upstream: ModelServer;
};

/** The model by which agents of an {@link upstreamWorld} are answered for over real HTTP. */
export const UPSTREAM = "openai-compatible:m";

/** As `worldApp`, but what agents say comes from a model server. A script knows who asks by {@link agentOf}. */
export async function upstreamWorld(
  t: TestContext,
  script: Script,
  { agents = ["Vera", "Otto"], env = {}, ...options }: WorldAppOptions = {},
): Promise<UpstreamWorld> {
  const upstream = await startModelServer(script);
  t.after(() => upstream.close());
  const settings = { CHATWAIT_MODELS: UPSTREAM, CHATWAIT_BASE_URL: upstream.url, ...env };
  const answered = agents.map((agent): AgentSpec => {
    return { model: UPSTREAM, ...(typeof agent === "string" ? { name: agent } : agent) };
  });
  return { ...(await worldApp(t, { ...options, env: settings, agents: answered })), upstream };
}

export type Told = { role: string; content: string };

/** What a call was told besides who it is. */
export const toldTo = ({ body }: ServerCall): Told[] => messagesOf(body).filter(({ role }) => role !== "system");

/** Which agent asks. */
export function agentOf({ body }: ServerCall): string {
  const system = messagesOf(body).find(({ role }) => role === "system")?.content ?? "";
  return /You are @?(\w+), /.exec(system)?.[1] ?? "nobody";
}

const messagesOf = (body: Record<string, unknown>) => body["messages"] as Told[];
