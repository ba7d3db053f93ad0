import assert from "node:assert/strict";
import { test } from "node:test";
import { signal } from "@preact/signals";
import { createCompletion, type Field } from "./completion.ts";

const NAMES = ["Hanna", "Otto", "Vera", "Hans"];

/** A field in which the test types. */
function typing(names: readonly string[] = NAMES) {
  const text = signal("");
  const said: string[] = [];
  const drawn: (() => void)[] = [];
  const field: Field & { focused: number } = {
    ...{ value: "", selectionStart: 0, selectionEnd: 0, focused: 0 },
    setSelectionRange(start, end) {
      Object.assign(field, { selectionStart: start, selectionEnd: end });
    },
    focus: () => field.focused++,
  };
  const completion = createCompletion({
    ...{ text, names: () => names, announce: (line: string) => said.push(line) },
    drawn: (run) => drawn.push(run),
  });
  return {
    ...{ completion, text, said, field },
    write(value: string, caret = value.length) {
      Object.assign(field, { value, selectionStart: caret, selectionEnd: caret });
      text.value = value;
      completion.look(field);
    },
    press: (key: string) => completion.key(key, field),
    draw() {
      field.value = text.value;
      for (const run of drawn.splice(0)) run();
    },
    names: () => completion.open.value?.names,
    active: () => completion.open.value?.names[completion.open.value.active],
  };
}

test("an @ opens the list of all, and what is typed narrows it", () => {
  const { write, names, said } = typing();
  write("Hello @");
  assert.deepEqual(names(), NAMES);
  write("Hello @ha");
  assert.deepEqual(names(), ["Hanna", "Hans"]);
  assert.match(said.at(-1) ?? "", /^2 agents fit: Hanna, Hans\. Arrow keys choose, Enter takes\.$/);
  write("Hello @ha ");
  assert.equal(names(), undefined);
});

test("arrow keys move round in it, and say where they are", () => {
  const { write, press, active, said } = typing();
  write("@ha");
  assert.equal(press("ArrowDown"), true);
  assert.deepEqual([active(), said.at(-1)], ["Hans", "Hans"]);
  press("ArrowDown");
  assert.equal(active(), "Hanna");
  press("ArrowUp");
  assert.equal(active(), "Hans");
});

for (const key of ["Enter", "Tab"]) {
  test(`${key} takes the name, and the caret stands behind it`, () => {
    const { write, press, text, field, draw, names } = typing();
    write("Ask @ot now", 7);
    assert.equal(press(key), true);
    assert.deepEqual([text.value, names()], ["Ask @Otto now", undefined]);
    draw();
    assert.deepEqual([field.selectionStart, field.selectionEnd, field.focused], [10, 10, 1]);
  });
}

test("Escape closes it for this word, and the next word has one again", () => {
  const { write, press, names } = typing();
  write("@h");
  assert.equal(press("Escape"), true);
  write("@ha");
  assert.equal(names(), undefined);
  assert.equal(press("Enter"), false);
  write("@ha @");
  assert.deepEqual(names(), NAMES);
});

test("keys are the field's own while no list is open, and others even while one is", () => {
  const { write, press } = typing();
  for (const key of ["Enter", "Tab", "ArrowDown", "Escape"]) assert.equal(press(key), false);
  write("@");
  for (const key of ["a", "Shift+Enter", "Shift+Tab", "ArrowLeft"]) assert.equal(press(key), false);
});

test("a name that nobody has is said so, and Enter sends", () => {
  const { write, press, completion, said } = typing();
  write("@Xaver");
  assert.deepEqual(completion.open.value?.names, []);
  assert.equal(said.at(-1), "Nobody here is called Xaver");
  assert.equal(press("Enter"), false);
});

test("a name that is complete needs no list", () => {
  const { write, names } = typing();
  write("@otto");
  assert.equal(names(), undefined);
});

test("no list where a name would be no mention, in a selection, and in an empty room", () => {
  const { write, field, completion, names } = typing();
  write("mail ada@");
  assert.equal(names(), undefined);
  write("@ha");
  field.selectionStart = 0;
  completion.look(field);
  assert.equal(names(), undefined);
  const empty = typing([]);
  empty.write("@Otto");
  assert.equal(empty.names(), undefined);
});

test("the pointer chooses as well, and looking again at the same word changes nothing", () => {
  const { write, completion, active, field, said } = typing();
  write("@ha");
  completion.point(1);
  completion.look(field);
  assert.equal(active(), "Hans");
  assert.equal(said.length, 1);
});
