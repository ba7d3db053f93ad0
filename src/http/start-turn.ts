import type { ServerResponse } from "node:http";
import type { Clock } from "../clock.ts";
import type { Shelf } from "../log/shelf.ts";
import { failure, isFailure, storeAway } from "../protocol/errors.ts";
import type { WorldChatStart, WorldMessage } from "../protocol/world-requests.ts";
import type { ClientConnection } from "../worlds/subscription.ts";
import type { Subscription, TurnStart, Worlds } from "../worlds/worlds.ts";
import { type Bind, idOf, type KeyedStart, type Started, startOnce } from "./start-once.ts";

export type TurnStarterDeps = {
  shelf: Shelf;
  worlds: Worlds;
  clock: Clock;
  /** In place of the worlds' own. */
  subscribeWorld?: Worlds["subscribeWorld"] | undefined;
  /** Throws where the server is about to close. */
  refuseWhileDraining(): void;
};

export type TurnRequest = {
  /** The name as it was asked for. */
  world: string;
  /** The idempotency key of a world's start, if there is one. */
  keyed(world: string): KeyedStart | undefined;
  /** Throws where the client may not start anything now. Not asked when it attaches to what runs already. */
  admit(): Promise<void>;
};

/** `release` ends the subscription; it may be called more than once. */
export type StartedChat = Started & { release(): void };

export type TurnStarter = {
  /**
   * Subscribes to a world, then lets it take a turn over a message (R-SUBSCRIBE), or finds the one that the idempotency key
   * started. `response`: whose answer it is to be; without it nothing is started.
   * @throws Failure `invalid_world_name`, `world_not_found`, `invalid_sender`, `subscription_failed`, `overloaded`,
   * `idempotency_key_reused`, and what `admit` throws
   */
  chat(request: TurnRequest & { start: WorldChatStart; response: ServerResponse }): Promise<StartedChat>;
  /**
   * Publishes a message without waiting.
   * @throws Failure as `chat`, and `turn_not_found`, `turn_ended`
   */
  message(request: TurnRequest & { message: WorldMessage }): Promise<Started>;
};

/** How long a subscription may take, ms. */
export const SUBSCRIBE_MS = 5000;

/** How long a message may take into a turn that servers share, while one of them or their store is away (R-ANY), ms. */
export const ADD_MS = 10_000;

/** Starts turns as requests over HTTP ask for them. */
export function turnStarter(deps: TurnStarterDeps): TurnStarter {
  const { shelf, worlds, clock, refuseWhileDraining } = deps;
  const subscribe = deps.subscribeWorld ?? worlds.subscribeWorld;

  async function once(
    { world, keyed, admit }: TurnRequest,
    sender: string | null | undefined,
    begin: (world: string, bind: Bind, start: KeyedStart | undefined) => ReturnType<Worlds["publish"]>,
  ): Promise<Started> {
    const name = await worlds.checkSender(world, sender);
    const start = keyed(name);
    return startOnce(shelf, start, async (bind) => {
      await admit();
      return { ...(await begin(name, bind, start)), replayed: false };
    });
  }

  return {
    async chat(request) {
      const { start, response } = request;
      let subscription: Subscription | undefined;
      try {
        const started = await once(request, start.sender, async (name, bind) => {
          subscription = await subscribeInTime(() => subscribe(name, quietClient(response)), response, clock);
          // Seconds may have passed since it was admitted.
          refuseWhileDraining();
          return worlds.startTurn(subscription.world, { ...turnOf(start), onLog: (log) => bind(log.id) });
        });
        return { ...started, release: () => subscription?.release() };
      } catch (error) {
        subscription?.release();
        throw error;
      }
    },
    message(request) {
      const { message, sender, mentions, turn_id: turnId } = request.message;
      const isShared = shelf.isShared && turnId;
      const published = once(request, sender, (name, bind, start) => {
        const onLog: TurnStart["onLog"] = (log, messageId) => bind(log.id, messageId);
        // Where the store was away its key may have come free though it is in the turn.
        const id = isShared && start ? idOf(start) : undefined;
        return worlds.publish(name, { message, sender, mentions, turnId: turnId ?? null, id, onLog });
      });
      return isShared ? inTime(published, clock) : published;
    },
  };
}

function turnOf({ message, sender, mentions, context, on_disconnect }: WorldChatStart): TurnStart {
  return { message, sender, mentions, context: context?.messages, cancelOnLeave: on_disconnect === "cancel" };
}

/** What is not settled in time may still come about: sent again under its key, and so under its id, it is not said twice. */
async function inTime<Value>(settling: Promise<Value>, clock: Clock): Promise<Value> {
  const { promise: givenUp, reject } = Promise.withResolvers<never>();
  const cancelTimer = clock.after(ADD_MS, () => reject(storeAway()));
  try {
    return await Promise.race([settling, givenUp]);
  } finally {
    cancelTimer();
  }
}

/** Its events come to it from its turn's log: the world need not tell it any. */
const quietClient = (response: ServerResponse): ClientConnection => ({
  get isOpen() {
    return !response.destroyed;
  },
  quiet: true,
  send() {},
});

/** Waits for a subscription for as long as it may take and its client is there. One that comes later is released. */
async function subscribeInTime(
  subscribe: () => Promise<Subscription>,
  response: ServerResponse,
  clock: Clock,
): Promise<Subscription> {
  const { promise: givenUp, reject } = Promise.withResolvers<never>();
  const giveUp = () => reject(failure("subscription_failed"));
  const cancelTimer = clock.after(SUBSCRIBE_MS, giveUp);
  response.once("close", giveUp);
  if (response.destroyed) giveUp();
  const subscribing = (async () => subscribe())();
  try {
    return await Promise.race([subscribing, givenUp]);
  } catch (cause) {
    subscribing.then(
      (late) => late.release(),
      () => {},
    );
    throw isFailure(cause) ? cause : Object.assign(failure("subscription_failed"), { cause });
  } finally {
    cancelTimer();
    response.off("close", giveUp);
  }
}
