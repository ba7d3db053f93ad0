import type { Clock } from "../clock.ts";
import type { GenerationObserver } from "../generation/generate.ts";
import { codePointGate, textJoiner } from "../generation/text.ts";
import type { CallDeps } from "../models/call.ts";
import type { CallOptions } from "../models/model.ts";
import type { OfferedModel } from "../models/registry.ts";
import type { MessageReason, OpenDraft, Usage } from "../protocol/events.ts";
import type { Outcome } from "./ledger.ts";
import type { TimingEvent } from "./timing.ts";

/** What an agent needs to answer. `streaming` false: its text is gathered, and sent as one `message`. */
export type Mind = { streaming: boolean; model: OfferedModel; options: CallOptions };

/** One agent answering once. */
export type ActivationSpec = {
  agent: string;
  messageId: string;
  /** The message that woke the agent. */
  inReplyTo: string;
  deps: CallDeps;
  observe: GenerationObserver;
  /** Adds an event to the turn. False: the turn takes nothing more, and has stopped this activation already. */
  emit(draft: OpenDraft): boolean;
  tell(event: TimingEvent): void;
  /** Called exactly once, when all events of this activation are in the turn. */
  ended(result: ActivationResult): void;
};

/** `said`: what readers were shown, or would have been; absent where that is nothing. */
export type ActivationResult = { outcome: Outcome; complete: boolean; said?: string; usage?: Usage };

/** All that an activation is, in one record. */
export type ActivationState = ActivationSpec & {
  readonly clock: Clock;
  readonly begun: number;
  readonly joiner: ReturnType<typeof textJoiner>;
  readonly gate: ReturnType<typeof codePointGate>;
  streaming: boolean;
  /** Undefined before its model is called. */
  offered: OfferedModel | undefined;
  /** Characters of text that nobody was shown yet. */
  hidden: number;
  /** In how many pieces the text came that was relived. */
  pieces: number;
  /** Goes on with a text, and has said nothing more yet. */
  resuming: boolean;
  speaking: boolean;
  thought: boolean;
  over: boolean;
  /** Another server is to go on. */
  handedOver: boolean;
  finish: { reason: MessageReason; usage: Usage | undefined } | undefined;
  stopCall(): void;
};

/** It has said nothing yet, and its model is not called. */
export const silentState = (spec: ActivationSpec): ActivationState => ({
  ...spec,
  clock: spec.deps.clock,
  begun: spec.deps.clock.now(),
  joiner: textJoiner(),
  gate: codePointGate(),
  streaming: true,
  offered: undefined,
  hidden: 0,
  pieces: 0,
  resuming: false,
  speaking: false,
  thought: false,
  over: false,
  handedOver: false,
  finish: undefined,
  stopCall: () => {},
});
