import { type Link, requestJson } from "./exchange.ts";
import { requestPatiently } from "./patience.ts";
import { createStream } from "./stream.ts";
import type { Chat, Position, ResumeOptions, StartOptions, Stream } from "./types.ts";
import { waitForAnswer } from "./wait.ts";

type Streams<Body extends object> = Pick<Chat, "resume" | "stop" | "snapshot"> & {
  stream(body: Body, options?: StartOptions): Stream;
};

/**
 * What is the same for the answers of chat and the turns of a world.
 * @param path where they are started, and where each of them is, under its id
 * @param ask where the id alone can be asked for
 */
export function streamsAt<Body extends object>(link: Link, path: string, ask?: string): Streams<Body> {
  const pathOf = (id: string) => `${path}/${encodeURIComponent(id)}`;
  return {
    stream(body, options) {
      const start = { path, body, idempotencyKey: options?.idempotencyKey ?? link.newKey() };
      return createStream(link, { start, ask, pathOf }, options);
    },
    resume(position: Position, options?: ResumeOptions) {
      const { streamId, lastEventId } = typeof position === "string" ? { streamId: position } : position;
      return createStream(link, { path: pathOf(streamId), lastEventId, seq: lastEventId ? Number.NaN : 0 }, options);
    },
    stop: (id) => requestPatiently(link, { path: pathOf(id), method: "DELETE" }),
    snapshot: (id) => requestJson(link, { path: pathOf(id) }),
  };
}

/** A chat: one question, one answer. */
export const chatOf = (link: Link): Chat => ({
  ...streamsAt(link, "/chat/streaming", "/chat/wait"),
  wait: (request, options) => waitForAnswer(link, request, options),
});
