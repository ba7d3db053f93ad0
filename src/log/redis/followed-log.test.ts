import assert from "node:assert/strict";
import { test } from "node:test";
import { turn } from "../../../testing/log-environment.ts";
import { manualClock } from "../../../testing/manual-clock.ts";
import { epochsOfText } from "../epochs.ts";
import { followLog } from "./followed-log.ts";
import type { ReadBatch, SharedNames, Stored, StreamStore } from "./stream-store.ts";

const names: SharedNames = { kind: "chat", createdAt: "2026-01-02T03:04:05.000Z", epochs: [] };
const event = (seq: number) => JSON.stringify({ type: "token", text: `n${seq}`, seq });

test("R-TAKEOVER what an earlier writer says late ends nobody's reading", async () => {
  const epochs = "2";
  const batch = { first: 1, events: [1, 2, 3].map(event), sealed: false, epochs };
  const stored: Stored = { names: { ...names, epochs: epochsOfText(epochs) }, owner: "b", seq: 3, batch };
  let take = (_: ReadBatch) => {};
  const store = {
    async follow(_: string, taker: typeof take) {
      take = taker;
      return () => {};
    },
    read: async () => stored,
  } as unknown as StreamStore;
  const log = await followLog({ store, clock: manualClock(), id: "abc", isSettled: () => true });
  take({ first: 3, events: [event(3)], sealed: false, epochs: "" });
  assert.deepEqual([log?.isVoid, log?.epoch, log?.lastSeq], [false, 1, 3]);
  take({ first: 4, events: [event(4)], sealed: false, epochs });
  assert.equal(log?.lastSeq, 4);
});

test("R-STORE who reads another server's stream is sent away when the store has not been heard of for 30 s, and not after that", async () => {
  const stored: Stored = { names, owner: "b", seq: 0, batch: { first: 1, events: [], sealed: false, epochs: "" } };
  let isAway = false;
  const store = {
    follow: async () => () => {},
    read: async () => (isAway ? Promise.reject(new Error("It is away.")) : stored),
  } as unknown as StreamStore;
  const clock = manualClock();
  const log = await followLog({ store, clock, id: "abc", isSettled: () => true });
  assert.ok(log);
  const told: (string | undefined)[] = [];
  log.listen(() => told.push(log.away));
  const look = async (ms: number) => {
    clock.advance(ms);
    await log.catchUp().catch(() => {});
  };
  isAway = true;
  await look(10_000);
  await look(29_000);
  isAway = false;
  await look(2000);
  assert.deepEqual(told, [], "it was back in time");
  isAway = true;
  await look(0);
  await look(30_000);
  assert.deepEqual(told, ["storeless"]);
  isAway = false;
  await look(0);
  assert.equal(log.away, undefined);
});

const storedUpTo = (after: number, seq: number): Stored => {
  const events = Array.from({ length: seq - after }, (_, index) => event(after + index + 1));
  return { names, owner: "b", seq, batch: { first: after + 1, events, sealed: false, epochs: "" } };
};

test("R-ANY whoever asks while the store is being read gets what it has by then, and not what it had", async () => {
  let written = 1;
  const asked: (() => void)[] = [];
  const store = {
    follow: async () => () => {},
    async read(_: string, after: number) {
      const stored = storedUpTo(after, written);
      if (written > 1) await new Promise<void>((resolve) => asked.push(resolve));
      return stored;
    },
  } as unknown as StreamStore;
  const log = await followLog({ store, clock: manualClock(), id: "abc", isSettled: () => true });
  assert.ok(log);
  written = 2;
  const first = log.catchUp();
  written = 3;
  const second = log.catchUp();
  asked.shift()?.();
  await first;
  assert.equal(log.lastSeq, 2);
  await turn();
  asked.shift()?.();
  await second;
  assert.equal(log.lastSeq, 3);
});

test("R-STORE a copy that cannot be opened, for the store goes away meanwhile, hears nothing any more", async () => {
  let left = 0;
  const store = {
    follow: async () => () => void left++,
    read: async () => storedUpTo(1, 1),
    giveBack: () => Promise.reject(new Error("Connection is closed.")),
  } as unknown as StreamStore;
  const had = { names, events: [1, 2].map(event) };
  await assert.rejects(followLog({ store, clock: manualClock(), id: "abc", isSettled: () => true }, had), /closed/);
  assert.equal(left, 1);
});
