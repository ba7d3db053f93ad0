import assert from "node:assert/strict";
import { test } from "node:test";
import { epochsOfText } from "../epochs.ts";
import { followLog } from "./followed-log.ts";
import type { ReadBatch, Stored, StreamStore } from "./stream-store.ts";

const event = (seq: number) => JSON.stringify({ type: "token", text: `n${seq}`, seq });

test("R-TAKEOVER what an earlier writer says late ends nobody's reading", async () => {
  const epochs = "2";
  const names = { kind: "chat", createdAt: "2026-01-02T03:04:05.000Z", epochs: epochsOfText(epochs) } as const;
  const batch = { first: 1, events: [1, 2, 3].map(event), sealed: false, epochs };
  const stored: Stored = { names, owner: "b", seq: 3, batch };
  let take = (_: ReadBatch) => {};
  const store = {
    async follow(_: string, taker: typeof take) {
      take = taker;
      return () => {};
    },
    read: async () => stored,
  } as unknown as StreamStore;
  const log = await followLog({ store, id: "abc", isSettled: () => true });
  take({ first: 3, events: [event(3)], sealed: false, epochs: "" });
  assert.deepEqual([log?.isVoid, log?.epoch, log?.lastSeq], [false, 1, 3]);
  take({ first: 4, events: [event(4)], sealed: false, epochs });
  assert.equal(log?.lastSeq, 4);
});
