import type { LanguageModelV4 } from "@ai-sdk/provider";
import type { Clock } from "../clock.ts";
import { type Failure, failure, isFailure } from "../protocol/errors.ts";
import { classify, type ModelErrorCode, type ModelFailure, modelFailure } from "./failure.ts";
import { type CallOptions, type Part, type PartSink, type Push, pushOf } from "./model.ts";
import { faultOf, isProgress } from "./part.ts";
import { type ModelLimits, waitStep } from "./patience.ts";
import { retryWait } from "./retry.ts";

/** How one call upstream came out; a call that is repeated counts each time. */
export type CallOutcome = "ok" | "retried" | "cancelled" | ModelErrorCode | "internal_error";

export type CallDeps = {
  clock: Clock;
  /** 0 ≤ x < 1, as Math.random: spreads the retries. */
  random(): number;
  limits: ModelLimits;
  onOutcome?(outcome: CallOutcome): void;
};

/**
 * All that a call is, in one record: with a closure for each layer (settling, retries, patience) a stream that waits for its
 * first token cost 1.5 KiB more, and each token four calls more.
 */
type Call = {
  readonly push: Push;
  readonly sink: PartSink;
  readonly deps: CallDeps;
  /** Let go once no retry can need them: a prompt may be a mebibyte, and the answer may take minutes. */
  options: CallOptions | undefined;
  readonly begunAt: number;
  progressAt: number | undefined;
  attempts: number;
  /** The attempt that is open upstream; 0 between two, and at the end. */
  current: number;
  finished: boolean;
  over: boolean;
  /** Closes the attempt, or ends the waiting for the next. */
  cancel(): void;
  disarm(): void;
};

const nothing = () => {};

/**
 * Calls a model as the protocol wants it: retried before the first text, given up after its limits, and every fault named.
 * The sink gets the parts in order, then `end` exactly once: without an error only after a finish part, else with a
 * `Failure` of code `model_error`, `model_cut`, `model_timeout` or `model_unavailable`. A sink that throws has its call
 * cancelled and gets its own `Failure` back (anything else as `internal_error`). Never throws.
 *
 * @returns what cancels the call: its connection is closed, and nothing more reaches the sink, not even `end`.
 */
export function callModel(model: LanguageModelV4, options: CallOptions, deps: CallDeps, sink: PartSink): () => void {
  const call: Call = {
    push: pushOf(model),
    sink,
    deps,
    options,
    begunAt: deps.clock.now(),
    progressAt: undefined,
    attempts: 0,
    current: 0,
    finished: false,
    over: false,
    cancel: nothing,
    disarm: nothing,
  };
  attempt(call, options);
  watch(call);
  return () => {
    if (call.over) return;
    close(call, "cancelled");
    call.cancel();
  };
}

/** Calls upstream. Whatever an attempt that is over still says is not listened to. */
function attempt(call: Call, options: CallOptions): void {
  const own = ++call.attempts;
  call.current = own;
  const sink: PartSink = {
    part(part) {
      if (call.current === own) take(call, part);
    },
    end(error) {
      if (call.current === own) settle(call, error);
    },
  };
  try {
    const cancel = call.push(options, sink);
    if (call.current === own) call.cancel = cancel;
    else cancel();
  } catch (error) {
    call.cancel = nothing;
    // Not now: a sink is never called before its push returned.
    queueMicrotask(() => sink.end(error ?? new Error("The model threw nothing.")));
  }
}

function take(call: Call, part: Part): void {
  if (call.finished) return;
  const fault = faultOf(part);
  if (fault) {
    call.cancel();
    fail(call, fault);
    return;
  }
  if (part.type === "finish") call.finished = true;
  else if (isProgress(part)) progress(call);
  if (part.type === "finish" || (part.type === "text-delta" && part.delta !== "")) call.options = undefined;
  hand(call, part);
}

/** What the sink throws stops the call instead of the process. */
function hand(call: Call, part: Part): void {
  try {
    call.sink.part(part);
  } catch (error) {
    if (call.over) return;
    call.cancel();
    finish(call, isFailure(error) ? error : failure("internal_error"));
  }
}

/** The attempt ended by itself. What breaks after the finish mark takes nothing from the answer: it is complete. */
function settle(call: Call, error?: unknown): void {
  if (call.finished) finish(call);
  else if (error === undefined) fail(call, modelFailure("model_cut", { retryable: true, cause: "no finish" }));
  else fail(call, classify(error, call.deps.clock.wall()));
}

/** The attempt failed: repeated where that may help, as long as nothing was shown. */
function fail(call: Call, failure: ModelFailure): void {
  const { options, deps } = call;
  const waitMs = options && retryWait(failure, call.attempts - 1, deps.random());
  if (options && waitMs !== undefined) {
    report(call, "retried");
    call.cancel = deps.clock.after(waitMs, () => attempt(call, options));
  } else finish(call, failure);
}

/** A token costs a number: the timer moves only when it fires. */
function progress(call: Call): void {
  call.progressAt = call.deps.clock.now();
}

/** Looks whether the model has been waited for long enough, now and again when it may be. Retries count as waiting. */
function watch(call: Call): void {
  call.disarm();
  if (call.over) return;
  const { clock, limits } = call.deps;
  const now = clock.now();
  const action = waitStep(call, now, limits);
  if (action.type === "sleep_until") {
    // No later than the wait that a token may begin meanwhile could end: so no token has to move the timer.
    call.disarm = clock.after(Math.min(action.at - now, limits.tokenGapMs), () => watch(call));
    return;
  }
  call.cancel();
  // A model that dawdles over closing after its finish mark has still answered.
  finish(call, call.finished ? undefined : modelFailure("model_timeout", { cause: action.limit }));
}

function finish(call: Call, error?: Failure): void {
  close(call, error === undefined ? "ok" : (error.code as CallOutcome));
  try {
    call.sink.end(error);
  } catch {
    // It was told that the call is over; there is nobody else to tell.
  }
}

function close(call: Call, outcome: CallOutcome): void {
  call.over = true;
  call.options = undefined;
  call.disarm();
  report(call, outcome);
}

/** Between two attempts there is no call upstream to count. */
function report(call: Call, outcome: CallOutcome): void {
  if (call.current !== 0) call.deps.onOutcome?.(outcome);
  call.current = 0;
}
