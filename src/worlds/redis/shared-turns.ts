import type { Clock } from "../../clock.ts";
import type { Retries } from "../../log/redis/retries.ts";
import type { ServerCalls } from "../../log/redis/server-calls.ts";
import { type ErrorCode, failure, isFailure, storeAway } from "../../protocol/errors.ts";
import type { SharedTurns } from "../sharing.ts";
import type { Published } from "../turn.ts";
import type { TurnDirectory } from "./turn-directory.ts";

export type SharedTurnsOptions = {
  directory: Pick<TurnDirectory, "began" | "left" | "find">;
  calls: ServerCalls;
  retries: Retries;
  clock: Clock;
  /** Whether the store may have lost where turns are, and others may be about to say it again. */
  mayLack(): Promise<boolean>;
};

/** What the server is asked on which a turn runs. `again`: it, or the one before it, may have been asked already. */
type Question = { world: string; turnId: string; message: Published; again: boolean };
type Answer = { state: "added" } | { state: "refused"; code: ErrorCode; text: string };

/** Longer than it takes until another server has taken over a turn (R-LEASE). */
const PATIENCE_MS = 10_000;
const PAUSE_MS = 500;

/** Brings messages into turns that run on other servers. */
export function createSharedTurns({ directory, calls, retries, clock, mayLack }: SharedTurnsOptions): SharedTurns {
  async function asked<Value>(answer: Promise<Value>): Promise<Value> {
    try {
      return await answer;
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
      for (let again = wasTried; clock.now() < until; await retries.pause(PAUSE_MS)) {
        const turn = await asked(directory.find(turnId));
        if (turn && turn.world !== world.toLowerCase()) throw failure("turn_not_found");
        if (turn?.owner !== undefined) {
          const { streamId, owner } = turn;
          if (await ask(owner, { world, turnId, message, again })) return { streamId, isSure: true };
          again = true;
        } else if (!(await asked(mayLack()))) {
          if (turn && again) return { streamId: turn.streamId, isSure: false };
          throw failure(turn ? "turn_ended" : "turn_not_found");
        }
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
