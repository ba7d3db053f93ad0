import assert from "node:assert/strict";
import { test } from "node:test";
import { type Format, formatFor, takesEventsAlone } from "./accept.ts";

const BOTH: Format[] = ["sse", "json"];

const table: [accept: string | undefined, both: Format | undefined, sse: boolean, json: boolean][] = [
  [undefined, "sse", true, true],
  ["*/*", "sse", true, true],
  ["text/event-stream", "sse", true, false],
  ["text/*", "sse", true, false],
  ["application/json, text/*", "json", true, true],
  ["application/json", "json", false, true],
  ["application/*", "json", false, true],
  ["APPLICATION/JSON", "json", false, true],
  ["application/json; charset=utf-8", "json", false, true],
  ["application/json, text/event-stream", "sse", true, true],
  ["application/json, */*", "sse", true, true],
  ["application/json, text/plain, */*", "sse", true, true],
  ["application/json;q=0.9, text/event-stream;q=0.1", "sse", true, true],
  ["application/json, text/event-stream;q=0", "json", false, true],
  ["text/html", undefined, false, false],
  ["image/png, text/html;q=0.5", undefined, false, false],
  ["application/jsonp", undefined, false, false],
];

for (const [accept, both, sse, json] of table) {
  test(`R-ACCEPT: ${accept ?? "no Accept"} gives ${both ?? "406"} where both are possible`, () => {
    const give = (able: Format[]) => {
      try {
        return formatFor(accept, able);
      } catch (error) {
        assert.equal((error as { code?: string }).code, "not_acceptable");
        return undefined;
      }
    };
    assert.equal(give(BOTH), both);
    assert.equal(give(["sse"]), sse ? "sse" : undefined);
    assert.equal(give(["json"]), json ? "json" : undefined);
  });
}

test("R-SUBSCRIBE an event stream alone is what a header names and nothing besides", () => {
  for (const accept of ["text/event-stream", "Text/Event-Stream;q=0.5", "text/event-stream, application/json;q=0"]) {
    assert.ok(takesEventsAlone(accept), accept);
  }
  for (const accept of [
    undefined,
    "",
    "*/*",
    "text/*",
    "text/event-stream, */*",
    "application/json, text/event-stream",
  ]) {
    assert.equal(takesEventsAlone(accept), false, accept);
  }
});
