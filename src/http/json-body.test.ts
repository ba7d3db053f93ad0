import assert from "node:assert/strict";
import { test } from "node:test";
import Fastify from "fastify";
import { isFailure } from "../protocol/errors.ts";
import { acceptJsonBodies } from "./json-body.ts";

/** What the parser makes of a body: the value, or the code and text of its refusal. */
async function parsed(payload: string | Buffer, headers: Record<string, string> = {}) {
  const app = Fastify();
  acceptJsonBodies(app);
  app.setErrorHandler((error, _request, reply) => {
    if (!isFailure(error)) throw error;
    return reply.code(400).send({ code: error.code, text: error.message });
  });
  app.post("/", async ({ body }) => ({ body }));
  const response = await app.inject({
    method: "POST",
    url: "/",
    payload,
    headers: { "content-type": "application/json", ...headers },
  });
  await app.close();
  return response.json();
}

test("JSON is parsed, whatever the parameters of its type, with or without a byte order mark", async () => {
  assert.deepEqual(await parsed('{"a":"é"}'), { body: { a: "é" } });
  assert.deepEqual(await parsed("\ufeff[1]"), { body: [1] });
  assert.deepEqual(await parsed("[1]", { "content-type": "Application/JSON; charset=utf-8" }), { body: [1] });
  assert.deepEqual(await parsed("[1]", { "content-encoding": "identity" }), { body: [1] });
});

test("an empty body is none, whatever its type says", async () => {
  assert.deepEqual(await parsed(""), {});
  assert.deepEqual(await parsed("", { "content-type": "text/plain" }), {});
});

const broken: [body: string, says: RegExp][] = [
  ['{"a":1,}', /line 1, column 8/],
  ['{\n  "a": 1\n  "b": 2\n}', /line 3, column 3/],
  ['{"a":', /it ends too early|column 6/],
  ["{'a':1}", /line 1, column 2/],
  ["[1] secret", /line 1, column 5/],
];

for (const [body, says] of broken) {
  test(`the place of the fault is told, and nothing of the body: ${JSON.stringify(body)}`, async () => {
    const { code, text } = await parsed(body);
    assert.equal(code, "invalid_json");
    assert.match(text, says);
    assert.doesNotMatch(text, /secret|'a'/);
  });
}

test("bytes that are no UTF-8 are refused, and not replaced", async () => {
  for (const bytes of [
    [0x22, 0xff, 0x22],
    [0x22, 0xed, 0xa0, 0x80, 0x22],
    [0x22, 0xc3],
  ]) {
    const { code, text } = await parsed(Buffer.from(bytes));
    assert.deepEqual([code, text], ["invalid_json", "The body is not valid UTF-8."]);
  }
});

test("other types and encodings are refused with what to send instead", async () => {
  assert.equal(
    (await parsed("a=1", { "content-type": "application/x-www-form-urlencoded" })).code,
    "unsupported_media_type",
  );
  assert.equal((await parsed("x", { "content-encoding": "br" })).code, "unsupported_media_type");
});
