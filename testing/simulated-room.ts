import { createBuiltin } from "../src/models/builtin.ts";
import type { Agent, World } from "../src/protocol/world-requests.ts";
import { createLedger } from "../src/worlds/ledger.ts";
import type { Line } from "../src/worlds/memory.ts";
import { route } from "../src/worlds/mentions.ts";
import { promptFor } from "../src/worlds/perspective.ts";
import { manualClock } from "./manual-clock.ts";

/** A room without a server: who is woken and what they are told is as in a real one, and each word takes its time. */
export type SimulatedRoom = {
  /** All that was said so far. */
  readonly lines: readonly Line[];
  /** A person says something; resolves to what the agents say then, in the order in which they have said it. */
  say(content: string, sender?: string): Promise<Line[]>;
};

/** A room whose agents are played by the built-in model. */
export function simulatedRoom(
  world: World,
  agents: readonly Agent[],
  createdAt = "2026-03-14T19:26:53Z",
): SimulatedRoom {
  const lines: Line[] = [];
  return {
    lines,
    async say(content, sender = "HUMAN") {
      const begun = lines.push({ sender, agent: false, content });
      await takeTurn(world, agents, lines, (agent) => answerOf({ agent, world, agents, lines: [...lines], createdAt }));
      return lines.slice(begun);
    },
  };
}

type Speaking = { agent: Agent; content: string; endsAt: number };

async function takeTurn(
  world: World,
  agents: readonly Agent[],
  lines: Line[],
  answer: (agent: Agent) => Promise<string>,
): Promise<void> {
  const ledger = createLedger({ turnLimit: world.turn_limit, onSettled: () => {} });
  const waiting: Agent[] = [];
  const speaking: Speaking[] = [];
  const wake = (text: string, sender: "person" | { agent: string }) => {
    const woken = route({ text, sender, agents, respond: world.respond }).agents;
    for (const { agent } of woken) waiting.push(...agents.filter(({ name }) => name === agent));
  };
  // Whoever is speaking answers later: one after another.
  const begin = async (now: number) => {
    for (const agent of waiting.splice(0)) {
      if (speaking.some((one) => one.agent === agent)) waiting.push(agent);
      else if (ledger.admitCall(agent.name)) {
        const content = await answer(agent);
        speaking.push({ agent, content, endsAt: now + content.split(" ").length });
      }
    }
  };
  wake(lines.at(-1)?.content ?? "", "person");
  await begin(0);
  for (let next = first(speaking); next; next = first(speaking)) {
    lines.push({ sender: next.agent.name, agent: true, content: next.content });
    wake(next.content, { agent: next.agent.name });
    await begin(next.endsAt);
  }
}

/** Takes out who has said all. */
function first(speaking: Speaking[]): Speaking | undefined {
  speaking.sort((one, other) => one.endsAt - other.endsAt);
  return speaking.shift();
}

async function answerOf(perspective: Omit<Parameters<typeof promptFor>[0], "window">): Promise<string> {
  const clock = manualClock();
  const { stream } = await createBuiltin({ clock, wordsPerSecond: 0 }).doStream(
    promptFor({ ...perspective, window: 32_000 }),
  );
  clock.advance(0);
  let text = "";
  for await (const part of stream) if (part.type === "text-delta") text += part.delta;
  return text;
}
