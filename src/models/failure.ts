import { type Failure, failure, isFailure } from "../protocol/errors.ts";

/** What can go wrong with a model, in the words of the protocol (section 5). */
export type ModelErrorCode = "model_error" | "model_cut" | "model_timeout" | "model_unavailable";

/**
 * A {@link Failure} of a model call. `cause` is for the operator's log: a status or a system error code, never text that
 * the model or a client wrote, never a host or a key.
 */
export type ModelFailure = Failure & {
  readonly code: ModelErrorCode;
  /** Whether asking again may help, as long as nothing was shown yet. */
  readonly retryable: boolean;
  /** How long the model asked to be left alone, in ms. */
  readonly retryAfterMs?: number;
};

type FailureTraits = { retryable?: boolean; retryAfterMs?: number | undefined; cause?: string | undefined };

/** Makes a {@link ModelFailure} with the public text of its code. */
export function modelFailure(code: ModelErrorCode, traits: FailureTraits = {}): ModelFailure {
  const { retryable = false, retryAfterMs, cause } = traits;
  const extra = retryAfterMs === undefined ? {} : { retryAfter: Math.max(1, Math.ceil(retryAfterMs / 1000)) };
  const error = Object.assign(failure(code, undefined, extra), { code, retryable });
  if (retryAfterMs !== undefined) Object.assign(error, { retryAfterMs });
  if (cause !== undefined) error.cause = cause;
  return error;
}

/** An upstream status that is no success: 429 and 5xx pass, the other refusals are for good. */
export function statusFailure(status: number, retryAfterMs?: number): ModelFailure {
  const cause = `status ${status}`;
  return status === 429 || status >= 500
    ? modelFailure("model_unavailable", { retryable: true, retryAfterMs, cause })
    : modelFailure("model_error", { cause });
}

/**
 * Reads a `Retry-After` header (RFC 9110, section 10.2.3: whole seconds or an HTTP date) into ms from `now`, the calendar's
 * time. Undefined where there is none or it cannot be read.
 */
export function retryAfterMs(header: string | undefined, now: number): number | undefined {
  const text = header?.trim();
  if (!text) return undefined;
  if (/^\d{1,10}$/.test(text)) return Number(text) * 1000;
  // Every HTTP date begins with the name of a day; Date.parse alone would take "-5" for a year.
  const date = /^[A-Z][a-z]{2}/.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}

// Codes of node:net, node:dns and undici for a server that was never reached.
const UNREACHED = new Set([
  "ECONNREFUSED",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EAI_FAIL",
  "EHOSTUNREACH",
  "EHOSTDOWN",
  "ENETUNREACH",
  "ETIMEDOUT",
  "EADDRNOTAVAIL",
  "UND_ERR_CONNECT_TIMEOUT",
]);
const RESET = new Set(["ECONNRESET", "EPIPE", "ECONNABORTED", "UND_ERR_SOCKET", "HPE_INVALID_EOF_STATE"]);

/** A fault of the connection by its system code; undefined when the code says nothing about the connection. */
export function connectionFailure(code: string): ModelFailure | undefined {
  if (UNREACHED.has(code)) return modelFailure("model_unavailable", { retryable: true, cause: code });
  // Before the first token a cut may be tried again like a refusal: nobody has seen anything yet.
  if (RESET.has(code)) return modelFailure("model_cut", { retryable: true, cause: code });
  return undefined;
}

/** Any error of any model, as the protocol names it. Nothing of the original's text is kept. */
export function classify(error: unknown, now: number = Date.now()): ModelFailure {
  if (isModelFailure(error)) return error;
  if (typeof error !== "object" || error === null) return modelFailure("model_error");
  return apiCallFailure(error, now) ?? byCauseChain(error) ?? modelFailure("model_error", { cause: nameOf(error) });
}

export function isModelFailure(error: unknown): error is ModelFailure {
  return isFailure(error) && error.code.startsWith("model_") && "retryable" in error;
}

// The APICallError of @ai-sdk/provider, told by its shape: to import the class would load the package at every start.
function apiCallFailure(error: object, now: number): ModelFailure | undefined {
  if (!("isRetryable" in error) || !("url" in error)) return undefined;
  const { statusCode, isRetryable, responseHeaders } = error as {
    statusCode?: number;
    isRetryable: boolean;
    responseHeaders?: Record<string, string>;
  };
  // A fault while a 200 was being read carries that 200: its cause says more.
  if (statusCode === undefined || (statusCode >= 200 && statusCode < 300)) {
    const byCause = byCauseChain(error);
    if (byCause || statusCode !== undefined || !isRetryable) return byCause;
    return modelFailure("model_unavailable", { retryable: true, cause: codeOf(error) });
  }
  return statusFailure(statusCode, retryAfterMs(responseHeaders?.["retry-after"], now));
}

function byCauseChain(error: object): ModelFailure | undefined {
  const code = codeOf(error);
  return code === undefined ? undefined : connectionFailure(code);
}

// Five levels are more than fetch nests (TypeError → SocketError → system error); a chain may be a circle.
function codeOf(error: object): string | undefined {
  let at: unknown = error;
  for (let depth = 0; depth < 5 && typeof at === "object" && at !== null; depth++) {
    const { code, cause } = at as { code?: unknown; cause?: unknown };
    if (typeof code === "string" && /^[A-Z][A-Z0-9_]{2,40}$/.test(code)) return code;
    at = cause;
  }
  return undefined;
}

function nameOf(error: object): string | undefined {
  const { name } = error as { name?: unknown };
  return typeof name === "string" && /^\w{1,60}$/.test(name) ? name : undefined;
}
