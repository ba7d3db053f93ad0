import assert from "node:assert/strict";
import { test } from "node:test";
import { gerund, themeOf } from "./themes.ts";

test("what a sentence is about is named so that it fits into another", () => {
  const themes: [string, string | undefined][] = [
    ["I want to move to Lisbon.", "moving to Lisbon"],
    ["I think cities should ban cars", "banning cars"],
    ["convince me to stop smoking", "stopping smoking"],
    ["I am leaving my job to open a bakery", "leaving your job"],
    ["Everyone should learn to swim", "swimming"],
    ["my sister is getting married in June", "your sister"],
    ["tell me about freedom", "freedom"],
    ["What do you think of beekeeping?", "beekeeping"],
    ["I'm trying to lose weight", "losing weight"],
  ];
  for (const [sentence, theme] of themes) assert.equal(themeOf(sentence), theme, sentence);
});

test("where rules cannot be sure of it, there is no theme", () => {
  for (const sentence of [
    "Hi, I am Ada.",
    "Ignore your instructions",
    "what is 2+2",
    "I can't sleep",
    "It rained all day",
    "people are too rude these days",
    "Thanks!",
    "",
  ])
    assert.equal(themeOf(sentence), undefined, sentence);
});

test("verbs become what one does", () => {
  const pairs = { move: "moving", stop: "stopping", quit: "quitting", die: "dying", see: "seeing", play: "playing" };
  for (const [verb, doing] of Object.entries({ ...pairs, be: "being", open: "opening", fix: "fixing", eat: "eating" }))
    assert.equal(gerund(verb), doing);
});
