import type { Clock } from "../clock.ts";
import type { GenerationObserver } from "../generation/generate.ts";
import type { CancelCause } from "../log/shelf.ts";
import type { StreamLog } from "../log/stream-log.ts";
import type { CallDeps } from "../models/call.ts";
import type { OpenDraft, TerminalDraft } from "../protocol/events.ts";
import type { Mind } from "./activation-state.ts";
import type { Line } from "./memory.ts";
import type { OutsideMessage } from "./outside.ts";
import type { Timing } from "./timing.ts";
import { createTurnWork } from "./turn-work.ts";

/** A person's message on its way into a world. */
export type Published = {
  id: string;
  sender: string;
  content: string;
  mentions?: readonly string[] | null | undefined;
};

export type TurnSpec = {
  /** Public: the name by which others add to the turn. */
  id: string;
  log: StreamLog;
  world: string;
  turnLimit: number;
  respond: "everyone" | "first" | "mentioned";
  timing: Timing;
  /** What was said before this turn, as it stood when it began (R-MEMORY). */
  earlier: readonly Line[];
  /** Another server may have to go on with it: the log says all that this takes. */
  isShared?: boolean;
};

export type TurnDeps = {
  clock: Clock;
  call: CallDeps;
  observe: GenerationObserver;
  newMessageId(): string;
  /** The agents of the world, the oldest first. */
  agents(): readonly { name: string }[];
  /**
   * An agent as it is now, ready to answer to what was said.
   * @throws Failure where it, or its model, is not there any more
   */
  mind(agent: string, lines: readonly Line[]): Mind;
  /** Brings the message that begins the turn to the world; a rejection is `publish_failed`. */
  publish(message: Published): Promise<void>;
  /** What readers of the whole world are told besides. */
  tell(draft: OpenDraft | TerminalDraft): void;
  /** Another server goes on with it, or may: nothing of what follows here is true. */
  moved(): void;
  /** An event came when the turn had ended. It is dropped. */
  late(): void;
  /** The turn is over, in the same tick as its last event. `said`: in the order in which it was said. */
  ended(said: readonly Line[]): void;
};

export type Turn = {
  readonly id: string;
  readonly log: StreamLog;
  readonly isOver: boolean;
  /** Another server goes on with it, or may. */
  readonly hasMoved: boolean;
  /** Resolves when the message that begins the turn is out, or could not be published. */
  readonly published: Promise<void>;
  cancel(cause: CancelCause): void;
  /** Stops without an end, for another server to go on with it; false where none could, or it is over. It can still be cancelled. */
  handOver(): boolean;
  /**
   * Adds a person's message.
   * @throws Failure `turn_ended`, and `shutting_down` where it is being handed over
   */
  add(message: Published): void;
  /**
   * Begins a message that a program outside streams.
   * @throws Failure as `add`, and `invalid_request` where a message of that id has begun before
   */
  openOutside(messageId: string, sender: string): OutsideMessage;
};

/**
 * Lets a world take a turn: `first` is published, whoever it wakes answers, and whoever they wake, until the ledger says that
 * nothing is open (R-COUNT). The turn belongs to its log, not to a connection.
 */
export function beginTurn(spec: TurnSpec, deps: TurnDeps, first: Published): Turn {
  const work = createTurnWork(spec, deps, first);
  work.start();
  return work.turn(work.open());
}
