import fc from "fast-check";
import type { OpenDraft, TerminalDraft, WorldEvent } from "../src/protocol/events.ts";
import { anyUnicode } from "./any-unicode.ts";

/** Arbitraries of events and of texts, for the property tests of frames, logs and readers. */

// What breaks a frame, a line, a string literal or a decoder where it is not escaped.
const HOSTILE = [
  ...'\r \n \r\n \n\n \0 \x1b \v \f \x1c \x85 \u2028 \u2029 \ufeff " \\ \\n \\u2028 {} , :'.split(" "),
  ...["data: x", "\ndata: x\n\n", "\nid: 9", "\nevent: done\n\n", "retry: 1", ": ping", ""],
  ...["\ud83d", "\ude00", "\ude00\ud83d", "😀", "👩‍🚀", "é", "e\u0301", "漢字", "\u202e"],
];

const pieces = fc.oneof(fc.constantFrom(...HOSTILE), anyUnicode(), fc.string());

const short: fc.Arbitrary<string> = fc.array(pieces, { maxLength: 5 }).map((parts) => parts.join(""));

const long = fc
  .tuple(fc.constantFrom("x", "é", "😀", "\n"), fc.nat(100_000))
  .map(([unit, n]) => unit.repeat(n / unit.length));

/** Any text: hostile, empty, with lone surrogates, now and then of 100 kB. */
export const anyText: fc.Arbitrary<string> = fc.oneof({ weight: 40, arbitrary: short }, { weight: 1, arbitrary: long });

/** An id as the server makes them. */
const anyId = fc.stringMatching(/^[A-Za-z0-9_-]{1,22}$/);
// Objects as a program writes them: a log may give back what it was given.
const plain = { noNullPrototype: true } as const;
const usage = fc.record({ input_tokens: fc.nat(), output_tokens: fc.nat() }, plain);
const timestamp = fc.constantFrom("2026-01-02T03:04:05.000Z", "2026-12-31T23:59:59.999Z");
const sender = fc.oneof(fc.constant("assistant"), short);

const message = { message_id: anyId, sender, content: anyText, timestamp };

export const anyToken: fc.Arbitrary<OpenDraft> = fc.record({
  type: fc.constant("token" as const),
  message_id: anyId,
  text: anyText,
});

/** Any event that may stand in the middle of a log; mostly tokens, as in a real one. */
export const anyOpenDraft: fc.Arbitrary<OpenDraft> = fc.oneof(
  { weight: 6, arbitrary: anyToken },
  fc.record(
    {
      type: fc.constant("start" as const),
      stream_id: anyId,
      kind: fc.constantFrom("chat" as const, "world" as const, "feed" as const),
      created_at: timestamp,
      model: short,
      world: short,
      turn_id: anyId,
      message_id: anyId,
    },
    { requiredKeys: ["type", "stream_id", "kind", "created_at"] },
  ),
  fc.record(
    {
      type: fc.constant("message_start" as const),
      message_id: anyId,
      sender,
      role: fc.constant("assistant" as const),
      in_reply_to: anyId,
    },
    { requiredKeys: ["type", "message_id", "sender", "role"] },
  ),
  fc.record(
    {
      type: fc.constant("message_end" as const),
      ...message,
      reason: fc.constantFrom("stop" as const, "cancelled" as const, "error" as const),
      usage,
      error_code: fc.constant("model_cut"),
      in_reply_to: anyId,
    },
    { requiredKeys: ["type", "message_id", "sender", "content", "timestamp", "reason"] },
  ),
  fc.record(
    {
      type: fc.constant("message" as const),
      ...message,
      role: fc.constantFrom("user" as const, "assistant" as const),
      in_reply_to: anyId,
    },
    { requiredKeys: ["type", "message_id", "sender", "content", "timestamp", "role"] },
  ),
  fc.record(
    {
      type: fc.constant("system" as const),
      code: fc.constant("thinking"),
      message: anyText,
      message_id: anyId,
      agent: short,
    },
    { requiredKeys: ["type", "code", "message"] },
  ),
);

export const anyTerminalDraft: fc.Arbitrary<TerminalDraft> = fc.oneof(
  fc.record(
    {
      type: fc.constant("done" as const),
      reason: fc.constantFrom("stop", "length", "cancelled"),
      usage,
      agents: fc.array(
        fc.record({ agent: short, outcome: fc.constantFrom("replied" as const, "failed" as const) }, plain),
      ),
    },
    { requiredKeys: ["type", "reason"] },
  ),
  fc.record({
    type: fc.constant("error" as const),
    error_code: fc.constantFrom("model_cut", "model_error"),
    message: anyText,
    retryable: fc.boolean(),
  }),
);

/** Any event as the feed of a world is given it: with the turn that it is of, or of none. */
export const anyWorldEvent: fc.Arbitrary<WorldEvent> = fc
  .tuple(fc.oneof({ weight: 4, arbitrary: anyOpenDraft }, anyTerminalDraft), fc.option(anyId, { nil: undefined }))
  .map(([draft, turn_id]) => (turn_id === undefined ? draft : { ...draft, turn_id }));
