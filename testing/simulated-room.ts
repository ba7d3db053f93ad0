import { createBuiltin } from "../src/models/builtin.ts";
import type { Agent, World } from "../src/protocol/world-requests.ts";
import type { Line } from "../src/worlds/memory.ts";
import { route } from "../src/worlds/mentions.ts";
import { promptFor } from "../src/worlds/perspective.ts";
import { manualClock } from "./manual-clock.ts";

/** A room without a server: who is woken, and what they are told, as in a real one; each word takes its time. */
export type SimulatedRoom = {
  /** All that was said so far. */
  readonly lines: readonly Line[];
  /** A person says something; resolves to what the agents said then, in the order in which they had said it. */
  say(content: string, sender?: string): Promise<Line[]>;
};

type Activation = { agent: Agent; content: string; endsAt: number };

/** At most this many answers in a turn, all agents together. */
const MOST_ANSWERS = 24;

/** A room whose agents are played by the built-in model. */
export function simulatedRoom(
  world: World,
  agents: readonly Agent[],
  createdAt = "2026-03-14T19:26:53Z",
): SimulatedRoom {
  const lines: Line[] = [];
  const clock = manualClock();
  const model = createBuiltin({ clock, wordsPerSecond: 0 });

  async function answerOf(agent: Agent, heard: readonly Line[]): Promise<string> {
    const options = promptFor({ agent, world, agents, lines: heard, window: 32_000, createdAt });
    const { stream } = await model.doStream(options);
    clock.advance(0);
    let text = "";
    for await (const part of stream) if (part.type === "text-delta") text += part.delta;
    return text;
  }

  return {
    lines,
    async say(content, sender = "HUMAN") {
      const begun = lines.push({ sender, agent: false, content });
      const waiting = new Map<string, number>();
      const calls = new Map<string, number>();
      const speaking: Activation[] = [];
      let now = 0;
      let total = 0;
      const wake = (names: readonly string[]) => {
        for (const name of names) waiting.set(name, (waiting.get(name) ?? 0) + 1);
      };
      const begin = async () => {
        for (const agent of agents) {
          const owed = waiting.get(agent.name) ?? 0;
          const count = calls.get(agent.name) ?? 0;
          if (owed === 0 || speaking.some((one) => one.agent === agent)) continue;
          waiting.set(agent.name, owed - 1);
          if (count >= world.turn_limit || total >= MOST_ANSWERS) continue;
          calls.set(agent.name, count + 1);
          total++;
          const text = await answerOf(agent, [...lines]);
          speaking.push({ agent, content: text, endsAt: now + text.split(" ").length });
        }
      };
      const agentNames = (text: string, from: Parameters<typeof route>[0]["sender"]) =>
        route({ text, sender: from, agents, respond: world.respond }).agents.map(({ agent }) => agent);
      wake(agentNames(content, "person"));
      await begin();
      while (speaking.length > 0) {
        speaking.sort((one, other) => one.endsAt - other.endsAt);
        const { agent, content: text, endsAt } = speaking.shift() as Activation;
        now = endsAt;
        lines.push({ sender: agent.name, agent: true, content: text });
        wake(agentNames(text, { agent: agent.name }));
        await begin();
      }
      return lines.slice(begun);
    },
  };
}
