import type { Connection } from "../../log/redis/connection.ts";
import { messageOf } from "../../log/redis/message.ts";
import type { WorldCopy } from "../world-copies.ts";

/** What servers say to each other about worlds, on one channel. It is lost where a connection is. */
export type News =
  | { type: "copy"; world: string; copy: WorldCopy }
  /** Somebody begins to read its feed. */
  | { type: "feed"; world: string };

export type WorldNews = {
  /** Calls `take` with each news of that type, one's own too. */
  on<Type extends News["type"]>(type: Type, take: (news: Extract<News, { type: Type }>) => void): void;
};

export async function openWorldNews({ listen }: Connection, channel: string): Promise<WorldNews> {
  const takers = new Map<string, ((news: never) => void)[]>();
  await listen(channel, (message) => {
    const news = messageOf<News>(message);
    for (const take of (news && takers.get(news.type)) ?? []) take(news as never);
  });
  return {
    on(type, take) {
      takers.set(type, [...(takers.get(type) ?? []), take as (news: never) => void]);
    },
  };
}
