import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { ERRORS, type ErrorCode, failure, isFailure, isRetryable, statusOf, textOf } from "./errors.ts";

/** PROTOCOL.md, section 5, as it stands there. */
const TABLE: Record<number, string> = {
  400: `invalid_json invalid_request message_required message_too_long invalid_cursor invalid_world_name invalid_sender
    unknown_model invalid_idempotency_key`,
  403: "origin_not_allowed host_not_allowed editing_disabled",
  404: "not_found stream_not_found world_not_found agent_not_found turn_not_found",
  405: "method_not_allowed",
  406: "not_acceptable",
  408: "request_timeout",
  409: "cursor_ahead cursor_void world_exists agent_exists turn_ended too_many",
  410: "stream_expired",
  413: "payload_too_large",
  414: "uri_too_long",
  415: "unsupported_media_type",
  422: "idempotency_key_reused",
  429: "rate_limited",
  431: "headers_too_large",
  500: "internal_error subscription_failed publish_failed",
  502: "model_error model_cut stream_too_long",
  503: "overloaded shutting_down model_unavailable generation_lost store_unavailable",
  504: "model_timeout",
};

const RETRYABLE = `publish_failed model_cut model_timeout overloaded shutting_down model_unavailable generation_lost store_unavailable`;

const codes = Object.keys(ERRORS) as ErrorCode[];
const words = (text: string) => text.split(/\s+/);

describe("the table of errors", () => {
  test("has every code of the protocol with its status, and no other", () => {
    const expected = Object.entries(TABLE).flatMap(([status, names]) =>
      words(names).map((name) => [name, Number(status)] as const),
    );
    assert.deepEqual(Object.fromEntries(codes.map((code) => [code, statusOf(code)])), Object.fromEntries(expected));
  });

  test("says of each code whether the same request may succeed later", () => {
    assert.deepEqual(codes.filter(isRetryable).sort(), words(RETRYABLE).sort());
  });

  test("each text is a sentence for people, that teaches what to do where the client can do something", () => {
    for (const code of codes) assert.match(textOf(code), /^[A-Z].{20,160}\.$/s, code);
    const texts = codes.map(textOf);
    assert.equal(new Set(texts).size, texts.length, "no two codes say the same");
  });
});

describe("failure", () => {
  test("carries the table's text, or a more precise one, and what may be said beside it", () => {
    assert.equal(failure("overloaded").message, textOf("overloaded"));
    const precise = failure("invalid_request", "Too many.", { details: [{ path: "a", message: "b" }], retryAfter: 5 });
    assert.deepEqual([precise.code, precise.message], ["invalid_request", "Too many."]);
    assert.deepEqual(precise.extra, { details: [{ path: "a", message: "b" }], retryAfter: 5 });
  });

  test("is told from every other error by its code", () => {
    assert.ok(isFailure(failure("model_cut")));
    const others: unknown[] = [
      new Error("model_cut"),
      Object.assign(new Error("x"), { code: "model_cut" }),
      Object.assign(new Error("x"), { code: "ECONNRESET" }),
      Object.assign(new Error("x"), { code: "ECONNRESET", extra: {} }),
      { code: "model_cut", extra: {} },
      "model_cut",
      undefined,
      null,
    ];
    for (const other of others) assert.equal(isFailure(other), false);
  });
});
