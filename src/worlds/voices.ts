import type { ErrorCode } from "../protocol/errors.ts";
import { type Activation, canMove, handOverActivation, stopActivation } from "./activation.ts";
import type { ActivationResult } from "./activation-state.ts";
import type { Ledger, Obligation, Outcome } from "./ledger.ts";

export type VoicesOptions = {
  ledger: Ledger;
  newMessageId(answer: Answer): string;
  /** Nothing new may begin: who still waits is not heard. */
  isClosing(): boolean;
  /** Has the agent answer; undefined where it cannot. `ended` is not called before this returned. */
  activate(call: AgentCall, ended: (result: ActivationResult) => void): Activation | undefined;
  /** What an agent has said, while its call is still open. */
  answered(call: AgentCall, result: ActivationResult, obligation: Obligation): void;
};

/** What an agent says to a message. */
export type Answer = { agent: string; inReplyTo: string };
export type AgentCall = Answer & { messageId: string };

/** The agents of one turn, at work. */
export type Voices = {
  /** Owes each of the agents an answer to a message, and lets those begin that are free. */
  wake(agents: readonly string[], inReplyTo: string, cause: Obligation): void;
  /** Whether an agent has still to begin its answer to a message. */
  owes(answer: Answer): boolean;
  timeOut(messageId: string): void;
  /** Whether another server could go on with whoever speaks. */
  canMove(): boolean;
  /** Stops who speaks, without an end. */
  handOver(): void;
  /** Stops who speaks, and lets nobody else. */
  stopAll(reason: "cancelled" | "error", code?: ErrorCode): void;
};

/** What an agent is answering, and what it has still to answer: one after another (R-VOICES). */
type Voice = { active: Activation | undefined; waiting: Delivery[] };
type Delivery = { obligation: Obligation; inReplyTo: string };

/** Nobody speaks yet. */
export function createVoices({ ledger, newMessageId, isClosing, activate, answered }: VoicesOptions): Voices {
  const voices = new Map<string, Voice>();
  const speaking = new Map<string, Activation>();

  function voiceOf(agent: string): Voice {
    const voice = voices.get(agent) ?? { active: undefined, waiting: [] };
    voices.set(agent, voice);
    return voice;
  }

  function next(agent: string): void {
    const voice = voiceOf(agent);
    while (!voice.active) {
      const delivery = voice.waiting.shift();
      if (!delivery) return;
      if (isClosing()) delivery.obligation.close("cancelled");
      else if (ledger.admitCall(agent)) answer(agent, voice, delivery);
      else delivery.obligation.close("limited");
    }
  }

  function answer(agent: string, voice: Voice, { obligation, inReplyTo }: Delivery): void {
    const work = ledger.open({ kind: "call", agent }, obligation);
    const call: AgentCall = { agent, messageId: newMessageId({ agent, inReplyTo }), inReplyTo };
    voice.active = activate(call, (result) => {
      speaking.delete(call.messageId);
      try {
        answered(call, result, work);
      } finally {
        close(result.outcome);
        next(agent);
      }
    });
    if (voice.active) speaking.set(call.messageId, voice.active);
    else close("failed");

    function close(outcome: Outcome) {
      voice.active = undefined;
      work.close(outcome);
      obligation.close(outcome);
    }
  }

  return {
    wake(agents, inReplyTo, cause) {
      // All of them are owed an answer before the first begins, so that one that ends at once does not end the turn.
      for (const agent of agents) {
        voiceOf(agent).waiting.push({ obligation: ledger.open({ kind: "delivery", agent }, cause), inReplyTo });
      }
      for (const agent of agents) next(agent);
    },
    owes: ({ agent, inReplyTo }) =>
      voices.get(agent)?.waiting.some((delivery) => delivery.inReplyTo === inReplyTo) ?? false,
    timeOut(messageId) {
      const activation = speaking.get(messageId);
      if (activation) stopActivation(activation, "timeout", "model_timeout");
    },
    canMove: () => [...speaking.values()].every(canMove),
    handOver() {
      for (const activation of speaking.values()) handOverActivation(activation);
    },
    stopAll(reason, code) {
      for (const activation of [...speaking.values()]) stopActivation(activation, reason, code);
      for (const agent of voices.keys()) next(agent);
    },
  };
}
