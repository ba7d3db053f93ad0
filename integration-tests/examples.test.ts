import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readdir } from "node:fs/promises";
import { test } from "node:test";
import { promisify } from "node:util";

/** Programs in examples/ are run as a reader would run them; what each prints, in any order where agents speak at once. */
const EXPECTED: Record<string, RegExp[]> = {
  "worlds-without-http.ts": [
    /^Thermometer: The kettle is at 96 °C\.$/m,
    /^Mona: .+tea/m,
    /^Ralf: .+tea/m,
    /^\(silence\)\n$/m,
  ],
};

for (const [name, expected] of Object.entries(EXPECTED)) {
  test(`examples/${name} runs as it stands`, async () => {
    const path = new URL(`../examples/${name}`, import.meta.url).pathname;
    const { stdout, stderr } = await promisify(execFile)(process.execPath, [path], { timeout: 60_000 });
    assert.equal(stderr, "");
    for (const line of expected) assert.match(stdout, line);
  });
}

test("no example goes without its test", async () => {
  assert.deepEqual((await readdir(new URL("../examples/", import.meta.url))).sort(), Object.keys(EXPECTED));
});
