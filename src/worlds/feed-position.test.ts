import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { feedPosition } from "./feed-position.ts";

/** It stands at 20, and keeps from 11 on. */
const feed = { id: "feed1", epoch: 0, lastSeq: 20, firstKept: 11 } as const;
const refusal = (id: string) => {
  try {
    feedPosition(feed, id, (forgotten) => forgotten === "feed0");
  } catch (error) {
    return (error as { code: string }).code;
  }
  return "none";
};

describe("feedPosition", () => {
  test("R-FEED every event that is followed by a kept one, and the last, can be gone on after", () => {
    for (let seq = 10; seq <= 20; seq++) assert.equal(feedPosition(feed, `feed1.0.${seq}`), seq);
  });

  const refused: [string, string, string][] = [
    ["what followed is not kept any more", "feed1.0.9", "stream_expired"],
    ["long ago", "feed1.0.0", "stream_expired"],
    ["ahead of the feed", "feed1.0.21", "cursor_ahead"],
    ["of an epoch that it never had", "feed1.1.15", "cursor_void"],
    ["of a feed that is forgotten", "feed0.0.15", "stream_expired"],
    ["of another feed, or of a stream", "feed2.0.15", "stream_not_found"],
    ["no position", "feed1.15", "invalid_cursor"],
    ["a number alone, for the path does not say which feed it is of", "15", "invalid_cursor"],
    ["empty", "", "invalid_cursor"],
  ];
  for (const [what, id, code] of refused) {
    test(`R-FEED R-HONEST ${JSON.stringify(id)} is refused as ${code}: ${what}`, () => {
      assert.equal(refusal(id), code);
    });
  }

  test("R-FEED R-HONEST who is ahead is told how far the feed is, and nobody is asked for what is unknown", () => {
    assert.throws(() => feedPosition(feed, "feed1.0.99"), { code: "cursor_ahead", extra: { lastSeq: 20 } });
    assert.throws(() => feedPosition(feed, "feed0.0.15"), { code: "stream_not_found" });
  });

  test("R-FEED R-HONEST each refusal says how to go on, and names no id", () => {
    for (const [, id, code] of refused.filter(([, , code]) => code !== "invalid_cursor")) {
      assert.throws(
        () => feedPosition(feed, id, (other) => other === "feed0"),
        ({ message }: Error) =>
          /again without Last-Event-ID|event that you received/.test(message) && !message.includes("feed1"),
        code,
      );
    }
  });
});
