import assert from "node:assert/strict";
import { test } from "node:test";
import {
  flag,
  hosts,
  isSettingError,
  list,
  numbersByName,
  proxies,
  settingError,
  text,
  unknownSettings,
  whole,
} from "./settings.ts";

test("text is trimmed, and blank is unset", () => {
  assert.deepEqual([text({ A: " x " }, "A"), text({ A: "  " }, "A"), text({}, "A")], ["x", undefined, undefined]);
});

test("a list is split at commas, and its empty entries are none", () => {
  assert.deepEqual(list({ A: " a, b ,,c," }, "A"), ["a", "b", "c"]);
  assert.deepEqual(list({}, "A"), []);
});

test("a whole number has its own bounds, and the fault names them", () => {
  assert.deepEqual(
    [whole({ A: "5" }, "A", 1, 5, 7), whole({ A: "7" }, "A", 1, 5, 7), whole({}, "A", 1, 5, 7)],
    [5, 7, 1],
  );
  for (const A of ["4", "8"]) assert.throws(() => whole({ A }, "A", 1, 5, 7), /A must be a whole number from 5 to 7/);
});

test("a flag is true, false or unset", () => {
  assert.deepEqual([flag({ A: "true" }, "A"), flag({ A: "false" }, "A"), flag({}, "A")], [true, false, undefined]);
  assert.throws(() => flag({ A: "on" }, "A"), /A must be true or false; it is "on"/);
});

test("an address of IPv6 is a host too, with or without the brackets of a URL", () => {
  assert.deepEqual(hosts({ A: "::1" }, "A"), ["::1"]);
  assert.deepEqual(hosts({ A: "[2001:DB8::1]" }, "A"), ["2001:db8::1"]);
});

test("a network is an address, or one with the bits that count", () => {
  assert.deepEqual(proxies({ A: "10.0.0.1,fc00::/7" }, "A"), ["10.0.0.1", "fc00::/7"]);
});

test("a name in a list of numbers may hold colons and equals signs", () => {
  assert.deepEqual(numbersByName({ A: "x:y=z=7" }, "A"), { "x:y=z": 7 });
});

test("a fault of a setting carries its name, and is told from other errors", () => {
  const error = settingError("PORT", "PORT is bad.");
  assert.deepEqual([isSettingError(error), error.setting, error.message], [true, "PORT", "PORT is bad."]);
  assert.ok(!isSettingError(new Error("x")));
  assert.ok(!isSettingError({ setting: "PORT" }));
});

test("only what looks like ours is unknown", () => {
  assert.deepEqual(unknownSettings({ PATH: "", CHATWAIT_A: "" }, ["CHATWAIT_A"]), []);
});
