import type { UIMessageChunk } from "ai";
import type { Stream } from "../types.ts";
import type { ChunkWriter } from "./chunks.ts";
import { failureOf, isAborted, isRetryable, lossOf } from "./failure.ts";
import type { Keeper } from "./keeper.ts";

/** One answer on its way to a chat. */
export type Reading = {
  chunks: ReadableStream<UIMessageChunk>;
  /**
   * Ends the answer at the server, and forgets where it was.
   * @throws ChatWaitError `network` where the server could not be told
   */
  stop(): Promise<void>;
  /** Leaves the answer running; its position stays. */
  detach(): void;
};

/** Reads a stream as chunks of a UI message. `signal`: whose abort is told apart from a reader that only leaves. */
export function readAnswer(stream: Stream, writer: ChunkWriter, keeper: Keeper, signal?: AbortSignal): Reading {
  const chunks = chunksOf(stream, writer, keeper);
  let isWanted = true;

  function detach(): void {
    if (keeper.end(false)) stream.detach();
  }

  return {
    chunks: new ReadableStream<UIMessageChunk>(
      {
        async pull(controller) {
          const { value, done } = await chunks.next();
          if (done) controller.close();
          else controller.enqueue(value);
        },
        cancel() {
          isWanted = false;
          if (!signal?.aborted) detach();
        },
      },
      // Nothing is taken before it is wanted: of what was taken, the position says that it was shown.
      { highWaterMark: 0 },
    ),
    detach,
    async stop() {
      if (!keeper.end(true)) return;
      try {
        await stream.stop();
      } finally {
        // Who still looks on sees the end come.
        if (!isWanted) stream.detach();
      }
    },
  };
}

async function* chunksOf(stream: Stream, writer: ChunkWriter, keeper: Keeper): AsyncGenerator<UIMessageChunk> {
  yield* writer.begin(stream.messages);
  try {
    for await (const event of stream) {
      const made = writer.of(event);
      keeper.touch();
      yield* made;
      if (event.type !== "error") continue;
      keeper.end(true);
      throw failureOf(event);
    }
    keeper.end(true);
  } catch (error) {
    if (isAborted(error)) return;
    const isLeft = stream.save() !== undefined && isRetryable(error);
    keeper.end(!isLeft);
    throw lossOf(error, isLeft);
  }
}
