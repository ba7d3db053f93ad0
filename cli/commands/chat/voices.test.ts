import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { StreamEvent } from "../../../client/index.ts";
import { createVoices, type Piece } from "./voices.ts";

type Draft = StreamEvent extends infer E ? (E extends unknown ? Omit<E, "seq"> : never) : never;

const event = (draft: Draft): StreamEvent => ({ seq: 1, ...draft }) as StreamEvent;
const begins = (id: string, sender = id) => event({ type: "message_start", message_id: id, sender, role: "assistant" });
const says = (id: string, text: string) => event({ type: "token", message_id: id, text });
const ends = (id: string, reason: "stop" | "cancelled" = "stop") =>
  event({ type: "message_end", message_id: id, sender: id, content: "", timestamp: "", reason });
const notice = (code: string) => event({ type: "system", code, message: code });

/** What a terminal shows of the pieces. */
const shown = (pieces: readonly Piece[]): string =>
  pieces
    .map((piece) => {
      if (piece.type === "begin") return `<${piece.sender}>`;
      if (piece.type === "text") return piece.text;
      return piece.type === "end" ? `</${piece.reason}>` : `[${piece.code}]`;
    })
    .join("");

function play(...events: StreamEvent[]): string[] {
  const voices = createVoices();
  return events.map((each) => shown(voices.take(each)));
}

test("one voice is printed as it comes", () => {
  assert.deepEqual(play(begins("a"), says("a", "x"), says("a", "y"), ends("a")), ["<a>", "x", "y", "</stop>"]);
});

test("of two that speak at once the second waits for the end of the first, and then goes on live", () => {
  const pieces = play(
    begins("a"),
    begins("b"),
    says("b", "1"),
    says("a", "x"),
    ends("a", "cancelled"),
    says("b", "2"),
    ends("b"),
  );
  assert.deepEqual(pieces, ["<a>", "", "", "x", "</cancelled><b>1", "2", "</stop>"]);
});

test("a message that comes whole waits its turn, and a notice waits for the end of the line", () => {
  const whole = event({ type: "message", message_id: "m", sender: "Ada", role: "user", content: "hi", timestamp: "" });
  assert.deepEqual(play(notice("thinking"), begins("a"), whole, notice("waiting"), says("a", "x"), ends("a")), [
    ...["[thinking]", "<a>", "", "", "x"],
    "</stop>[waiting]<Ada>hi</stop>",
  ]);
});

test("who waits is told", () => {
  const voices = createVoices();
  for (const each of [begins("a"), begins("b", "Vera")]) voices.take(each);
  assert.deepEqual(voices.waiting(), ["Vera"]);
});

test("however voices mix, each message is printed whole, in the order in which they began", () => {
  const steps = fc.array(fc.tuple(fc.integer({ min: 0, max: 3 }), fc.string({ maxLength: 4 })), { maxLength: 60 });
  fc.assert(
    fc.property(steps, (said) => {
      const texts = new Map<string, string>();
      const events: StreamEvent[] = [];
      for (const [voice, text] of said) {
        const id = `v${voice}`;
        if (!texts.has(id)) events.push(begins(id));
        texts.set(id, (texts.get(id) ?? "") + text);
        events.push(says(id, text));
      }
      events.push(...[...texts.keys()].sort().map((id) => ends(id)));
      const expected = [...texts].map(([id, text]) => `<${id}>${text}</stop>`).join("");
      assert.equal(play(...events).join(""), expected);
    }),
  );
});
