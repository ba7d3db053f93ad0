import assert from "node:assert/strict";
import { test } from "node:test";
import { endingOf, wireEnd } from "./ending.ts";

const whole = { content: "All of it", reason: "stop" };

test("A whole answer needs no word about its end", () => {
  assert.equal(endingOf(whole), undefined);
  assert.equal(endingOf({ content: "From before there were reasons" }), undefined);
  assert.equal(wireEnd("stop", [whole]), "Complete");
  assert.equal(wireEnd("completed", [whole, whole]), "Complete");
});

test("An answer that is not whole is called complete nowhere", () => {
  for (const reason of ["cancelled", "length", "content_filter"]) {
    const ending = endingOf({ content: "Half", reason });
    assert.ok(ending, reason);
    const all = [ending.line, ending.said, ending.wire, wireEnd(reason, [{ content: "Half", reason }])];
    for (const text of all) assert.doesNotMatch(text, /complete/i);
  }
  assert.equal(wireEnd("cancelled", []), "Stopped");
});

test("An answer without a word is said to be empty, unless its failure or its stop says why", () => {
  assert.equal(endingOf({ content: "\n", reason: "stop" })?.line, "The model answered nothing.");
  assert.match(wireEnd("stop", [{ content: "" }]), /without a word/);
  assert.match(wireEnd("stop", []), /without a word/);
  assert.equal(endingOf({ content: "", failure: {} }), undefined);
  assert.equal(endingOf({ content: "", reason: "cancelled" })?.line, "Stopped.");
});

test("Of a turn, the wire says its limit, its lack of a listener, and that somebody broke off", () => {
  assert.equal(wireEnd("turn_limit", [whole]), "Ended at the turn limit");
  assert.equal(wireEnd("no_recipient", []), "Nobody was addressed");
  assert.match(wireEnd("completed", [whole, { content: "Ha", reason: "error" }]), /not all whole/);
  assert.equal(wireEnd("silence", []), "Complete");
});

test("A reason that is not known, whatever it is called, is no end of its own", () => {
  assert.equal(endingOf({ content: "Hi", reason: "constructor" }), undefined);
  assert.equal(wireEnd("toString", [{ content: "Hi" }]), "Complete");
});
