import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import fc from "fast-check";
import { HUES, hueOf, huesOf } from "./agent-colours.ts";

const css = readFileSync(join(import.meta.dirname, "agent-colours.css"), "utf8");
const palette = [...css.matchAll(/\[data-hue="(\d+)"\][^}]*?light-dark\((#\w{6}), (#\w{6})\)/g)].map(
  ([, hue, light = "", dark = ""]) => ({ hue: Number(hue), light, dark }),
);

const channel = (value: number) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4);

/** Relative luminance (WCAG 2.2). */
function luminance(hex: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) =>
    channel(Number.parseInt(hex.slice(at, at + 2), 16) / 255),
  );
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(one: string, other: string): number {
  const [light = 0, dark = 0] = [luminance(one), luminance(other)].sort((a, b) => b - a);
  return (light + 0.05) / (dark + 0.05);
}

/** As a chip is tinted: so many percent of `ink` in `paper`. */
function mixed(ink: string, paper: string, percent: number): string {
  const at = (hex: string, from: number) => Number.parseInt(hex.slice(from, from + 2), 16);
  const mix = (from: number) => Math.round((at(ink, from) * percent + at(paper, from) * (100 - percent)) / 100);
  return `#${[1, 3, 5].map((from) => mix(from).toString(16).padStart(2, "0")).join("")}`;
}

const tokens = readFileSync(join(import.meta.dirname, "../style/tokens.css"), "utf8");
const grounds = ["paper", "sunk", "raised", "hover"].map((name) => {
  const [, light = "", dark = ""] = new RegExp(`--${name}: light-dark\\((#\\w{6}), (#\\w{6})\\)`).exec(tokens) ?? [];
  return { name, light, dark };
});
const GROUNDS = { light: grounds.map(({ light }) => light), dark: grounds.map(({ dark }) => dark) };

test("there are at least eight hues, numbered as the code numbers them", () => {
  assert.ok(HUES >= 8);
  assert.deepEqual(
    palette.map(({ hue }) => hue),
    Array.from({ length: HUES }, (_, hue) => hue),
  );
});

test("the page's grounds are known here", () => {
  for (const { name, light, dark } of grounds) assert.match(`${light} ${dark}`, /^#\w{6} #\w{6}$/, name);
});

test("each hue can be read on every ground, plain and tinted with itself, light and dark", () => {
  for (const { hue, light, dark } of palette) {
    for (const [ink, grounds] of [
      [light, GROUNDS.light],
      [dark, GROUNDS.dark],
    ] as const) {
      for (const ground of grounds) {
        for (const percent of [0, 14]) {
          const found = contrast(ink, mixed(ink, ground, percent));
          assert.ok(found >= 4.5, `hue ${hue}: ${ink} on ${ground} with ${percent} %: ${found.toFixed(2)}`);
        }
      }
    }
  }
});

test("no two hues look the same", () => {
  const apart = (one: string, other: string) =>
    Math.hypot(
      ...[1, 3, 5].map(
        (at) => Number.parseInt(one.slice(at, at + 2), 16) - Number.parseInt(other.slice(at, at + 2), 16),
      ),
    );
  for (const one of palette) {
    for (const other of palette.slice(one.hue + 1)) {
      assert.ok(apart(one.light, other.light) > 30 && apart(one.dark, other.dark) > 30, `${one.hue} and ${other.hue}`);
    }
  }
});

const names = fc.uniqueArray(fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9_-]{0,12}$/), {
  selector: (name) => name.toLowerCase(),
  maxLength: 25,
});

test("a name has one hue, however it is written, and all hues are used", () => {
  fc.assert(fc.property(fc.string(), (name) => hueOf(name) === hueOf(name.toUpperCase().toLowerCase())));
  const used = new Set(Array.from({ length: 200 }, (_, index) => hueOf(`agent${index}`)));
  assert.equal(used.size, HUES);
});

test("agents of one room differ as far as there are hues, and who joins later changes nobody", () => {
  fc.assert(
    fc.property(names, fc.nat(25), (all, count) => {
      const hues = huesOf(all);
      const earlier = huesOf(all.slice(0, count));
      for (const [name, hue] of earlier) assert.equal(hues.get(name), hue);
      assert.equal(new Set([...hues.values()].slice(0, HUES)).size, Math.min(HUES, all.length));
      for (const hue of hues.values()) assert.ok(hue >= 0 && hue < HUES);
    }),
  );
});
