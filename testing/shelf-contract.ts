import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Shelf } from "../src/log/shelf.ts";
import {
  bytesAfter,
  done,
  eventsOf,
  type MakeEnvironment,
  openStream,
  sealed,
  token,
  turn,
  visible,
  withShelf,
} from "./log-environment.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const overloaded = { code: "overloaded" };

const stateOf = async (shelf: Shelf, id: string) => (await shelf.find(id)).state;
const at = (shelf: Shelf, ids: string[]) => Promise.all(ids.map((id) => stateOf(shelf, id)));

/** A sealed log of one token of `size` bytes. */
async function endedStream(shelf: Shelf, size = 10) {
  const { log, causes } = await openStream(shelf);
  assert.equal(log.append(token("x".repeat(size))), undefined);
  log.seal(done);
  await sealed(log);
  return { log, causes };
}

/** The contract of a shelf: how long logs are kept, and how much of everything there may be. */
export function shelfContract(name: string, make: MakeEnvironment): void {
  describe(`the lifetime of logs on the ${name} shelf`, () => lifetimes(make));
  describe(`stopping on the ${name} shelf`, () => stopping(make));
  describe(`the limits of the ${name} shelf`, () => limits(make));
}

function lifetimes(make: MakeEnvironment) {
  test("R-HONEST a kept log is found, an id that never was is unknown", () =>
    withShelf(make, {}, async ({ shelf }) => {
      const { log } = await openStream(shelf);
      log.append(token("a"));
      await visible(log, 1);
      const found = await shelf.find(log.id);
      assert.equal(found.state, "kept");
      assert.ok(found.state === "kept" && bytesAfter(found.log, 0).equals(bytesAfter(log, 0)));
      assert.equal(await stateOf(shelf, "neverwas"), "unknown");
    }));

  test("R-ABANDON a running log without a reader is cancelled after 5 minutes, and forgotten at once", () =>
    withShelf(make, { abandonMs: 5 * MINUTE, retentionMs: 50 * MINUTE }, async ({ shelf, passTime }) => {
      const { log, causes } = await openStream(shelf);
      await passTime(5 * MINUTE - 1);
      assert.deepEqual([await stateOf(shelf, log.id), causes], ["kept", []]);
      await passTime(1);
      assert.deepEqual([await stateOf(shelf, log.id), causes], ["expired", ["abandoned"]]);
      assert.deepEqual(shelf.counts(), { running: 0, kept: 0, readers: 0, bytes: 0 });
    }));

  test("R-ABANDON what the writer writes does not count as a reader", () =>
    withShelf(make, { abandonMs: 5 * MINUTE }, async ({ shelf, passTime }) => {
      const { log, causes } = await openStream(shelf);
      for (let minute = 0; minute < 5; minute++) {
        log.append(token("still here"));
        await passTime(MINUTE);
      }
      assert.deepEqual(causes, ["abandoned"]);
    }));

  test("R-ABANDON is counted from the last reader, never from the start", () =>
    withShelf(make, { abandonMs: 5 * MINUTE }, async ({ shelf, passTime }) => {
      const { log, causes } = await openStream(shelf);
      const [first, second] = [shelf.attach(log), shelf.attach(log)];
      await passTime(HOUR);
      first();
      await passTime(HOUR);
      second();
      await passTime(5 * MINUTE - 1);
      shelf.attach(log)();
      await passTime(5 * MINUTE - 1);
      assert.deepEqual([await stateOf(shelf, log.id), causes], ["kept", []]);
      await passTime(1);
      assert.deepEqual([await stateOf(shelf, log.id), causes], ["expired", ["abandoned"]]);
    }));

  test("R-ABANDON an ended log is kept for 5 minutes after its end, not after its start", () =>
    withShelf(make, { retentionMs: 5 * MINUTE }, async ({ shelf, passTime }) => {
      const { log, causes } = await openStream(shelf);
      const release = shelf.attach(log);
      await passTime(HOUR);
      release();
      await passTime(MINUTE);
      log.seal(done);
      await sealed(log);
      await passTime(5 * MINUTE - 1);
      assert.equal(await stateOf(shelf, log.id), "kept");
      await passTime(1);
      assert.deepEqual([await stateOf(shelf, log.id), causes], ["expired", []]);
    }));

  test("R-ABANDON an ended log is kept while it is read, and for 5 minutes after its last reader", () =>
    withShelf(make, { retentionMs: 5 * MINUTE }, async ({ shelf, passTime }) => {
      const { log } = await openStream(shelf);
      const fromBefore = shelf.attach(log);
      log.seal(done);
      await sealed(log);
      await passTime(HOUR);
      fromBefore();
      await passTime(5 * MINUTE - 1);
      const late = shelf.attach(log);
      await passTime(HOUR);
      late();
      await passTime(5 * MINUTE - 1);
      assert.equal(await stateOf(shelf, log.id), "kept");
      await passTime(1);
      assert.equal(await stateOf(shelf, log.id), "expired");
    }));

  test("each log has a time of its own", () =>
    withShelf(make, { retentionMs: 5 * MINUTE }, async ({ shelf, passTime }) => {
      const ids: string[] = [];
      for (let n = 0; n < 3; n++) {
        ids.push((await endedStream(shelf)).log.id);
        await passTime(MINUTE);
      }
      await passTime(2 * MINUTE);
      assert.deepEqual(await at(shelf, ids), ["expired", "kept", "kept"]);
      await passTime(MINUTE);
      assert.deepEqual(await at(shelf, ids), ["expired", "expired", "kept"]);
    }));

  test("R-HONEST a forgotten id is told from an unknown one for an hour", () =>
    withShelf(make, { retentionMs: MINUTE }, async ({ shelf, passTime }) => {
      const { log } = await endedStream(shelf);
      await passTime(MINUTE);
      await passTime(HOUR - 1);
      assert.equal(await stateOf(shelf, log.id), "expired");
      assert.throws(() => shelf.attach(log), { code: "stream_expired" });
      await passTime(1);
      assert.equal(await stateOf(shelf, log.id), "unknown");
    }));
}

function stopping(make: MakeEnvironment) {
  test("R-DETACH a stop ends the log by its writer, keeps the text so far, and happens once", () =>
    withShelf(make, {}, async ({ shelf }) => {
      const { log, causes } = await openStream(shelf);
      log.append(token("so far"));
      await shelf.cancel(log.id, "stopped");
      await shelf.cancel(log.id, "stopped");
      await shelf.cancel("neverwas", "stopped");
      assert.deepEqual([log.sealed, causes], [true, ["stopped"]]);
      assert.deepEqual(
        eventsOf(log).map(({ type }) => type),
        ["token", "done"],
      );
      assert.equal(await stateOf(shelf, log.id), "kept");
    }));

  test("R-DETACH a reader that leaves does not stop the writer", () =>
    withShelf(make, {}, async ({ shelf, passTime }) => {
      const { log, causes } = await openStream(shelf);
      shelf.attach(log)();
      await passTime(4 * MINUTE);
      assert.deepEqual(causes, []);
    }));

  test("R-DETACH on_disconnect cancel: ended 10 s after the last reader left, and the text stays readable", () =>
    withShelf(make, {}, async ({ shelf, passTime }) => {
      const { log, causes } = await openStream(shelf, { cancelOnLeave: true });
      const [first, second] = [shelf.attach(log), shelf.attach(log)];
      first();
      await passTime(HOUR);
      second();
      await passTime(9_999);
      assert.deepEqual(causes, []);
      await passTime(1);
      assert.deepEqual([causes, await stateOf(shelf, log.id)], [["left"], "kept"]);
      await passTime(5 * MINUTE);
      assert.deepEqual([causes, await stateOf(shelf, log.id)], [["left"], "expired"]);
    }));

  test("R-DETACH on_disconnect cancel: not if a reader comes back, nor before the first came, nor after its end", () =>
    withShelf(make, { abandonMs: 5 * MINUTE }, async ({ shelf, passTime }) => {
      const back = await openStream(shelf, { cancelOnLeave: true });
      const unread = await openStream(shelf, { cancelOnLeave: true });
      const over = await openStream(shelf, { cancelOnLeave: true });
      shelf.attach(back.log)();
      shelf.attach(over.log)();
      over.log.seal(done);
      await passTime(9_999);
      const release = shelf.attach(back.log);
      await passTime(5 * MINUTE - 10_000);
      assert.deepEqual([back.causes, unread.causes, over.causes], [[], [], []]);
      await passTime(1);
      assert.deepEqual([back.causes, unread.causes, over.causes], [[], ["abandoned"], []]);
      release();
    }));

  test("R-DRAIN idle tells when nothing runs any more, which is at once where nothing does", () =>
    withShelf(make, {}, async ({ shelf }) => {
      await shelf.idle();
      const [first, second] = [await openStream(shelf), await openStream(shelf)];
      let idle = 0;
      for (let waiting = 0; waiting < 2; waiting++) void shelf.idle().then(() => idle++);
      first.log.seal(done);
      await sealed(first.log);
      await turn();
      assert.equal(idle, 0);
      second.log.seal(done);
      await sealed(second.log);
      await turn();
      assert.equal(idle, 2);
      await shelf.idle();
    }));

  test("closing cancels what runs, leaves alone what has ended, and leaves nothing behind", () =>
    withShelf(make, {}, async ({ shelf }) => {
      const ended = await endedStream(shelf);
      const running = await openStream(shelf);
      const release = shelf.attach(running.log);
      shelf.attach(ended.log)();
      await shelf.close("shutting_down");
      assert.deepEqual([running.causes, ended.causes], [["shutting_down"], []]);
      release();
      assert.deepEqual(shelf.counts(), { running: 0, kept: 0, readers: 0, bytes: 0 });
    }));
}

function limits(make: MakeEnvironment) {
  test("as many logs run as allowed; one more is overloaded until one has ended", () =>
    withShelf(make, { maxStreams: 2 }, async ({ shelf }) => {
      const { log } = await openStream(shelf);
      await openStream(shelf);
      await assert.rejects(openStream(shelf), (error: { code: string; extra: { retryAfter: number } }) => {
        return error.code === "overloaded" && error.extra.retryAfter >= 1;
      });
      log.seal(done);
      await sealed(log);
      await openStream(shelf);
      await assert.rejects(openStream(shelf), overloaded);
      assert.equal(shelf.counts().running, 2);
    }));

  test("as many readers attach as allowed; one more is overloaded until one has left, who leaves but once", () =>
    withShelf(make, { maxReaders: 2 }, async ({ shelf }) => {
      const [{ log }, other] = [await openStream(shelf), await openStream(shelf)];
      const release = shelf.attach(log);
      shelf.attach(other.log);
      assert.throws(() => shelf.attach(log), overloaded);
      await assert.rejects(openStream(shelf), overloaded, "nor is anything started that nobody could read");
      release();
      release();
      assert.equal(shelf.counts().readers, 1);
      const last = shelf.attach(log);
      assert.throws(() => shelf.attach(log), overloaded);
      last();
    }));

  test("a reader of something else counts as any other, is refused as any other, leaves but once, and keeps no log", () =>
    withShelf(make, { maxReaders: 2, retentionMs: MINUTE }, async ({ shelf, passTime }) => {
      const [{ log }, ended] = [await openStream(shelf), await endedStream(shelf)];
      const releases = [shelf.countReader(), shelf.countReader()];
      assert.throws(() => shelf.countReader(), overloaded);
      assert.throws(() => shelf.attach(log), overloaded);
      await assert.rejects(openStream(shelf), overloaded);
      assert.equal(shelf.counts().readers, 2);
      for (let times = 0; times < 2; times++) releases[0]?.();
      assert.equal(shelf.counts().readers, 1);
      const release = shelf.attach(log);
      assert.throws(() => shelf.countReader(), overloaded);
      await passTime(MINUTE);
      assert.equal(await stateOf(shelf, ended.log.id), "expired");
      release();
      releases[1]?.();
      assert.equal(shelf.counts().readers, 0);
    }));

  test("over the limit of all logs the oldest ended one goes first, by its end or its last reader", () =>
    withShelf(make, { maxLogBytes: 100_000 }, async ({ shelf }) => {
      const ids: string[] = [];
      for (let n = 0; n < 3; n++) {
        const { log } = await endedStream(shelf, 27_000);
        ids.push(log.id);
        if (n === 1) shelf.attach((await endedStream(shelf, 10)).log)();
      }
      const first = await shelf.find(ids[0] ?? "");
      if (first.state === "kept") shelf.attach(first.log)();
      await endedStream(shelf, 27_000);
      assert.deepEqual(await at(shelf, ids), ["kept", "expired", "kept"]);
      assert.ok(shelf.counts().bytes <= 100_000);
    }));

  test("over the limit of all logs none goes that runs or is read; new text and new logs are refused, ends are not", () =>
    withShelf(make, { maxLogBytes: 100_000 }, async ({ shelf }) => {
      const running = await openStream(shelf);
      const read = await endedStream(shelf, 40_000);
      const release = shelf.attach(read.log);
      while (running.log.append(token("x".repeat(1000))) === undefined);
      while (running.log.append(token("x")) === undefined);
      assert.equal(running.log.append(token("x")), "overloaded");
      await assert.rejects(openStream(shelf), overloaded);
      assert.deepEqual(await at(shelf, [running.log.id, read.log.id]), ["kept", "kept"]);
      running.log.seal({ type: "error", error_code: "overloaded", message: "y".repeat(1000), retryable: true });
      await sealed(running.log);
      assert.equal(eventsOf(running.log).at(-1)?.type, "error");
      release();
      await openStream(shelf);
      assert.deepEqual(await at(shelf, [running.log.id, read.log.id]), ["expired", "kept"]);
    }));

  test("counts what runs, is kept, is read and its bytes, and comes back to nothing", () =>
    withShelf(make, { retentionMs: MINUTE }, async ({ shelf, passTime }) => {
      const { log } = await openStream(shelf);
      const release = shelf.attach(log);
      log.append(token("x".repeat(10_000)));
      await visible(log, 1);
      const { bytes, ...counts } = shelf.counts();
      assert.deepEqual(counts, { running: 1, kept: 1, readers: 1 });
      assert.ok(bytes > 10_000 && bytes < 20_000, `${bytes} bytes for 10,000`);
      log.seal(done);
      await sealed(log);
      release();
      assert.deepEqual({ ...shelf.counts(), bytes: 0 }, { running: 0, kept: 1, readers: 0, bytes: 0 });
      await passTime(MINUTE);
      assert.deepEqual(shelf.counts(), { running: 0, kept: 0, readers: 0, bytes: 0 });
    }));
}
