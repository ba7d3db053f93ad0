import assert from "node:assert/strict";
import { test } from "node:test";
import { arguingOf } from "./arguing.ts";
import { anyCase, argumentIn, CASES, caseOf, unsaid } from "./cases.ts";
import { VIEWS } from "./views.ts";

test("every argument is a clause that can stand after a colon and before a full stop, and is made once", () => {
  const all = CASES.flatMap(({ pro, con }) => [...pro, ...con]);
  for (const argument of all) assert.match(argument, /^(?:[a-z]|AI\b|Go\b)[^.!?@{}[\]"]*[\w]$/, argument);
  // Cats and dogs may share their own with the choice between them.
  for (const { pro, con } of CASES) {
    assert.ok(pro.length >= 3 && con.length >= 3);
    assert.equal(new Set([...pro, ...con]).size, pro.length + con.length);
  }
});

test("a case is found by what people call it, the particular before the general", () => {
  const about = (text: string) => caseOf(text)?.topic;
  assert.equal(about("whether we should all work from home"), "remote work");
  assert.equal(about("the future of AI"), "AI");
  assert.equal(about("Cats are better than dogs"), "dogs");
  assert.equal(about("my cat"), "cats");
  assert.equal(about("Rust or Go?"), "Rust");
  assert.equal(about("self-driving cars"), "self-driving cars");
  for (const text of ["haircuts", "time travel", "a maid", "the carpet", ""])
    assert.equal(about(text), undefined, text);
  for (const { topic, about: pattern, question = topic } of CASES)
    assert.ok(pattern.test(question.toLowerCase()) || caseOf(question), topic);
});

test("anything that can be named in a few words can be argued about, in its number", () => {
  assert.match(anyCase("umbrellas")?.con[3] ?? "", /^whatever is said in praise of umbrellas/);
  assert.match(anyCase("umbrellas")?.con[4] ?? "", /^if umbrellas were/);
  assert.match(anyCase("fast food")?.con[4] ?? "", /^if fast food was/);
  for (const topic of ["this", "the question whether pigs fly", "what makes a good friend"])
    assert.equal(anyCase(topic), undefined);
});

test("an argument that was made is not made again", () => {
  const all = ["one", "two", "three"];
  const order = [unsaid(all, [], "x"), unsaid(all, ["One!"], "x"), unsaid(all, ["ONE", "two", "three"], "x")];
  assert.ok(all.includes(order[0] ?? "") && ["two", "three"].includes(order[1] ?? ""));
  assert.equal(order[2], undefined);
  const tea = caseOf("tea");
  assert.ok(tea);
  assert.equal(argumentIn(tea, `With pleasure: ${tea.pro[0]?.toUpperCase()}.`), tea.pro[0]);
  assert.equal(argumentIn(tea, "I like it."), undefined);
});

const places = (phrase: string) => [...phrase.matchAll(/\{(\w+)\}/g)].map(([, place = ""]) => place.toLowerCase());

test("what is said around an argument fills only places that there are, and calls the other where one must be called", () => {
  for (const stance of ["optimist", "sceptic", "pirate"] as const) {
    const arguing = arguingOf(stance);
    for (const [kind, bank] of Object.entries(arguing)) {
      for (const phrase of bank) {
        assert.match(phrase, /@\{other\}/, phrase);
        const known = ["argument", "other", kind === "open" ? "topic" : "rival"];
        assert.ok(
          places(phrase).includes("argument") && places(phrase).every((place) => known.includes(place)),
          phrase,
        );
      }
    }
    assert.ok(arguing.say.some((phrase) => !/\{rival\}/i.test(phrase)));
  }
  for (const phrase of Object.values(VIEWS).flat()) {
    assert.ok(
      places(phrase).every((place) => ["topic", "argument", "pro", "con"].includes(place)),
      phrase,
    );
    assert.doesNotMatch(phrase, /@/);
  }
});
