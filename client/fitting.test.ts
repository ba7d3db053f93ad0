import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { anyUnicode } from "../testing/any-unicode.ts";
import { fitting } from "./fitting.ts";
import type { ConversationMessage } from "./index.ts";

const message: fc.Arbitrary<ConversationMessage> = fc.record({
  role: fc.constantFrom("user" as const, "assistant" as const),
  content: anyUnicode({ maxLength: 40 }),
});
const bytesOf = (messages: ConversationMessage[]) => Buffer.byteLength(JSON.stringify(messages));

test("what is sent along is the newest whole messages that fit, in order, and no fewer than fit", () => {
  fc.assert(
    fc.property(
      fc.array(message, { maxLength: 30 }),
      fc.nat({ max: 20 }),
      fc.nat({ max: 1500 }),
      (all, count, bytes) => {
        const sendable = all.filter(({ role, content }) => role === "assistant" || content.trim() !== "");
        const chosen = fitting(all, count + 1, bytes);
        assert.deepEqual(chosen, sendable.slice(sendable.length - chosen.length));
        assert.ok(chosen.length <= count + 1);
        if (chosen.length > 0) assert.ok(bytesOf(chosen) <= bytes + 2);
        const more = sendable.slice(sendable.length - chosen.length - 1);
        if (chosen.length < Math.min(count + 1, sendable.length)) assert.ok(bytesOf(more) > bytes);
      },
    ),
  );
});

test("bytes are those of UTF-8", () => {
  const said = (content: string) => ({ role: "assistant", content }) as const;
  const bytes = Buffer.byteLength(JSON.stringify(said("äöü😀"))) + 1;
  assert.equal(fitting([said("äöü😀")], 200, bytes).length, 1);
  assert.equal(fitting([said("äöü😀")], 200, bytes - 1).length, 0);
});

test("a blank question of the past is left out, an empty answer is not", () => {
  const messages = [
    { role: "user", content: " \n" },
    { role: "assistant", content: "" },
  ] as const;
  assert.deepEqual(fitting(messages, 200, 1000), [messages[1]]);
});
