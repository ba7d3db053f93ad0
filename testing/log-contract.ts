import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { createParser, type EventSourceMessage } from "eventsource-parser";
import fc from "fast-check";
import type { StreamLog } from "../src/log/stream-log.ts";
import type { EventDraft, OpenDraft } from "../src/protocol/events.ts";
import { anyOpenDraft, anyTerminalDraft } from "./any-event.ts";
import {
  bytesAfter,
  done,
  eventsOf,
  type LogEnvironment,
  type MakeEnvironment,
  openStream,
  sealed,
  token,
  turn,
  visible,
  withShelf,
} from "./log-environment.ts";

const RUNS = { numRuns: 60 };
const MANY = { maxLength: 30, size: "max" } as const;

/** A new log with these events, all visible. */
async function filled({ shelf }: LogEnvironment, drafts: OpenDraft[]): Promise<StreamLog> {
  const { log } = await openStream(shelf);
  for (const draft of drafts) assert.equal(log.append(draft), undefined);
  await visible(log, drafts.length);
  return log;
}

/** Ends a log and has it forgotten, so that the runs of a property do not add up. */
async function discard({ passTime }: LogEnvironment, log: StreamLog) {
  if (!log.sealed) log.seal(done);
  await sealed(log);
  await passTime(300_000);
}

const numbered = (drafts: EventDraft[]) =>
  drafts.map((draft, index) => JSON.parse(JSON.stringify({ ...draft, seq: index + 1 })));

function parsed(bytes: Buffer): EventSourceMessage[] {
  const messages: EventSourceMessage[] = [];
  createParser({ onEvent: (message) => messages.push(message), maxBufferSize: 8 * 1024 * 1024 }).feed(bytes.toString());
  return messages;
}

/** The contract of a log: what every implementation of the port does, in memory or elsewhere. */
export function logContract(name: string, make: MakeEnvironment): void {
  describe(`the log of the ${name} shelf`, () => {
    test("says what it was made as", () =>
      withShelf(make, {}, async ({ shelf }) => {
        const { log } = await openStream(shelf, { id: "abc123", kind: "world", world: "lobby" });
        assert.deepEqual([log.id, log.kind, log.world, log.epoch, log.lastSeq], ["abc123", "world", "lobby", 0, 0]);
        assert.equal(new Date(log.createdAt).toISOString(), log.createdAt);
        assert.equal(log.sealed, false);
        assert.equal(log.slice(0, 1000), undefined);
        assert.equal((await openStream(shelf)).log.world, undefined);
      }));

    test("R-SEQ events are numbered 1, 2, 3, … without a hole, and come back as they were", () =>
      withShelf(make, {}, (environment) =>
        fc.assert(
          fc.asyncProperty(fc.array(anyOpenDraft, MANY), anyTerminalDraft, async (drafts, end) => {
            const log = await filled(environment, drafts);
            log.seal(end);
            await sealed(log);
            assert.deepEqual(eventsOf(log), numbered([...drafts, end]));
            await discard(environment, log);
          }),
          RUNS,
        ),
      ));

    test("R-INJECT the bytes parse back to exactly the same events, each with its id", () =>
      withShelf(make, {}, (environment) =>
        fc.assert(
          fc.asyncProperty(fc.array(anyOpenDraft, MANY), async (drafts) => {
            const log = await filled(environment, drafts);
            const messages = parsed(bytesAfter(log, 0));
            assert.deepEqual(
              messages.map(({ data }) => JSON.parse(data)),
              numbered(drafts),
            );
            assert.deepEqual(
              messages.map(({ id, event }) => [id, event]),
              drafts.map(({ type }, index) => [`${log.id}.0.${index + 1}`, type]),
            );
            await discard(environment, log);
          }),
          RUNS,
        ),
      ));

    test("R-ONE nothing follows the terminal event, and it comes once", () =>
      withShelf(make, {}, async (environment) => {
        const log = await filled(environment, [token("a")]);
        log.seal(done);
        assert.throws(() => log.append(token("b")), /sealed/);
        assert.throws(() => log.seal(done), /sealed/);
        await sealed(log);
        assert.throws(() => log.append(token("b")), /sealed/);
        assert.deepEqual(eventsOf(log), numbered([token("a"), done]));
      }));

    test("R-ONE a reader that is told of the end has the terminal event before it", () =>
      withShelf(make, {}, async ({ shelf }) => {
        const { log } = await openStream(shelf);
        const seen: [sealed: boolean, last: string][] = [];
        log.listen(() => seen.push([log.sealed, log.event(log.lastSeq).type]));
        log.append(token("a"));
        await visible(log, 1);
        log.seal(done);
        await sealed(log);
        await turn();
        for (const [isSealed, last] of seen) assert.equal(isSealed, last === "done");
        assert.deepEqual(seen.at(-1), [true, "done"]);
      }));

    test("slices are whole frames, never split, and at most as long as asked for, but at least one frame", () =>
      withShelf(make, {}, (environment) =>
        fc.assert(
          fc.asyncProperty(
            fc.array(anyOpenDraft, { ...MANY, minLength: 1 }),
            fc.integer({ min: 1, max: 4000 }),
            async (drafts, maxBytes) => {
              const log = await filled(environment, drafts);
              const frames = drafts.map((_, after) => log.slice(after, 1));
              for (const [after, frame] of frames.entries()) {
                assert.equal(frame?.seq, after + 1);
                const slice = log.slice(after, maxBytes);
                assert.ok(slice && slice.seq > after);
                const whole = frames.slice(after, slice.seq).map((one) => one?.latin1);
                assert.ok(slice.latin1 === whole.join(""), "whole frames, in order");
                assert.ok(slice.latin1.length <= maxBytes || slice.seq === after + 1, "not more than asked for");
              }
              assert.equal(log.slice(drafts.length, maxBytes), undefined);
              await discard(environment, log);
            },
          ),
          RUNS,
        ),
      ));

    test("the bell rings with news only, once in a turn of the event loop, and not after its release", () =>
      withShelf(make, {}, async ({ shelf }) => {
        const { log } = await openStream(shelf);
        const seen: number[] = [];
        let rungInThisTurn = false;
        const release = log.listen(() => {
          assert.equal(rungInThisTurn, false, "rung twice in one turn");
          rungInThisTurn = true;
          setImmediate(() => {
            rungInThisTurn = false;
          });
          seen.push(log.lastSeq);
        });
        for (const upTo of [5, 10, 15]) {
          for (let n = 0; n < 5; n++) log.append(token("a"));
          await visible(log, upTo);
          await turn();
        }
        assert.equal(seen.at(-1), 15);
        assert.deepEqual(seen, [...new Set(seen)], "each ring has news");
        release();
        log.append(token("a"));
        await visible(log, 16);
        await turn();
        assert.equal(seen.at(-1), 15);
      }));

    test("a bell that another one releases while it rings stays silent", () =>
      withShelf(make, {}, async ({ shelf }) => {
        const { log } = await openStream(shelf);
        const rung: number[] = [];
        const releases = [0, 1].map((n) =>
          log.listen(() => {
            rung.push(n);
            for (const release of releases) release();
          }),
        );
        log.append(token("a"));
        await visible(log, 1);
        await turn();
        assert.equal(rung.length, 1);
      }));

    test("the same function may listen twenty thousand times, and each release is its own", () =>
      withShelf(make, {}, async ({ shelf }) => {
        const { log } = await openStream(shelf);
        let rung = 0;
        const bell = () => void rung++;
        const releases = Array.from({ length: 20_000 }, () => log.listen(bell));
        for (const release of releases.slice(1)) release();
        log.append(token("a"));
        await visible(log, 1);
        await turn();
        assert.equal(rung, 1);
      }));

    test("stream_too_long: what is refused is not in the log, and its end always fits", () =>
      withShelf(make, { maxStreamBytes: 2000 }, async ({ shelf }) => {
        const { log } = await openStream(shelf);
        assert.equal(log.append(token("x".repeat(2000))), "stream_too_long", "also the very first");
        let taken = 0;
        while (log.append(token("x".repeat(100))) === undefined) taken++;
        assert.ok(taken > 5 && taken < 20, `${taken} tokens of 100 bytes within 2000`);
        assert.equal(log.append(token("y".repeat(2000))), "stream_too_long");
        await visible(log, taken);
        assert.equal(log.lastSeq, taken);
        const content = "x".repeat(5000);
        const end = { message_id: "m1", sender: "assistant", content, timestamp: log.createdAt } as const;
        assert.equal(log.append({ type: "message_end", ...end, reason: "error" }), undefined);
        log.seal({ type: "error", error_code: "stream_too_long", message: "z".repeat(3000), retryable: false });
        await sealed(log);
        const types = eventsOf(log).map(({ seq, type }) => `${seq} ${type}`);
        assert.deepEqual(types.slice(taken), [`${taken + 1} message_end`, `${taken + 2} error`]);
      }));

    test("R-HONEST a cursor of the log's own epoch is true of all of it, one of another epoch of nothing", () =>
      withShelf(make, {}, async (environment) => {
        const log = await filled(environment, [token("a"), token("b")]);
        assert.ok(log.sharedUpTo(log.epoch) >= log.lastSeq);
        assert.equal(log.sharedUpTo(log.epoch + 1), -1);
      }));
  });
}
