import assert from "node:assert/strict";
import { test } from "node:test";
import { remoteReaders } from "./remote-readers.ts";

test("R-ABANDON readers elsewhere of a stream that was another server's meanwhile are counted anew", () => {
  let counted = 0;
  const readers = remoteReaders(() => {
    counted++;
    return () => counted--;
  });
  readers.set("s", "b", 1);
  readers.set("s", "c", 2);
  assert.equal(counted, 1);
  readers.forget("s");
  assert.deepEqual([counted, readers.has("s")], [0, false]);
  readers.set("s", "c", 2);
  assert.deepEqual([counted, readers.has("s")], [1, true]);
});
