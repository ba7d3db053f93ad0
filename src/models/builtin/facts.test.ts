import assert from "node:assert/strict";
import { test } from "node:test";
import { factsOf, nameOf, statement } from "./facts.ts";

const told = (...messages: string[]) => [...factsOf(messages).values()].map((fact) => statement(fact));

const NAMES: [string, string][] = [
  ["my name is Ada", "Ada"],
  ["I'm Ada", "Ada"],
  ["Hi, i'm ada!", "Ada"],
  ["Call me Ada Lovelace", "Ada Lovelace"],
  ["I am called Ada", "Ada"],
  ["Hello, I am Ada and I like tea", "Ada"],
  ["MY NAME IS ADA", "Ada"],
  ["I'm José, a painter", "José"],
  ["my name isn't Eve, it's Ada", "Ada"],
];
for (const [text, name] of NAMES) test(`"${text}" tells a name`, () => assert.equal(nameOf(factsOf([text])), name));

const NO_NAMES = [
  "I'm tired",
  "I'm Sorry",
  "I am hungry",
  "i'm going home",
  "I'm not sure",
  "I'm German",
  "I'm happy today",
  "what is my name?",
  "She said my name is nice",
  "I'm 30",
];
for (const text of NO_NAMES) test(`"${text}" tells no name`, () => assert.equal(nameOf(factsOf([text])), undefined));

const FACTS: [string, string[]][] = [
  ["I work on rockets", ["you work on rockets"]],
  ["I'm a nurse and I love hiking", ["you are a nurse", "you love hiking"]],
  ["I live in Lyon, but I'm from Kyoto", ["you live in Lyon", "you come from Kyoto"]],
  ["I like tea, jazz and chess", ["you like tea", "you like jazz", "you like chess"]],
  ["I love jazz and hate mornings", ["you love jazz", "you hate mornings"]],
  [
    "I like tea, coffee and milk but don't like beer",
    ["you like tea", "you like coffee", "you like milk", "you don't like beer"],
  ],
  ["I have a cat called Tom and two kids", ["you have a cat", "your cat is called Tom", "you have two kids"]],
  [
    "I have a cat called Tom, two kids and a dog named Rex",
    ["you have a cat", "your cat is called Tom", "you have two kids", "you have a dog", "your dog is called Rex"],
  ],
  ["I have two kids and a cat called Tom", ["you have two kids", "you have a cat", "your cat is called Tom"]],
  ["My favorite colour is green", ["your favourite colour is green"]],
  ["I have a dog called Rex", ["you have a dog", "your dog is called Rex"]],
  ["I have two cats", ["you have two cats"]],
  ["my sister's name is Mia", ["your sister is called Mia"]],
  ["My sister lives in Rome", ["your sister lives in Rome"]],
  ["I am 36 years old", ["you are 36 years old"]],
  ["Remember that the code word is swordfish", ["the code word is swordfish"]],
  ["please remember to buy milk", ["to buy milk"]],
  ["I want to learn the piano", ["you want to learn the piano"]],
  ["I have a question", []],
  ["If I lived in Rome I would eat more", []],
  ["Do I like tea?", []],
];
for (const [text, facts] of FACTS)
  test(`"${text}" tells ${facts.length} facts`, () => assert.deepEqual(told(text), facts));

test("the latest word wins", () => {
  assert.deepEqual(told("My name is Ada", "Actually, my name is Grace"), ["your name is Grace"]);
  assert.deepEqual(told("I like tea", "I don't like tea any more"), ["you don't like tea"]);
  assert.deepEqual(told("I hate Mondays", "I love Mondays actually"), ["you love Mondays"]);
  assert.deepEqual(told("I live in Lyon", "I moved to Oslo last year"), ["you live in Oslo"]);
});

test("a correction without a verb changes what was told last", () => {
  assert.deepEqual(told("My favourite colour is blue. No wait, green."), ["your favourite colour is green"]);
  assert.deepEqual(told("My favourite colour is blue.", "Sorry, I mean green"), ["your favourite colour is green"]);
  assert.deepEqual(told("My name is Ada", "Wait, no, Grace"), ["your name is Grace"]);
  assert.deepEqual(told("My name is Ada", "Actually nice weather"), ["your name is Ada"]);
  assert.deepEqual(told("I am 36 years old. Sorry, 37"), ["you are 37 years old"]);
  assert.deepEqual(told("My sister lives in Paris. No wait, Rome"), ["your sister lives in Rome"]);
  const kept = ["your favourite colour is blue"];
  for (const other of [
    "No, thanks",
    "Wait a second",
    "Sorry, what?",
    "Sorry, my window",
    "Actually, hello",
    "Wait, really?",
    "No wait, I love it",
    "Actually, never mind",
  ])
    assert.deepEqual(told("My favourite colour is blue.", other).slice(0, 1), kept, other);
  assert.deepEqual(told("My favourite colour is blue.", "The sky is grey", "No wait, green"), kept);
});

test("a pronoun means whom the sentence before it was about, if that fits", () => {
  const zoe = ["your sister is called Zoë", "your sister lives in Paris"];
  assert.deepEqual(told("My sister's name is Zoë. She lives in Paris."), zoe);
  assert.deepEqual(told("My sister's name is Zoë.", "She lives in Paris."), zoe);
  assert.deepEqual(told("My sister's name is Zoë. He lives in Paris."), zoe.slice(0, 1));
  assert.deepEqual(told("My name is Ada. She lives in Paris."), ["your name is Ada"]);
});

test("what is taken back is gone", () => {
  assert.deepEqual(told("My name is Ada. I like tea.", "Forget my name"), ["you like tea"]);
  assert.deepEqual(told("I work on rockets", "I no longer work on rockets"), []);
  assert.deepEqual(told("I'm a nurse", "I'm not a nurse any more, I'm a baker now"), ["you are a baker"]);
  assert.deepEqual(told("I'm Ada. I like tea.", "forget everything"), []);
});

test("of another person facts are told in the third person", () => {
  const facts = [...factsOf(["I like tea. I have two cats. My dog is called Rex. I study maths."]).values()];
  assert.deepEqual(
    facts.map((fact) => statement(fact, "Ada")),
    ["Ada likes tea", "Ada has two cats", "Ada's dog is called Rex", "Ada studies maths"],
  );
});
