import type { Clock } from "../../clock.ts";
import type { Retries } from "../../log/redis/retries.ts";
import type { ServerCalls } from "../../log/redis/server-calls.ts";
import { type ErrorCode, failure, isFailure, storeAway } from "../../protocol/errors.ts";
import type { SharedTurns } from "../sharing.ts";
import type { Published } from "../turn.ts";
import type { TurnDirectory } from "./turn-directory.ts";

export type SharedTurnsOptions = { directory: TurnDirectory; calls: ServerCalls; retries: Retries; clock: Clock };

/** What the server is asked on which a turn runs. `again`: it, or the one before it, may have been asked already. */
type Question = { world: string; turnId: string; message: Published; again: boolean };
type Answer = { state: "added" } | { state: "refused"; code: ErrorCode; text: string };

/** Longer than it takes until another server has taken over a turn (R-LEASE). */
const PATIENCE_MS = 10_000;
const PAUSE_MS = 500;

/** Brings messages into turns that run on other servers. */
export function createSharedTurns({ directory, calls, retries, clock }: SharedTurnsOptions): SharedTurns {
  async function find(turnId: string) {
    try {
      return await directory.find(turnId);
    } catch {
      throw storeAway();
    }
  }

  /** Whether the message is in the turn. False: the server does not answer, or the turn is not there. */
  async function ask(owner: string, question: Question): Promise<boolean> {
    const answer = (await calls.ask(owner, question.message.id, question).catch(() => {})) as Answer | undefined;
    if (answer?.state === "refused") throw failure(answer.code, answer.text);
    return answer?.state === "added";
  }

  return {
    began: directory.began,
    left: directory.left,
    async add(world, turnId, message, wasTried = false) {
      const until = clock.now() + PATIENCE_MS;
      for (let again = wasTried; clock.now() < until; again = true) {
        const turn = await find(turnId);
        if (turn?.world !== world.toLowerCase()) throw failure("turn_not_found");
        const { streamId, owner } = turn;
        if (owner === undefined && !again) throw failure("turn_ended");
        if (owner === undefined) return { streamId, isSure: false };
        if (await ask(owner, { world, turnId, message, again })) return { streamId, isSure: true };
        await retries.pause(PAUSE_MS);
      }
      throw storeAway();
    },
    onAdded(add) {
      calls.onAsked(async (question): Promise<Answer | undefined> => {
        const { world, turnId, message, again } = question as Question;
        try {
          return (await add(world, turnId, message, again)) ? { state: "added" } : undefined;
        } catch (error) {
          if (!isFailure(error)) throw error;
          return { state: "refused", code: error.code, text: error.message };
        }
      });
    },
  };
}
