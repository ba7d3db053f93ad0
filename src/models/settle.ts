import { classify, modelFailure } from "./failure.ts";
import type { Part, PartSink, Push } from "./model.ts";

/**
 * Brings any model's push to the strict form that the layers above rely on:
 * - `end` comes exactly once and nothing follows it or a cancel;
 * - `end()` without an error comes only after a finish part: a stream that just stops was cut;
 * - an `error` part, and a finish that says `error` or `interrupted`, is `end` with a failure;
 * - a push that throws has failed.
 */
export function settled(push: Push): Push {
  return (options, sink) => {
    let over = false;
    let finished = false;
    let cancel: (() => void) | undefined;
    const close = (error?: unknown) => {
      if (over) return;
      over = true;
      sink.end(error);
    };
    const fail = (error: unknown) => {
      if (over) return;
      close(classify(error));
      cancel?.();
    };
    const guarded: PartSink = {
      part(part) {
        if (over || finished) return;
        if (part.type === "error") fail(part.error);
        else if (part.type !== "finish") sink.part(part);
        else if (part.finishReason.unified === "interrupted") fail(modelFailure("model_cut", { retryable: true }));
        else if (part.finishReason.unified === "error") fail(modelFailure("model_error"));
        else {
          finished = true;
          sink.part(part);
        }
      },
      end(error) {
        // What breaks after the finish mark takes nothing from the answer: it is complete.
        if (finished) close();
        else if (error === undefined) close(modelFailure("model_cut", { retryable: true, cause: "no finish" }));
        else close(classify(error));
      },
    };
    try {
      cancel = push(options, guarded);
    } catch (error) {
      // Not now: a sink is never called before its push returned.
      queueMicrotask(() => fail(error));
    }
    if (over) cancel?.();
    return () => {
      if (over) return;
      over = true;
      cancel?.();
    };
  };
}

/** Whether a part shows that the model is at work: text, or thought. A ping or a header is none. */
export function isProgress(part: Part): boolean {
  return (part.type === "text-delta" || part.type === "reasoning-delta") && part.delta !== "";
}
