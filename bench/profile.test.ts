import assert from "node:assert/strict";
import { test } from "node:test";
import { topSelfTime } from "./profile.ts";

test("functions are told by their own time, largest first, idle time left out", () => {
  const node = (id: number, functionName: string, url = "") => ({
    id,
    callFrame: { functionName, url, lineNumber: 9 },
  });
  const nodes = [
    node(1, "(idle)"),
    node(2, "encode", "file:///x/src/protocol/frames.ts"),
    node(3, "(garbage collector)"),
  ];
  const lines = topSelfTime({ nodes, samples: [1, 2, 3, 2], timeDeltas: [9000, 2000, 1000, 1000] }, 5);
  assert.deepEqual(lines, [
    { where: "encode src/protocol/frames.ts:10", ms: 3, share: 0.75 },
    { where: "(garbage collector)", ms: 1, share: 0.25 },
  ]);
});
