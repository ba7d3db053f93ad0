import { isFailure } from "../protocol/errors.ts";
import type { StreamEvent } from "../protocol/events.ts";
import { type Activation, beginActivation, stopActivation } from "./activation.ts";
import { type ActivationSpec, silentState } from "./activation-state.ts";
import type { Line } from "./memory.ts";
import { passOver, reliveActivation } from "./relived-activation.ts";
import type { TurnDeps } from "./turn.ts";
import type { TurnWork } from "./turn-work.ts";
import type { Answer } from "./voices.ts";

/** The agents of a turn that is lived through again. */
export type RelivedAgents = {
  /** The id that an answer has in the log; a new one where it has not begun. */
  messageId(answer: Answer): string;
  /** Keeps what an agent is to say, until the log tells or `begin` lets it speak. */
  hold(spec: ActivationSpec, lines: readonly Line[]): Activation;
  /** Tells whoever is concerned. False: no agent is. */
  relive(event: StreamEvent, work: Pick<TurnWork, "owes">): boolean;
  thought(agent: string, event: StreamEvent): void;
  /** What the agent was asked ended without a word. False: it was asked nothing. */
  passOver(agent: string): boolean;
  begin(): void;
};

type Held = { spec: ActivationSpec; lines: readonly Line[]; activation: Activation };

export function relivedAgents(events: readonly StreamEvent[], deps: TurnDeps): RelivedAgents {
  const logged = new Map(events.flatMap((event) => (isBeginning(event) ? [[keyOf(answerIn(event)), event]] : [])));
  /** By the id of the message; one of an agent at most. */
  const held = new Map<string, Held>();

  function passOverAgent(agent: string): boolean {
    const asked = [...held.values()].find(({ spec }) => spec.agent === agent);
    if (!asked) return false;
    held.delete(asked.spec.messageId);
    passOver(asked.activation);
    return true;
  }

  function bring(event: Beginning, work: Pick<TurnWork, "owes">) {
    // One agent's answers come one after another: those before this one have ended (R-VOICES).
    if (work.owes(answerIn(event))) while (!held.has(event.message_id) && passOverAgent(event.sender));
    return held.get(event.message_id);
  }

  function begin({ spec: { agent }, lines, activation }: Held) {
    try {
      beginActivation(activation, deps.mind(agent, lines));
    } catch (error) {
      deps.observe.failed(agent, isFailure(error) ? error.code : "internal_error", error);
      stopActivation(activation, "error", "generation_lost");
    }
  }

  return {
    messageId: (answer) => logged.get(keyOf(answer))?.message_id ?? deps.newMessageId(),
    hold(spec, lines) {
      const activation = silentState(spec);
      held.set(spec.messageId, { spec, lines, activation });
      return activation;
    },
    relive(event, work) {
      const { message_id = "" } = event as { message_id?: string };
      const one = isBeginning(event) ? bring(event, work) : held.get(message_id);
      if (event.type === "message" || event.type === "message_end") held.delete(message_id);
      if (one) reliveActivation(one.activation, event);
      return one !== undefined;
    },
    thought(agent, event) {
      for (const { spec, activation } of held.values()) if (spec.agent === agent) reliveActivation(activation, event);
    },
    passOver: passOverAgent,
    begin() {
      for (const one of held.values()) begin(one);
    },
  };
}

type Beginning = Extract<StreamEvent, { type: "message_start" | "message" }>;

const isBeginning = (event: StreamEvent): event is Beginning =>
  event.type === "message_start" || (event.type === "message" && event.role === "assistant");

const answerIn = ({ sender: agent, in_reply_to: inReplyTo = "" }: Beginning): Answer => ({ agent, inReplyTo });

/** A message wakes an agent once. */
const keyOf = ({ agent, inReplyTo }: Answer): string => `${agent} ${inReplyTo}`;
