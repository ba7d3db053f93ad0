import type { Line } from "./memory.ts";
import { type RouteQuestion, route, unknownAmong } from "./mentions.ts";

/** What the agents of one turn have heard, and whom it wakes. */
export type Hearing = {
  /** All that was said, before the turn and in it, as it stands now. */
  lines(): Line[];
  /** What was said in the turn, in the order in which it was said. */
  readonly said: readonly Line[];
  hear(line: Line): void;
  /** Whom a message wakes, and which names in it are nobody's. */
  route(message: Heard, sender: RouteQuestion["sender"]): Routed;
};

export type Heard = { content: string; mentions?: readonly string[] | null | undefined };
export type Routed = { agents: string[]; unknown: string[] };

export type HearingOptions = {
  earlier: readonly Line[];
  respond: RouteQuestion["respond"];
  /** The agents of the world, the oldest first. */
  agents(): RouteQuestion["agents"];
};

/** Nothing was said in the turn yet. */
export function createHearing({ earlier, respond, agents }: HearingOptions): Hearing {
  const said: Line[] = [];
  // Whoever has a name here is no unknown mention.
  const people = new Set(earlier.filter(({ agent }) => !agent).map(({ sender }) => sender.toLowerCase()));
  return {
    lines: () => [...earlier, ...said],
    said,
    hear(line) {
      said.push(line);
      if (!line.agent) people.add(line.sender.toLowerCase());
    },
    route({ content, mentions }, sender) {
      const found = route({ text: content, mentions, sender, agents: agents(), respond });
      const unknown = unknownAmong(found.unknown, people);
      return { agents: found.agents.map(({ agent }) => agent), unknown };
    },
  };
}
