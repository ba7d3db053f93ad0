import { failure } from "../protocol/errors.ts";
import type { World } from "../protocol/world-requests.ts";
import type { OutsideMessage } from "./outside.ts";
import type { Turn } from "./turn.ts";

/** What a program outside says of a message that it streams. */
export type OutsideEvent = {
  type: "start" | "chunk" | "end" | "error";
  /** Made by the program: 1 to 64 letters, digits, _ or -; one id for one message. */
  message_id: string;
  /** `start`: who says it. */
  sender?: string;
  /** `chunk`: the next piece of text. `end`: the whole text, where the program wants to be sure. */
  content?: string;
  /** `start`: the turn that it belongs to; may be left out where just one runs. */
  turn_id?: string;
};

export type OutsidePrograms = {
  /**
   * Takes an event; `running` are the turns of the world that run.
   * @throws Failure `invalid_request`, `invalid_sender`, `turn_not_found`, `turn_ended`, `too_many`
   */
  hear(world: World, event: OutsideEvent, running: readonly string[]): Promise<void>;
  /** A turn has ended, and its messages with it. */
  forget(turnId: string): void;
};

export type OutsideProgramsDeps = {
  turnIn(world: World, turnId: string): Promise<Turn>;
  checkSender(world: World, sender: string | undefined): string;
};

const MESSAGE_ID = /^[A-Za-z0-9_-]{1,64}$/;

/** Messages that programs outside stream into one turn at once: a program that forgets to end them must not fill the memory. */
const MOST_OPEN = 50;

/** Keeps which message belongs to which turn: only the `start` says so. */
export function createOutsidePrograms({ turnIn, checkSender }: OutsideProgramsDeps): OutsidePrograms {
  /** What is being streamed into each turn. */
  const turns = new Map<string, Map<string, OutsideMessage>>();

  async function start(world: World, event: OutsideEvent, running: readonly string[]) {
    const sender = checkSender(world, event.sender);
    const turn = await turnIn(world, turnNamed(event, running));
    const open = turns.get(turn.id) ?? new Map<string, OutsideMessage>();
    if (open.size >= MOST_OPEN)
      throw failure("too_many", `A turn takes ${MOST_OPEN} streamed messages at once. End one.`);
    open.set(event.message_id, turn.openOutside(event.message_id, sender));
    if (!turn.isOver) turns.set(turn.id, open);
  }

  function messageOf({ message_id, turn_id }: OutsideEvent, running: readonly string[]) {
    for (const turnId of turn_id === undefined ? running : [turn_id]) {
      const open = turns.get(turnId);
      const message = open?.get(message_id);
      if (open && message) return { open, message };
    }
    throw failure("turn_ended", "No message of this message_id is being streamed: it has not begun, or has ended.");
  }

  return {
    async hear(world, event, running) {
      check(event);
      if (event.type === "start") return start(world, event, running);
      const { open, message } = messageOf(event, running);
      if (event.type === "chunk") message.chunk(event.content ?? "");
      else {
        open.delete(event.message_id);
        if (event.type === "end") message.end(event.content);
        else message.close("error");
      }
    },
    forget: (turnId) => void turns.delete(turnId),
  };
}

function turnNamed({ turn_id }: OutsideEvent, running: readonly string[]): string {
  if (turn_id !== undefined) return turn_id;
  const [only, ...others] = running;
  if (only === undefined)
    throw failure("turn_not_found", "No turn runs in this world. Publish a message to begin one.");
  if (others.length > 0) throw failure("turn_not_found", "Several turns run in this world. Say which with turn_id.");
  return only;
}

function check({ type, message_id, content }: OutsideEvent) {
  if (!["start", "chunk", "end", "error"].includes(type)) {
    throw failure("invalid_request", '"type" must be "start", "chunk", "end" or "error".');
  }
  if (typeof message_id !== "string" || !MESSAGE_ID.test(message_id)) {
    throw failure("invalid_request", '"message_id" must be 1 to 64 letters, digits, _ or -.');
  }
  if (content !== undefined && typeof content !== "string")
    throw failure("invalid_request", '"content" must be a string.');
}
