import fc from "fast-check";

// fast-check's own `unit: "binary"` is the same, but lists all of them first: a second of CPU in each process.
const FIRST_HALF = 0xd800;
const HALVES = 0x800;
const character = fc.integer({ min: 0, max: 0x10ffff - HALVES }).map(
  (index) => String.fromCodePoint(index < FIRST_HALF ? index : index + HALVES),
  (text) => {
    const [point = 0, ...more] = Array.from(String(text), (each) => each.codePointAt(0) ?? 0);
    if (text === "" || more.length > 0) throw new Error("It is not one character.");
    return point < FIRST_HALF ? point : point - HALVES;
  },
);

/** Any text of whole characters, of all that Unicode has room for. */
export const anyUnicode = (length: { minLength?: number; maxLength?: number } = {}): fc.Arbitrary<string> =>
  fc.string({ ...length, unit: character });
