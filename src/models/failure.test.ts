import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { APICallError } from "@ai-sdk/provider";
import fc from "fast-check";
import { failure } from "../protocol/errors.ts";
import { classify, modelFailure, retryAfterMs } from "./failure.ts";

const NOW = Date.parse("2026-01-02T03:04:05Z");

const apiError = (traits: { statusCode?: number; isRetryable?: boolean; cause?: unknown; retryAfter?: string }) =>
  new APICallError({
    message: "SECRET upstream text",
    url: "http://10.0.0.1/SECRET",
    requestBodyValues: { prompt: "SECRET" },
    responseBody: "SECRET",
    ...(traits.statusCode === undefined ? {} : { statusCode: traits.statusCode }),
    ...(traits.isRetryable === undefined ? {} : { isRetryable: traits.isRetryable }),
    ...(traits.retryAfter === undefined ? {} : { responseHeaders: { "retry-after": traits.retryAfter } }),
    cause: traits.cause,
  });
const systemError = (code: string) => Object.assign(new Error("connect SECRET 10.0.0.1"), { code });

describe("classify", () => {
  const table: [name: string, error: unknown, code: string, retryable: boolean][] = [
    ["an APICallError of 400", apiError({ statusCode: 400 }), "model_error", false],
    ["an APICallError of 401", apiError({ statusCode: 401 }), "model_error", false],
    ["an APICallError of 429", apiError({ statusCode: 429 }), "model_unavailable", true],
    ["an APICallError of 500", apiError({ statusCode: 500 }), "model_unavailable", true],
    ["an APICallError of 529", apiError({ statusCode: 529 }), "model_unavailable", true],
    ["an APICallError of an unreadable 200", apiError({ statusCode: 200 }), "model_error", false],
    [
      "an APICallError that reached nobody",
      apiError({ isRetryable: true, cause: systemError("ECONNREFUSED") }),
      "model_unavailable",
      true,
    ],
    [
      "an APICallError of a 200 that was reset",
      apiError({
        statusCode: 200,
        isRetryable: true,
        cause: new TypeError("terminated", { cause: systemError("UND_ERR_SOCKET") }),
      }),
      "model_cut",
      true,
    ],
    ["a refused connection", systemError("ECONNREFUSED"), "model_unavailable", true],
    ["an unknown host", systemError("ENOTFOUND"), "model_unavailable", true],
    ["a reset in the middle", new TypeError("terminated", { cause: systemError("UND_ERR_SOCKET") }), "model_cut", true],
    ["an error of ours", modelFailure("model_timeout"), "model_timeout", false],
    ["another failure", failure("internal_error"), "model_error", false],
    ["a plain error", new Error("SECRET"), "model_error", false],
    ["text", "SECRET", "model_error", false],
    ["an object", { message: "SECRET" }, "model_error", false],
    ["nothing", undefined, "model_error", false],
  ];
  for (const [name, error, code, retryable] of table) {
    test(`${name} is ${code}`, () => {
      const found = classify(error, NOW);
      assert.deepEqual([found.code, found.retryable], [code, retryable]);
      assert.doesNotMatch(`${found.message} ${found.cause} ${JSON.stringify(found)}`, /SECRET|10\.0/);
    });
  }

  test("reads the Retry-After of an APICallError", () => {
    const found = classify(apiError({ statusCode: 429, retryAfter: "7" }), NOW);
    assert.equal(found.retryAfterMs, 7000);
    assert.deepEqual(found.extra, { retryAfter: 7 });
  });

  test("a circle of causes has an end", () => {
    const error = new Error("a");
    error.cause = error;
    assert.equal(classify(error).code, "model_error");
  });

  test("whatever is thrown, it has a name", () => {
    fc.assert(
      fc.property(fc.anything(), (thrown) => {
        assert.match(classify(thrown).code, /^model_/);
      }),
    );
  });
});

describe("retryAfterMs", () => {
  const cases: [string | undefined, number | undefined][] = [
    ["0", 0],
    [" 7 ", 7000],
    ["Fri, 02 Jan 2026 03:04:35 GMT", 30_000],
    ["Fri, 02 Jan 2026 03:00:00 GMT", 0],
    ["-5", undefined],
    ["7.5", undefined],
    ["soon", undefined],
    ["", undefined],
    [undefined, undefined],
  ];
  for (const [header, expected] of cases) {
    test(`${JSON.stringify(header)} is ${expected}`, () => assert.equal(retryAfterMs(header, NOW), expected));
  }
});
