import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { createParser, type EventSourceMessage } from "eventsource-parser";
import fc from "fast-check";
import { anyText, anyWorldEvent } from "../../testing/any-event.ts";
import type { WorldEvent } from "./events.ts";
import { encodeFrame, encodeLooseFrame, frameData, HEARTBEAT, oneLine, parseCursor, RETRY_LINE } from "./frames.ts";

const PREFIX = "Zm9vYmFyYmF6cXV4MTIz.0.";

type Parsed = Pick<EventSourceMessage, "id" | "event" | "data">;

function parse(text: string): Parsed[] {
  const messages: Parsed[] = [];
  const onEvent = ({ id, event, data }: EventSourceMessage) => messages.push({ id, event, data });
  createParser({ onEvent, onError: assert.fail }).feed(text);
  return messages;
}

// A parser as careless people write it: it takes for a line end all that Unicode does, as Python's splitlines.
const UNICODE_LINE_END = /\r\n|[\n\v\f\r\x1c\x1d\x1e\x85\u2028\u2029]/;

function parseCarelessly(text: string): Parsed[] {
  const messages: Parsed[] = [];
  let fields: Record<string, string> = {};
  for (const line of text.split(UNICODE_LINE_END)) {
    const [name = "", ...value] = line.split(": ");
    if (line !== "") fields[name] = value.join(": ");
    else if (fields["data"] !== undefined)
      messages.push({ id: fields["id"], event: fields["event"], data: fields["data"] });
    if (line === "") fields = {};
  }
  return messages;
}

/** What a reader of JSON has: absent where undefined. */
const plain = (value: object) => JSON.parse(JSON.stringify(value));

const message = { message_id: "m1", sender: "assistant", timestamp: "2026-01-02T03:04:05.678Z" };
const usage = { input_tokens: 31, output_tokens: 2 };
const nasty = 'Line\r\nnext\u0000\u2028\u2029\u0085 data: x 😀 \ud83d "é\\n"';

/** One of each type, with each optional field in one of them. */
const EXAMPLES: WorldEvent[] = [
  { type: "start", stream_id: "abc", kind: "chat", created_at: message.timestamp, model: "builtin:chat" },
  {
    type: "start",
    stream_id: "abc",
    kind: "world",
    created_at: message.timestamp,
    world: "lobby",
    turn_id: "t1",
    message_id: "m0",
  },
  { type: "message_start", message_id: "m1", sender: "vera", role: "assistant", in_reply_to: "m0" },
  { type: "token", message_id: "m1", text: "Hel" },
  { type: "token", message_id: "m1", text: nasty },
  { type: "message_end", ...message, content: nasty, reason: "stop", usage },
  { type: "message_end", ...message, content: "", reason: "error", error_code: "model_cut", in_reply_to: "m0" },
  { type: "message", ...message, role: "user", content: "Hello" },
  { type: "system", code: "unknown_mention", message: "There is no agent @bob.", message_id: "m1", agent: "bob" },
  { type: "done", reason: "stop", usage },
  { type: "done", reason: "completed", agents: [{ agent: "vera", outcome: "replied" }] },
  { type: "error", error_code: "model_timeout", message: "The model took too long.", retryable: true },
  { type: "start", stream_id: "abc", kind: "feed", created_at: message.timestamp, world: "lobby" },
  { type: "start", kind: "world", created_at: message.timestamp, world: "lobby", turn_id: "t1", message_id: "m0" },
  { type: "token", message_id: "m1", text: nasty, turn_id: "t1" },
  { type: "message_end", ...message, content: "Hel", reason: "stop", turn_id: "t1" },
  { type: "done", reason: "completed", agents: [], turn_id: "t1" },
];

describe("frames", () => {
  test("R-PRIME R-BEAT every frame is, byte for byte, as frozen in testing/golden-frames.txt", () => {
    const frames = EXAMPLES.map((draft, index) => encodeFrame(PREFIX, index + 1, draft));
    const loose = encodeLooseFrame("error", { error_code: "not_found", message: nasty });
    const written = [RETRY_LINE, HEARTBEAT, ...frames, loose].join("");
    assert.equal(written, readFileSync(new URL("../../testing/golden-frames.txt", import.meta.url), "utf8"));
  });

  test("R-INJECT any text in any field gives exactly one event, which parses back equal", () => {
    fc.assert(
      fc.property(anyWorldEvent, fc.integer({ min: 1, max: 2 ** 53 - 1 }), (draft, seq) => {
        const [event, ...more] = parse(encodeFrame(PREFIX, seq, draft));
        assert.deepEqual(more, []);
        assert.deepEqual([event?.id, event?.event], [`${PREFIX}${seq}`, draft.type]);
        assert.deepEqual(JSON.parse(event?.data ?? ""), plain({ ...draft, seq }));
      }),
      { numRuns: 500 },
    );
  });

  test("R-INJECT also for a parser that splits lines as Unicode does, and with frames before and after", () => {
    fc.assert(
      fc.property(fc.array(anyWorldEvent, { maxLength: 5 }), (drafts) => {
        const text = RETRY_LINE + drafts.map((draft, index) => encodeFrame(PREFIX, index + 1, draft)).join(HEARTBEAT);
        assert.deepEqual(parseCarelessly(text), parse(text));
        assert.equal(parse(text).length, drafts.length);
      }),
      { numRuns: 500 },
    );
  });

  test("R-INJECT a loose frame and a line of JSON hold any text, and a loose frame has no id", () => {
    fc.assert(
      fc.property(anyText, (text) => {
        assert.doesNotMatch(oneLine(text), UNICODE_LINE_END);
        assert.equal(JSON.parse(oneLine(text)), text);
        const frame = encodeLooseFrame("error", { message: text });
        assert.deepEqual(parse(frame), [{ id: undefined, event: "error", data: oneLine({ message: text }) }]);
      }),
    );
  });

  test("a frame's JSON begins with type and seq, and is found again without parsing", () => {
    fc.assert(
      fc.property(anyWorldEvent, (draft) => {
        const data = frameData(encodeFrame(PREFIX, 7, draft));
        assert.doesNotMatch(data, /\n/);
        assert.ok(data.startsWith(`{"type":"${draft.type}","seq":7,`));
        assert.deepEqual(JSON.parse(data), plain({ ...draft, seq: 7 }));
      }),
    );
  });

  test("the first line asks a browser to come back after one second, and a comment is no event", () => {
    const retries: number[] = [];
    const events: unknown[] = [];
    const parser = createParser({ onEvent: (event) => events.push(event), onRetry: (ms) => retries.push(ms) });
    parser.feed(RETRY_LINE + HEARTBEAT);
    assert.deepEqual([retries, events], [[1000], []]);
  });
});

describe("parseCursor", () => {
  const id = "A".repeat(40);
  const good: [string, string, number, number][] = [
    ["abc.0.1", "abc", 0, 1],
    ["abc.0.0", "abc", 0, 0],
    ["A1z9.12.345", "A1z9", 12, 345],
    [`${id}.999999.1000000000000000`, id, 999_999, 1_000_000_000_000_000],
  ];
  for (const [text, streamId, epoch, seq] of good) {
    test(`R-HONEST reads ${text}`, () => assert.deepEqual(parseCursor(text), { streamId, epoch, seq }));
  }

  const bad = [
    ...["", " ", "abc", "abc.0", "abc.0.", "abc..1", ".0.1", "abc.0.1.2", "1", "0"],
    ...[" abc.0.1", "abc.0.1 ", "abc.0.1\n", "\nabc.0.1", "abc.0.1\0", "abc. 0.1", "abc,0,1"],
    ...["abc.0.01", "abc.00.1", "abc.0.-1", "abc.0.+1", "abc.0.1.0", "abc.0.1e3", "abc.0.0x1", "abc.0.1,5", "abc.0.٣"],
    ...["ab-c.0.1", "ab_c.0.1", "äbc.0.1", "a/b.0.1", "<id>.0.1", "null", "undefined.0.NaN", "abc.0.Infinity"],
    ...[`${id}A.0.1`, "abc.1000000.1", "abc.0.99999999999999999", "x".repeat(100_000)],
  ];
  for (const text of bad) {
    const title = JSON.stringify(text.length > 50 ? `${text.slice(0, 20)}… (${text.length})` : text);
    test(`R-HONEST refuses ${title}`, () => assert.equal(parseCursor(text), undefined));
  }

  test("R-HONEST reads every id that a frame was given, which has at most 64 bytes, and nothing that was changed", () => {
    const anyId = fc.tuple(fc.stringMatching(/^[A-Za-z0-9]{1,40}$/), fc.nat(999_999), fc.nat(2 ** 53 - 1));
    fc.assert(
      fc.property(anyId, fc.nat(63), ([streamId, epoch, seq], at) => {
        const whole = `${streamId}.${epoch}.${seq}`;
        assert.ok(Buffer.byteLength(whole) <= 64);
        assert.deepEqual(parseCursor(whole), { streamId, epoch, seq });
        const cut = at % (whole.length + 1);
        for (const odd of [" ", "\n", "-", "%"])
          assert.equal(parseCursor(whole.slice(0, cut) + odd + whole.slice(cut)), undefined);
      }),
    );
  });
});
