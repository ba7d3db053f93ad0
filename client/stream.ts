import type { StreamEvent } from "../src/protocol/events.ts";
import type { Reading, Source } from "./connect.ts";
import { abortedError, endedWith, isChatWaitError } from "./errors.ts";
import { type Link, requestJson } from "./exchange.ts";
import { learnPath } from "./learn.ts";
import { patiently } from "./pause.ts";
import type { Position } from "./position.ts";
import { readStream } from "./reading.ts";
import { FRESH } from "./retry-policy.ts";
import type { Connection, Result, ResumeOptions, SavedStream, Stream } from "./types.ts";

/** A stream that is begun, or gone on with, when it is first iterated. */
export function createStream(link: Link, source: Source, from: Partial<Position>, options: ResumeOptions = {}): Stream {
  const { signal, onConnection } = options;
  const leaving = new AbortController();
  const position: Position = { seq: 0, messages: [], ...from };
  let connection: Connection = { status: "connecting", attempt: 1 };
  let isBegun = false;

  function show(next: Connection) {
    connection = next;
    onConnection?.(next);
  }

  const reading: Reading = {
    link,
    source,
    position,
    signal: leaving.signal,
    show,
    effort: FRESH,
    lastByte: link.now(),
  };
  const idNow = () => (source.isFeed ? undefined : source.path?.split("/").at(-1));

  async function* events(): AsyncGenerator<StreamEvent, void> {
    isBegun = true;
    const left = () => leaving.abort(abortedError(signal?.reason));
    signal?.addEventListener("abort", left);
    if (signal?.aborted) left();
    try {
      yield* readStream(reading);
    } catch (error) {
      throw isChatWaitError(error) ? Object.assign(error, { streamId: error.streamId ?? idNow() }) : error;
    } finally {
      signal?.removeEventListener("abort", left);
      leaving.abort();
      show({ status: "closed" });
    }
  }

  const iterator = events();

  function detach() {
    leaving.abort();
    iterator.return();
    if (!isBegun) show({ status: "closed" });
    isBegun = true;
  }

  return {
    [Symbol.asyncIterator]: () => iterator,
    get id() {
      return idNow();
    },
    get seq() {
      return position.seq;
    },
    get messages() {
      return position.messages;
    },
    get connection() {
      return connection;
    },
    text: () => textOf(iterator, () => resultOf(position, idNow())),
    async result() {
      for await (const _event of iterator);
      return resultOf(position, idNow());
    },
    async stop() {
      if (position.end) return;
      if (source.isFeed || !(isBegun || source.path)) return detach();
      await stopReading(reading);
    },
    detach,
    drop: () => reading.exchange?.close(),
    save: () => saved(reading),
  };
}

async function* textOf(events: AsyncIterable<StreamEvent>, check: () => unknown): AsyncGenerator<string, void> {
  for await (const event of events) {
    if (event.type === "token") yield event.text;
    else if (event.type === "message" && event.role === "assistant") yield event.content;
  }
  check();
}

function resultOf({ end, messages }: Position, id = ""): Result {
  if (!end) throw abortedError();
  if (end.type === "error") throw endedWith(end, id);
  const { reason, usage, agents } = end;
  return {
    stream_id: id,
    reason,
    content: messages.at(-1)?.content ?? "",
    messages,
    ...(usage && { usage }),
    ...(agents && { agents }),
  };
}

function saved({ source: { path }, position: { lastEventId, seq, messages, end } }: Reading): SavedStream | undefined {
  if (!path || !lastEventId || end) return undefined;
  return { v: 1, path, lastEventId, seq, messages: [...messages] };
}

/** Ends the answer at the server. What was refused, or is gone, needs no stop. */
async function stopReading(reading: Reading): Promise<void> {
  const { link, source } = reading;
  try {
    await patiently(link, undefined, async () => {
      source.path ??= await learnPath(link, source);
      await requestJson(link, { method: "DELETE", path: source.path });
    });
  } catch (error) {
    if (!isChatWaitError(error) || error.code === "network") throw error;
  }
  reading.wake?.();
}
