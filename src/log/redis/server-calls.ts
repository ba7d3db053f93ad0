import type { Clock } from "../../clock.ts";
import { expiringMap } from "../expiring-map.ts";
import type { Connection } from "./connection.ts";
import type { Keys } from "./keys.ts";
import { messageOf } from "./message.ts";

/** What servers ask each other. Questions and answers are JSON. */
export type ServerCalls = {
  /**
   * Asks a server; undefined where it has none, or where none comes within a second. The question may have arrived all the same: asked again under
   * the same id, it is not answered anew.
   * @throws where the store is away
   */
  ask(server: string, id: string, question: unknown): Promise<unknown>;
  /** Answers what this server is asked; with undefined what it cannot answer yet, and looks at anew when it is asked again. */
  onAsked(answer: (question: unknown) => Promise<unknown>): void;
  close(): void;
};

export type ServerCallsOptions = { connection: Connection; keys: Keys; clock: Clock; serverId: string };

type Message = { id: string } & ({ from: string; question: unknown } | { answer: unknown });

const ANSWER_MS = 1000;
/** Longer than anybody goes on asking. */
const REMEMBERED_MS = 60_000;
const MOST_REMEMBERED = 10_000;

/** Begins to listen to what this server is asked. */
export async function openServerCalls({ connection, keys, clock, serverId }: ServerCallsOptions): Promise<ServerCalls> {
  const { redis, listen } = connection;
  const waiting = new Map<string, (answer: unknown) => void>();
  const answers = expiringMap<Promise<unknown>>(clock, REMEMBERED_MS, () => {}, MOST_REMEMBERED);
  let answer: ((question: unknown) => Promise<unknown>) | undefined;
  const send = (server: string, message: Message) => redis.publish(keys.calls(server), JSON.stringify(message));

  async function reply(id: string, from: string, question: unknown) {
    if (!answer) return;
    const answering = answers.get(id) ?? answer(question);
    answers.set(id, answering);
    const said = await answering.catch(() => undefined);
    if (said === undefined) answers.delete(id);
    await send(from, { id, answer: said ?? null });
  }

  await listen(keys.calls(serverId), (text) => {
    const message = messageOf<Message>(text);
    if (!message) return;
    if ("answer" in message) waiting.get(message.id)?.(message.answer ?? undefined);
    // Who is not answered asks again.
    else reply(message.id, message.from, message.question).catch(() => {});
  });

  return {
    async ask(server, id, question) {
      const { promise, resolve } = Promise.withResolvers<unknown>();
      waiting.set(id, resolve);
      const takeBack = clock.after(ANSWER_MS, () => resolve(undefined));
      try {
        if ((await send(server, { id, from: serverId, question })) === 0) return undefined;
        return await promise;
      } finally {
        takeBack();
        waiting.delete(id);
      }
    },
    onAsked(given) {
      answer = given;
    },
    close() {
      answer = undefined;
      answers.clear();
      for (const resolve of waiting.values()) resolve(undefined);
    },
  };
}
