import assert from "node:assert/strict";
import { test } from "node:test";
import { isFailure } from "../../src/protocol/errors.ts";
import { parseAgentCreate, parseWorldPatch } from "../../src/protocol/world-requests.ts";
import { faultsOf, refusedLine } from "./field-faults.ts";

const WORLD = ["title", "turn_limit", "stall", "response"];

/** What the server tells of a body. */
function refusalOf(parse: () => unknown) {
  try {
    parse();
  } catch (error) {
    assert.ok(isFailure(error));
    return { code: error.code, message: error.message, ...error.extra };
  }
  assert.fail("the body was taken");
}

test("each detail of the server's stands at its field, as a sentence of its own", () => {
  const refusal = refusalOf(() => parseWorldPatch({ turn_limit: 2000, timing: { stall: 0, response: "soon" } }));
  assert.deepEqual(faultsOf(refusal, WORLD), {
    turn_limit: "Must be at most 1000, not 2000.",
    stall: "Must be at least 1, not 0.",
    response: 'Must be a number, not "soon".',
  });
});

test("a name that is none is told at the name", () => {
  const refusal = refusalOf(() => parseAgentCreate({ name: "not a name" }));
  assert.match(faultsOf(refusal, ["name"])["name"] ?? "", /^Must be 1 to 64 letters/);
});

test("codes that mean one field stand there", () => {
  const told = { code: "world_exists", message: "There is a world of that name already." };
  assert.deepEqual(faultsOf(told, ["name"]), { name: told.message });
  assert.deepEqual(faultsOf({ code: "unknown_model", message: "No such model." }, ["model"]), {
    model: "No such model.",
  });
});

test("what belongs to no field that is shown is told for all of them", () => {
  const details = [{ path: "on_disconnect", message: 'Unknown field "on_disconnect".' }];
  assert.deepEqual(faultsOf({ code: "invalid_request", message: "No.", details }, WORLD), { "": details[0]?.message });
  assert.deepEqual(faultsOf({ code: "too_many", message: "There are enough." }, WORLD), { "": "There are enough." });
  assert.deepEqual(faultsOf({ code: "world_exists", message: "Taken." }, WORLD), { "": "Taken." });
});

test("of two details for one field the first is enough", () => {
  const details = ["one", "two"].map((message) => ({ path: "title", message }));
  assert.deepEqual(faultsOf({ code: "invalid_request", message: "No.", details }, WORLD), { title: "One" });
});

test("a refused save points to the fields only where something stands at one", () => {
  assert.match(refusedLine({ world: { title: "Too long." }, a: { "": "Not reached." } }), /stands at the fields\.$/);
  assert.equal(
    refusedLine({ world: { "": "There is no such world." } }),
    "Not everything could be saved. There is no such world.",
  );
});
