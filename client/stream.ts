import type { StreamEvent } from "../src/protocol/events.ts";
import type { Reading, Source } from "./connect.ts";
import { abortedError, chatWaitError, definedOnly } from "./errors.ts";
import { type Link, requestJson } from "./exchange.ts";
import { cut } from "./frames.ts";
import { type Begun, learnPath } from "./learn.ts";
import { patiently } from "./patience.ts";
import type { Position } from "./position.ts";
import { readStream } from "./reading.ts";
import { FRESH } from "./retry-policy.ts";
import type { ChatWaitError, Connection, Result, ResumeOptions, SavedStream, Stream } from "./types.ts";

/** A stream that is begun, or gone on with, when it is first iterated. */
export function createStream(
  link: Link,
  from: Source & Partial<Position>,
  { signal, onConnection }: ResumeOptions = {},
): Stream {
  const leaving = new AbortController();
  const { signal: left } = leaving;
  let connection: Connection = { status: "connecting", attempt: 1 };
  let isBegun = false;
  const reading: Reading = {
    ...{ ...FRESH, seq: 0, messages: [], ...from },
    ...{ link, signal: AbortSignal.any([left, signal ?? left]), lastByte: link.now() },
    show(next) {
      connection = next;
      onConnection?.(next);
    },
  };
  // A feed has no id of its own, and no end.
  const isFeed = from.path?.endsWith("/events");
  const idNow = () => (isFeed ? undefined : reading.path?.split("/").at(-1));

  async function* events(): AsyncGenerator<StreamEvent, void> {
    isBegun = true;
    try {
      yield* readStream(reading);
      if (signal?.aborted && !reading.end) throw abortedError(signal.reason);
    } catch (error) {
      if (reading.path) Object.assign(error as ChatWaitError, { streamId: idNow() });
      throw error;
    } finally {
      reading.show({ status: "closed" });
    }
  }

  const iterator = events();
  const result = () => resultOf(reading, idNow());

  function detach() {
    leaving.abort();
    iterator.return().catch(() => {});
    if (!isBegun) reading.show({ status: "closed" });
    isBegun = true;
  }

  return {
    [Symbol.asyncIterator]: () => iterator,
    get id() {
      return idNow();
    },
    get seq() {
      return reading.seq || 0;
    },
    get messages() {
      return reading.messages;
    },
    get connection() {
      return connection;
    },
    async *text() {
      for await (const event of iterator) {
        if (event.type === "token") yield event.text;
        else if (event.type === "message") yield event.content;
      }
      result();
    },
    async result() {
      for await (const _event of iterator);
      return result();
    },
    async stop() {
      if (isFeed || !(isBegun || reading.path)) detach();
      else if (!reading.end) await stopReading(reading);
    },
    detach,
    drop: () => cut(reading),
    save: () => saved(reading),
  };
}

function resultOf({ end, messages, turnId }: Reading, id = ""): Result {
  if (!end) throw abortedError();
  if (end.type === "error")
    throw chatWaitError(end.error_code, end.message, { retryable: end.retryable, streamId: id });
  const { type: _type, seq: _seq, ...rest } = end;
  const content = messages.at(-1)?.content ?? "";
  return definedOnly({ ...rest, stream_id: id, turn_id: turnId, content, messages }) as Result;
}

function saved({ path, lastEventId, seq, messages, end }: Reading): SavedStream | undefined {
  return path && lastEventId && !end ? { v: 1, path, lastEventId, seq, messages: [...messages] } : undefined;
}

/** Ends the answer at the server. A start that was refused, and what is gone, needs no stop. */
async function stopReading(reading: Reading): Promise<void> {
  try {
    await patiently(reading.link, undefined, async () => {
      reading.path ??= await learnPath(reading as Begun);
      await requestJson(reading.link, { method: "DELETE", path: reading.path });
    });
  } catch (error) {
    const { code, status } = error as ChatWaitError;
    if (!status || (reading.path && !code.startsWith("stream_"))) throw error;
  }
  reading.wake?.();
  // One that has not brought the end by now may bring nothing any more.
  reading.doubt?.();
}
