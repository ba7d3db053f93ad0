import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { agentPatchSchema, NAME as SERVERS_NAME, worldPatchSchema } from "../../src/protocol/world-schemas.ts";
import { agentFields, agentPatch, DELAYS, worldFields, worldPatch } from "./form.ts";
import { hintsFor, NAME } from "./hints.ts";

const world = worldFields({ name: "w", turn_limit: 5, respond: "everyone", memory: true });
const agent = agentFields({ name: "Vera" });

const numbers = fc.constantFrom(
  "0",
  "1",
  "-1",
  "1.5",
  "2",
  "2.01",
  "1000",
  "1001",
  "600000",
  "600001",
  "x",
  "1e3",
  " 7 ",
  "0x10",
);
const lengths = fc.constantFrom(1, 199, 200, 201, 2000, 2001, 32_000, 32_001).map((length) => "a".repeat(length));

test("a world's fields are hinted at exactly where the server refuses them", () => {
  const fields = fc.oneof(
    fc.tuple(fc.constantFrom("turn_limit", ...DELAYS), numbers),
    fc.tuple(fc.constantFrom("title", "description"), lengths),
  );
  fc.assert(
    fc.property(fields, ([name, value]) => {
      const patch = worldPatch(world, { ...world, [name]: value });
      const taken = worldPatchSchema.safeParse(patch ?? {}).success;
      assert.equal(hintsFor({ [name]: value })[name] === undefined, taken, `${name}: ${value.slice(0, 20)}`);
    }),
    { numRuns: 500 },
  );
});

test("an agent's fields as well", () => {
  const fields = fc.oneof(
    fc.tuple(fc.constantFrom("temperature", "max_tokens"), numbers),
    fc.tuple(fc.constant("instructions"), lengths),
  );
  fc.assert(
    fc.property(fields, ([name, value]) => {
      const taken = agentPatchSchema.safeParse(agentPatch(agent, { ...agent, [name]: value })).success;
      assert.equal(hintsFor({ [name]: value })[name] === undefined, taken, `${name}: ${value.slice(0, 20)}`);
    }),
    { numRuns: 500 },
  );
});

test("a name is what the server calls one, and white space around it does no harm", () => {
  assert.equal(NAME.source, SERVERS_NAME.source);
  assert.deepEqual(hintsFor({ name: " kitchen " }), {});
  assert.match(hintsFor({ name: "my kitchen" })["name"] ?? "", /letters, digits/);
});

test("an empty field is right, and so is one without a rule", () => {
  assert.deepEqual(hintsFor({ turn_limit: "", title: "", name: "", memory: true, model: "any" }), {});
});
