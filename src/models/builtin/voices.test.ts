import assert from "node:assert/strict";
import { test } from "node:test";
import { MODERATION } from "./debate.ts";
import { grammarOf } from "./topics.ts";
import { VOICES } from "./voices.ts";

// What each bank is filled with; the grammar of a topic comes with the topic.
const WITH_TOPIC = ["topic", ...Object.keys(grammarOf("tea"))];
const FILLED: Readonly<Record<string, readonly string[]>> = {
  noted: ["fact"],
  recall: ["answer"],
  reflect: WITH_TOPIC,
  opinion: WITH_TOPIC,
  advice: WITH_TOPIC,
  open: [...WITH_TOPIC, "other"],
  rebut: [...WITH_TOPIC, "other", "quote"],
};

for (const [stance, voice] of Object.entries(VOICES)) {
  test(`the ${stance} voice has phrases for everything, and no place that nobody fills`, () => {
    for (const [bank, phrases] of Object.entries(voice)) {
      assert.ok(phrases.length > 0, bank);
      for (const phrase of [phrases].flat()) {
        for (const [, place = ""] of phrase.matchAll(/\{(\w+)\}/g)) {
          assert.ok(FILLED[bank]?.includes(place.toLowerCase()), `${bank}: ${phrase}`);
        }
      }
    }
  });

  test(`the ${stance} voice calls the other in each word of a debate, and repeats nothing of its own`, () => {
    for (const phrase of [...voice.open, ...voice.rebut]) assert.match(phrase, /@\{other\}/);
    const all = Object.values(voice).flat();
    assert.equal(new Set(all).size, all.length);
  });
}

test("a host's closing word calls nobody", () => {
  for (const phrase of MODERATION.close) assert.doesNotMatch(phrase, /@/);
});

test("the number of a topic is kept", () => {
  assert.equal(grammarOf("cats")["is"], "are");
  assert.equal(grammarOf("cats and dogs")["it"], "them");
  for (const topic of ["tea", "chess", "remote work", "the idea to tax robots", "music"])
    assert.equal(grammarOf(topic)["is"], "is", topic);
});
