import assert from "node:assert/strict";
import { test } from "node:test";
import { manualClock } from "../testing/manual-clock.ts";
import { createStoreReport } from "./store-report.ts";

function rig(fault?: Error) {
  const clock = manualClock();
  const lines: unknown[][] = [];
  const write = (level: string) => (about: unknown, message?: unknown) => void lines.push([level, about, message]);
  const logger = { info: write("info"), warn: write("warn") };
  return { clock, lines, report: createStoreReport({ logger, clock, connectionFault: () => fault }) };
}

test("a store that goes away and comes back is one line each, however often it is asked", () => {
  const { clock, lines, report } = rig();
  report.reached();
  for (let n = 0; n < 5; n++) report.failed(new Error("Command timed out"));
  clock.advance(4000);
  for (let n = 0; n < 5; n++) report.reached();
  assert.deepEqual(lines, [
    ["warn", { reason: "away" }, "the store cannot be used"],
    ["info", { after_ms: 4000 }, "the store is back"],
  ]);
});

const reasons: [reason: string, error: Error, fault?: Error][] = [
  ["OOM", new Error("OOM command not allowed when used memory > 'maxmemory'.")],
  ["READONLY", new Error("READONLY You can't write against a read only replica.")],
  ["NOPERM", new Error("ERR The user executing the script can't run this command or subcommand")],
  ["ECONNREFUSED", new Error("Connection is closed."), Object.assign(new Error("secret"), { code: "ECONNREFUSED" })],
  ["WRONGPASS", new Error("Stream isn't writeable"), new Error("WRONGPASS invalid username-password pair")],
  ["NOAUTH", new Error("Stream isn't writeable"), new Error("Ready check failed: NOAUTH Authentication required.")],
];

for (const [reason, error, fault] of reasons) {
  test(`why a store cannot be used is told by a code alone: ${reason}`, () => {
    const { lines, report } = rig(fault);
    report.failed(error);
    assert.deepEqual(lines, [["warn", { reason }, "the store cannot be used"]]);
  });
}

test("what Redis says when a connection that broke is to be made again is told too, once; what the network says is not", () => {
  const { lines, report } = rig();
  const said = [
    ...["Command timed out", "WRONGPASS invalid username-password pair", "Connection is closed."],
    ...["WRONGPASS invalid username-password pair", "READONLY You can't write against a read only replica."],
  ];
  for (const message of said) report.failed(new Error(message));
  report.failed(Object.assign(new Error("refused"), { code: "ECONNREFUSED" }));
  report.reached();
  report.failed(new Error("WRONGPASS invalid username-password pair"));
  const reasons = lines.map(([, about]) => (about as { reason?: string }).reason ?? "back");
  assert.deepEqual(reasons, ["away", "WRONGPASS", "READONLY", "back", "WRONGPASS"]);
});

test("what became of streams is told once, with how many they were", () => {
  const { lines, report } = rig();
  const fates = { takenOver: 0, fenced: 0, givenUp: 0, handedOver: 0 };
  report.fates(fates);
  Object.assign(fates, { takenOver: 3, handedOver: 1 });
  for (let n = 0; n < 2; n++) report.fates(fates);
  Object.assign(fates, { takenOver: 4, fenced: 2, givenUp: 5 });
  report.fates(fates);
  assert.deepEqual(
    lines.map(([level, about, message]) => [level, about, String(message).split(" ", 2).join(" ")]),
    [
      ["warn", { streams: 3 }, "took over"],
      ["info", { streams: 1 }, "handed streams"],
      ["warn", { streams: 1 }, "took over"],
      ["warn", { streams: 2 }, "this server"],
      ["warn", { streams: 5 }, "gave up"],
    ],
  );
});
