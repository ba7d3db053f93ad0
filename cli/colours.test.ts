import assert from "node:assert/strict";
import { test } from "node:test";
import { palette, wantsColour } from "./colours.ts";
import { printable } from "./printable.ts";

test("an option beats NO_COLOR, that beats FORCE_COLOR, that beats the terminal", () => {
  const tty = { isTTY: true };
  assert.equal(wantsColour(tty, {}, undefined), true);
  assert.equal(wantsColour({}, {}, undefined), false);
  assert.equal(wantsColour(tty, { TERM: "dumb" }, undefined), false);
  assert.equal(wantsColour({}, { FORCE_COLOR: "1" }, undefined), true);
  assert.equal(wantsColour(tty, { FORCE_COLOR: "0" }, undefined), false);
  assert.equal(wantsColour(tty, { NO_COLOR: "1", FORCE_COLOR: "1" }, undefined), false);
  assert.equal(wantsColour(tty, { NO_COLOR: "" }, undefined), true);
  assert.equal(wantsColour(tty, { NO_COLOR: "1" }, true), true);
  assert.equal(wantsColour(tty, {}, false), false);
});

test("without colours a text stays as it is; with them a name always has the same", () => {
  assert.equal(palette(false).named("Vera") + palette(false).red("x"), "Verax");
  const { named } = palette(true);
  assert.equal(named("Vera"), named("Vera"));
  assert.match(named("Vera"), /^\u001b\[\d+m\u001b\[1mVera\u001b/);
});

test("what would steer a terminal is taken out, and nothing else", () => {
  assert.equal(printable("a\u001b[31mb\r\u0007\u009b\u007fc\n\td — é 🙂 \u200d"), "a[31mbc\n\td — é 🙂 \u200d");
});
