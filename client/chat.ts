import type { Source } from "./connect.ts";
import { type Link, requestJson } from "./exchange.ts";
import { requestPatiently } from "./patience.ts";
import { createStream } from "./stream.ts";
import type { Chat, Position, ResumeOptions, StartOptions, Stream } from "./types.ts";
import { waitForAnswer } from "./wait.ts";

type Streams<Body> = Pick<Chat, "resume" | "stop" | "snapshot"> & {
  stream(body: Body, options?: StartOptions): Stream;
};

/**
 * What is the same for the answers of chat and the turns of a world.
 * @param start where they are started
 * @param streams where each of them is, under its id
 * @param ask where the id can be asked for, too
 */
export function streamsAt<Body>(link: Link, start: string, streams: string, ask?: string): Streams<Body> {
  const pathOf = (id: string) => `${streams}/${encodeURIComponent(id)}`;
  const at = (id: string) => ({ path: pathOf(id) });
  return {
    stream(body, options) {
      const headers = { "idempotency-key": options?.idempotencyKey ?? link.newKey() };
      const post = { method: "POST", path: start, body, headers };
      const source: Source = { start: post, pathOf };
      if (ask) source.learn = { ...post, path: ask, headers: { ...headers, prefer: "wait=0" } };
      return createStream(link, source, options);
    },
    resume(position: Position, options?: ResumeOptions) {
      const { streamId, lastEventId } = typeof position === "string" ? { streamId: position } : position;
      return createStream(link, { ...at(streamId), lastEventId, anywhere: !!lastEventId }, options);
    },
    stop: (id) => requestPatiently(link, { ...at(id), method: "DELETE" }),
    snapshot: (id) => requestJson(link, at(id)),
  };
}

/** A chat: one question, one answer. */
export const chatOf = (link: Link): Chat => ({
  ...streamsAt(link, "/chat/streaming", "/chat/streaming", "/chat/wait"),
  wait: (request, options) => waitForAnswer(link, request, options),
});
