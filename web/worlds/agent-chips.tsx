import type { Agent } from "../../client/types.ts";
import { isActive, type Phase } from "./turn.ts";
import { PHASE_WORDS } from "./words.ts";

type AgentChipsProps = {
  agents: readonly Agent[];
  hues: ReadonlyMap<string, number>;
  /** How each stands in the turns that are under way, and in the last one. */
  phases: Readonly<Record<string, Phase>>;
  onMention: (name: string) => void;
};

/** Who is in the room, each in its colour, and what it is doing. A press writes its name into the message. */
export function AgentChips({ agents, hues, phases, onMention }: AgentChipsProps) {
  return (
    <ul class="agent-chips" aria-label="Agents in this room">
      {agents.map(({ name }) => (
        <li key={name}>
          <AgentChip name={name} hue={hues.get(name.toLowerCase())} phase={phases[name]} onMention={onMention} />
        </li>
      ))}
    </ul>
  );
}

type AgentChipProps = {
  name: string;
  hue: number | undefined;
  phase: Phase | undefined;
  onMention: (name: string) => void;
};

function AgentChip({ name, hue, phase, onMention }: AgentChipProps) {
  const words = phase && phase !== "replied" ? PHASE_WORDS[phase] : "listening";
  const busy = isActive(phase) ? " busy" : "";
  return (
    <button
      type="button"
      class={`agent-chip ${phase ?? "idle"}${busy}`}
      data-hue={hue}
      title={`Mention ${name}`}
      onClick={() => onMention(name)}
    >
      <span class="agent-dot" aria-hidden="true" />
      <span class="agent-name">{name}</span>
      <span class="unseen">, </span>
      <span class="agent-phase">{words}</span>
    </button>
  );
}
