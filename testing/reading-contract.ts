import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { openCursor } from "../src/log/cursor.ts";
import type { StreamLog } from "../src/log/stream-log.ts";
import { anyOpenDraft, anyToken } from "./any-event.ts";
import {
  bytesAfter,
  done,
  type MakeEnvironment,
  openStream,
  sealed,
  turn,
  visible,
  withShelf,
} from "./log-environment.ts";

/** A reader as the edge has them: it reads when the bell rings, unless it is paused. */
function bellReader(log: StreamLog, after: number, maxBytes: number) {
  const parts: Buffer[] = [];
  let paused = false;
  let cursor = openCursor(log, after, read);
  function read() {
    if (paused) return;
    for (let slice = cursor.next(maxBytes); slice; slice = cursor.next(maxBytes))
      parts.push(Buffer.from(slice.latin1, "latin1"));
  }
  read();
  return {
    after,
    pause: () => {
      paused = true;
    },
    resume: () => {
      paused = false;
      read();
    },
    /** The connection is cut, and resumed after the last event that arrived. */
    reconnect: () => {
      cursor.close();
      cursor = openCursor(log, cursor.seq, read);
      read();
    },
    close: () => cursor.close(),
    bytes: () => Buffer.concat(parts),
    ended: () => cursor.hasEnded(),
  };
}

type Reader = ReturnType<typeof bellReader>;

/** One step of a reader's life; `at` says which reader, or where a new one begins. */
const anyStep = fc.oneof(
  { weight: 3, arbitrary: fc.record({ do: fc.constant("append" as const), draft: anyToken }) },
  fc.record({
    do: fc.constantFrom("open" as const, "pause" as const, "resume" as const, "reconnect" as const, "close" as const),
    at: fc.nat(),
    maxBytes: fc.constantFrom(1, 100, 16_384),
  }),
  fc.record({ do: fc.constant("turn" as const) }),
);

type Step = typeof anyStep extends fc.Arbitrary<infer S> ? S : never;

async function play(log: StreamLog, readers: Reader[], step: Step) {
  if (step.do === "append") return void log.append(step.draft);
  if (step.do === "turn") return turn();
  if (step.do === "open") return void readers.push(bellReader(log, step.at % (log.lastSeq + 1), step.maxBytes));
  const reader = readers[step.at % readers.length];
  if (!reader) return;
  reader[step.do]();
  if (step.do === "close") readers.splice(readers.indexOf(reader), 1);
}

/** The contract of reading: replay and live are one loop, whatever readers and writer do meanwhile. */
export function readingContract(name: string, make: MakeEnvironment): void {
  describe(`reading from the ${name} shelf`, () => {
    test("R-CURSOR for every k, the first k events and a resume after k equal the whole log", () =>
      withShelf(make, {}, ({ shelf, passTime }) =>
        fc.assert(
          fc.asyncProperty(
            fc.array(anyOpenDraft, { maxLength: 20, size: "max" }),
            fc.boolean(),
            async (drafts, ended) => {
              const { log } = await openStream(shelf);
              for (const draft of drafts) log.append(draft);
              if (ended) log.seal(done);
              const last = drafts.length + (ended ? 1 : 0);
              await visible(log, last);
              const whole = bytesAfter(log, 0);
              let prefix = Buffer.of();
              for (let k = 0; k <= last; k++) {
                assert.ok(Buffer.concat([prefix, bytesAfter(log, k, 500)]).equals(whole), `resumed after ${k}`);
                prefix = Buffer.concat([prefix, Buffer.from(log.slice(k, 1)?.latin1 ?? "", "latin1")]);
              }
              if (!ended) log.seal(done);
              await sealed(log);
              await passTime(300_000);
            },
          ),
          { numRuns: 60 },
        ),
      ));

    test("R-CURSOR any interleaving of appends, pauses, cuts and resumes gives each reader the log, in order", () =>
      withShelf(make, {}, ({ shelf, passTime }) =>
        fc.assert(
          fc.asyncProperty(fc.array(anyStep, { maxLength: 60, size: "max" }), async (steps) => {
            const { log } = await openStream(shelf);
            const readers: Reader[] = [];
            for (const step of steps) await play(log, readers, step);
            log.seal(done);
            await sealed(log);
            await turn();
            for (const reader of readers) {
              reader.resume();
              assert.ok(reader.bytes().equals(bytesAfter(log, reader.after)));
              assert.ok(reader.ended());
              reader.close();
            }
            await passTime(300_000);
          }),
          { numRuns: 200 },
        ),
      ));

    test("R-CURSOR a reader that keeps up is woken by each append and by the end, without asking", () =>
      withShelf(make, {}, async ({ shelf }) => {
        const { log } = await openStream(shelf);
        const reader = bellReader(log, 0, 16_384);
        for (let seq = 1; seq <= 3; seq++) {
          log.append({ type: "token", message_id: "m1", text: "x" });
          await visible(log, seq);
          await turn();
          assert.ok(reader.bytes().equals(bytesAfter(log, 0)));
          assert.equal(reader.ended(), false);
        }
        log.seal(done);
        await sealed(log);
        await turn();
        assert.ok(reader.bytes().equals(bytesAfter(log, 0)));
        assert.equal(reader.ended(), true);
        reader.close();
      }));

    test("nothing yet and nothing more are told apart", () =>
      withShelf(make, {}, async ({ shelf }) => {
        const { log } = await openStream(shelf);
        let woken = 0;
        const cursor = openCursor(log, 0, () => woken++);
        assert.deepEqual([cursor.next(100), cursor.hasEnded()], [undefined, false]);
        log.seal(done);
        await sealed(log);
        assert.equal(cursor.hasEnded(), false, "the terminal event is still to be read");
        assert.equal(cursor.next(100)?.seq, 1);
        assert.deepEqual([cursor.next(100), cursor.hasEnded(), cursor.seq], [undefined, true, 1]);
        await turn();
        assert.ok(woken >= 1);
        cursor.close();
      }));

    test("a cursor that was closed is woken no more", () =>
      withShelf(make, {}, async ({ shelf }) => {
        const { log } = await openStream(shelf);
        const cursor = openCursor(log, 0, () => assert.fail("woken"));
        cursor.close();
        log.seal(done);
        await sealed(log);
        await turn();
      }));
  });
}
