import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { glanced } from "./look-alikes.ts";

test("R-SENDER: names that are taken for each other at a glance are the same", () => {
  const alike: Record<string, string[]> = {
    Otto: [
      "OTTO",
      "@otto ",
      "O.t_t-o",
      "Otto\u3164",
      "Óttò",
      "Оtto",
      "оттo",
      "Οττο",
      "0tto",
      "Øtto",
      "Ott\u2800o",
      "Օtto",
      "ᴏᴛᴛᴏ",
    ],
    Vera: ["Vеrа", "Verá", "Ｖｅｒａ", "𝐕𝐞𝐫𝐚", "V\u200dera", "Ve\u0301\u0301ra", "vегa"],
    Bill: ["BiII", "B1ll", "Bіll", "Biӏl", "Bıll"],
    Hanna: ["Нanna", "Ηanna", "Hаппа", "ʜanna"],
  };
  for (const [name, others] of Object.entries(alike)) {
    for (const other of others) assert.equal(glanced(other), glanced(name), `${other} for ${name}`);
  }
});

test("names that nobody mixes up stay apart", () => {
  const names = ["Otto", "Ott", "Ottos", "Vera", "Hanna", "Anna", "Дмитрий", "Ольга", "Ωmega", "李明", "Zoë", "7", "8"];
  assert.equal(new Set(names.map(glanced)).size, names.length);
});

test("whatever a name is, neither its case nor what is put between its letters unseen makes it another", () => {
  const unseen = fc.array(fc.constantFrom("\u3164", "\u200d", "\u0301", "\u2800", "\ufe0f", " ", ".", "-"), {
    maxLength: 4,
  });
  fc.assert(
    fc.property(fc.stringMatching(/^[\w-]{0,20}$/), unseen, fc.nat(20), (name, between, at) => {
      const other = name.slice(0, at) + between.join("") + name.slice(at);
      assert.equal(glanced(other.toUpperCase()), glanced(name));
      assert.equal(glanced(other.toLowerCase()), glanced(name));
    }),
  );
});
