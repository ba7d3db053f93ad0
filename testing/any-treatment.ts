import fc from "fast-check";
import type { Ending, Place, Treatment } from "./proxy-treatment.ts";

/** Arbitraries of what a proxy does to responses, for tests of clients. All of it is plain data. */

const HOW: Ending[] = ["fin", "reset", "stall", "server-gone", "client-gone"];
const PLACES: Place[] = ["header", "frame", "character"];
const plain = { noNullPrototype: true } as const;

/** Mostly within the head and the first frames, now and then late, or not at all where the response is shorter. */
const place = fc.oneof(fc.nat(40), fc.nat(900), fc.nat(3000), fc.constantFrom(...PLACES));

const pieceBytes = fc.oneof(
  { weight: 1, arbitrary: fc.constant(1) },
  { weight: 9, arbitrary: fc.integer({ min: 7, max: 900 }) },
);

const how = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom<Ending>("fin", "reset") },
  { weight: 1, arbitrary: fc.constantFrom(...HOW) },
);

const cut = fc.record(
  { ending: fc.record({ after: place, how }, plain), bare: fc.boolean(), pieceBytes },
  { requiredKeys: ["ending"], ...plain },
) as fc.Arbitrary<Treatment>;

const frames = fc.integer({ min: 1, max: 5 });

/** Anything that a network or a proxy may do to one response; mostly, it cuts it. */
export const anyTreatment: fc.Arbitrary<Treatment> = fc.oneof(
  { weight: 8, arbitrary: cut },
  { weight: 1, arbitrary: fc.constant<Treatment>({ lost: true }) },
  { weight: 1, arbitrary: fc.constantFrom<Treatment>({ page: 502 }, { page: 503 }, { page: 504 }) },
  { weight: 1, arbitrary: fc.constant<Treatment>({ holds: true }) },
  { weight: 1, arbitrary: fc.record({ pieceBytes }, plain) },
  { weight: 1, arbitrary: fc.record({ drops: fc.record({ from: fc.nat(30), frames }, plain) }, plain) },
  { weight: 1, arbitrary: fc.record({ repeats: fc.record({ after: fc.nat(30), frames }, plain) }, plain) },
);
