import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import type { WorldEvent } from "../src/protocol/events.ts";
import type { RoomFeed } from "../src/worlds/feed.ts";
import { feedPosition } from "../src/worlds/feed-position.ts";
import type { RecentLimits } from "../src/worlds/recent-frames.ts";
import { anyWorldEvent } from "./any-event.ts";
import { type FrameReader, frameReader } from "./frame-reader.ts";
import type { ManualClock } from "./manual-clock.ts";
import type { Received } from "./sse-client.ts";

/** What the contract suite of a world's feed runs on. An implementation brings one, and passes it unchanged. */
export type FeedEnvironment = {
  clock: ManualClock;
  /** The feed of the world `lobby`. */
  feed: RoomFeed;
  /** Resolves when what was published has reached all readers. */
  settle(): Promise<void>;
  /** Lets go of it. Throws where something is left behind. */
  close(): Promise<void>;
};

export type MakeFeed = (limits: Partial<RecentLimits>) => Promise<FeedEnvironment>;

export const MINUTE = 60_000;
const MIB = 1024 * 1024;

export const word = (text: string, turn_id = "t1"): WorldEvent => ({ type: "token", message_id: "m1", text, turn_id });

/** Readers of a feed, as clients are that hear of nothing but their connection. */
export function feedClients({ feed, clock }: Pick<FeedEnvironment, "feed" | "clock">) {
  return {
    /** Begins at the present. */
    async open(): Promise<FrameReader> {
      const source = await feed.open();
      const where = { after: source.lastSeq, preface: source.startFrame() };
      return frameReader(source, clock, { ...where, left: source.read() });
    },
    /** Goes on after the event of that id. @throws Failure as `feedPosition` */
    async comeBack(id = ""): Promise<FrameReader> {
      const source = await feed.open();
      const after = feedPosition(source, id);
      return frameReader(source, clock, { after, left: source.read() });
    },
    async refusal(id = ""): Promise<string> {
      try {
        feedPosition(await feed.open(), id);
      } catch (error) {
        return (error as { code: string }).code;
      }
      return "none";
    },
  };
}

/** What a client has of an event, as it came to the feed. */
const plain = (event: WorldEvent) => {
  const { stream_id: _key, ...rest } = event as WorldEvent & { stream_id?: string };
  return JSON.parse(JSON.stringify(rest));
};

/** Without what numbers them. */
export const unnumbered = (events: readonly object[]) =>
  events.map((event) => {
    const { seq: _seq, id: _id, ...rest } = event as { seq: number; id: string };
    return rest;
  });

export const seqs = (events: readonly { seq: number }[]) => events.map(({ seq }) => seq);

/** The id of the event with another number in the same feed. */
const idAt = ({ id }: { id: string }, seq: number) => id.replace(/\d+$/, String(seq));

/** The rules of R-FEED that hold for a feed whoever keeps it. `runs`: how often a property is tried. */
export function feedContract(name: string, make: MakeFeed, runs: number): void {
  type Rig = FeedEnvironment & ReturnType<typeof feedClients>;

  async function within(limits: Partial<RecentLimits>, body: (rig: Rig) => Promise<void>) {
    const environment = await make(limits);
    try {
      await body({ ...environment, ...feedClients(environment) });
    } finally {
      await environment.close();
    }
  }
  const withFeed = (body: (rig: Rig) => Promise<void>) => () => within({}, body);

  describe(`the feed of ${name}`, () => {
    test(
      "R-FEED begins at the present with its start, numbered as the event it stands at, under the same id",
      withFeed(async ({ feed, open, settle }) => {
        const [before, reader] = [await open(), await open()];
        const [start] = reader.events;
        assert.ok(start?.type === "start");
        const { stream_id, created_at, ...rest } = start;
        assert.deepEqual(before.events, reader.events);
        assert.deepEqual(rest, { type: "start", seq: 1, id: `${stream_id}.0.1`, kind: "feed", world: "lobby" });
        assert.equal(created_at, "2026-01-02T03:04:05.000Z");
        for (let n = 0; n < 41; n++) feed.publish(word("a"));
        await settle();
        const [later, ...more] = (await open()).events;
        assert.deepEqual([later?.type, later?.seq, later?.id, more], ["start", 42, `${stream_id}.0.42`, []]);
      }),
    );

    test("R-FEED carries any events of all turns in order, each with its turn and a number of its own, without holes", async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(anyWorldEvent, { maxLength: 30 }), (published) =>
          within({}, async ({ feed, open, settle }) => {
            const reader = await open();
            for (const event of published) feed.publish(event);
            await settle();
            const [start, ...events] = reader.events;
            assert.ok(start);
            assert.deepEqual(unnumbered(events), published.map(plain));
            const numbers = Array.from(published, (_, index) => index + 2);
            assert.deepEqual(seqs(events), numbers);
            assert.deepEqual(
              events.map(({ id }) => id),
              numbers.map((seq) => idAt(start, seq)),
            );
          }),
        ),
        { numRuns: runs },
      );
    });

    test(
      "R-FEED the id of a turn's stream, the key to it, is not in it",
      withFeed(async ({ feed, open, settle }) => {
        const reader = await open();
        const about = { created_at: "2026-01-02T03:04:05.000Z", world: "lobby", turn_id: "t1", message_id: "m0" };
        feed.publish({ type: "start", stream_id: "SecretKey", kind: "world", ...about });
        await settle();
        assert.deepEqual(unnumbered(reader.events.slice(1)), [{ type: "start", kind: "world", ...about }]);
      }),
    );

    test(
      "R-FEED after every event a reader goes on at the next number, without another start",
      withFeed(async ({ feed, open, comeBack, settle }) => {
        const whole = await open();
        for (const text of ["a", "b", "c", "d"]) feed.publish(word(text));
        await settle();
        for (const [index, { id }] of [...whole.events].entries()) {
          const back = await comeBack(id);
          assert.deepEqual(back.events, whole.events.slice(index + 1));
          feed.publish(word("later"));
          await settle();
          assert.equal(back.events.at(-1)?.id, whole.events.at(-1)?.id);
          assert.equal(back.events.filter(({ type }) => type === "start").length, 0);
        }
      }),
    );

    test("R-FEED after any cuts, wherever they come and however long away, the prefix and what is resumed are the whole", async () => {
      const step = fc.oneof(
        { weight: 5, arbitrary: fc.record({ do: fc.constant("publish" as const), text: fc.string({ maxLength: 9 }) }) },
        fc.record({ do: fc.constantFrom("turn" as const, "leave" as const, "back" as const, "pause" as const) }),
        fc.record({ do: fc.constant("wait" as const), ms: fc.nat(2 * MINUTE) }),
      );
      await fc.assert(
        fc.asyncProperty(fc.array(step, { maxLength: 60, size: "max" }), (steps) =>
          within({}, async ({ clock, feed, open, comeBack, settle }) => {
            const whole = await open();
            let reader: FrameReader | undefined = await open();
            const got: Received[] = [];
            let away = 0;
            const leave = () => {
              if (!reader) return;
              reader.leave();
              got.push(...reader.events);
              reader = undefined;
              away = 0;
            };
            const back = async () => {
              reader ??= await comeBack(got.at(-1)?.id);
            };
            for (const one of steps) {
              if (one.do === "publish") feed.publish(word(one.text));
              else if (one.do === "turn") await settle();
              else if (one.do === "leave") leave();
              else if (one.do === "back") await back();
              else if (one.do === "pause") reader?.pause();
              else if (one.do === "wait" && away + one.ms < 4 * MINUTE) {
                away += one.ms;
                // A paused reader would be cut for taking nothing.
                reader?.resume();
                await settle();
                clock.advance(one.ms);
              }
            }
            reader?.resume();
            await settle();
            leave();
            await back();
            feed.close();
            await settle();
            assert.equal(reader?.over, "end");
            leave();
            assert.deepEqual(got, whole.events);
            assert.deepEqual(
              seqs(got.slice(1)),
              Array.from(got.slice(1), (_, index) => index + 2),
            );
            whole.leave();
            assert.deepEqual([clock.pending(), feed.readers, feed.idle], [0, 0, true]);
          }),
        ),
        { numRuns: runs },
      );
    });

    test(
      "R-FEED R-HONEST the last 4 MiB are kept and nothing before: an older cursor is told that it has expired",
      withFeed(async ({ feed, open, comeBack, refusal, settle }) => {
        const reader = await open();
        const lengths: number[] = [];
        for (let n = 0; n < 150; n++) {
          const bytes = reader.bytes;
          feed.publish(word("é".repeat(20_000)));
          await settle();
          lengths.push(reader.bytes - bytes);
        }
        const { firstKept, lastSeq } = await feed.open();
        const kept = lastSeq - firstKept + 1;
        const sum = (count: number) => lengths.slice(-count).reduce((total, length) => total + length, 0);
        assert.ok(sum(kept) <= 4 * MIB && sum(kept + 1) > 4 * MIB, `${kept} of ${lengths.length} are kept`);
        const [start] = reader.events;
        assert.ok(start);
        assert.equal(await refusal(idAt(start, firstKept - 2)), "stream_expired");
        assert.equal((await comeBack(idAt(start, firstKept - 1))).events.length, kept);
      }),
    );

    test(
      "R-FEED R-HONEST at most 5 minutes are kept: what is older is told as expired, from one moment to the next",
      withFeed(async ({ clock, feed, open, refusal, settle }) => {
        const [start] = (await open()).events;
        assert.ok(start);
        const about = async () => [
          (await feed.open()).firstKept,
          await refusal(start.id),
          await refusal(idAt(start, 2)),
        ];
        feed.publish(word("at 0"));
        await settle();
        clock.advance(MINUTE);
        feed.publish(word("at 1"));
        await settle();
        clock.advance(4 * MINUTE - 1);
        assert.deepEqual(await about(), [2, "none", "none"]);
        clock.advance(1);
        assert.deepEqual(await about(), [3, "stream_expired", "none"]);
        clock.advance(MINUTE);
        assert.deepEqual(await about(), [4, "stream_expired", "stream_expired"]);
        assert.equal(await refusal(idAt(start, 3)), "none");
        assert.equal(await refusal(idAt(start, 4)), "cursor_ahead");
      }),
    );

    test(
      "R-FEED goes on recording for 5 minutes after its last reader has left",
      withFeed(async ({ clock, feed, open, comeBack, settle }) => {
        const [first, last] = [await open(), await open()];
        first.leave();
        clock.advance(60 * MINUTE);
        await settle();
        last.leave();
        clock.advance(5 * MINUTE - 1);
        assert.equal(feed.skip(), false);
        feed.publish(word("kept"));
        await settle();
        assert.deepEqual(unnumbered((await comeBack(last.events[0]?.id)).events), [word("kept")]);
      }),
    );

    test(
      "R-FEED R-HONEST records nothing when nobody has read for long, and does not pass over it in silence",
      withFeed(async ({ clock, feed, open, refusal, settle }) => {
        const reader = await open();
        reader.leave();
        clock.advance(6 * MINUTE);
        feed.publish(word("missed"));
        await settle();
        assert.equal(feed.idle, true);
        assert.equal(await refusal(reader.events[0]?.id), "stream_expired");
        const late = await open();
        feed.look();
        feed.publish(word("kept"));
        await settle();
        assert.deepEqual(unnumbered(late.events.slice(1)), [word("kept")]);
        assert.deepEqual(seqs(late.events), [2, 3]);
      }),
    );

    test(
      "R-FEED closed it ends each reader with done and cancelled, also one that is paused, and leaves nothing behind",
      withFeed(async ({ clock, feed, open, settle }) => {
        const [quick, slow] = [await open(), await open()];
        slow.pause();
        feed.publish(word("a"));
        await settle();
        feed.close();
        feed.close();
        await settle();
        assert.deepEqual([quick.over, slow.over], ["end", undefined]);
        slow.resume();
        assert.equal(slow.over, "end");
        const { id: _, ...end } = quick.events.at(-1) ?? { id: "" };
        assert.deepEqual(end, { type: "done", seq: 3, reason: "cancelled" });
        assert.deepEqual(slow.events, quick.events);
        assert.deepEqual([clock.pending(), feed.readers, feed.idle], [0, 0, true]);
      }),
    );

    test(
      "R-FEED closed it takes nothing more",
      withFeed(async ({ clock, feed, open, settle }) => {
        const reader = await open();
        feed.close();
        feed.publish(word("late"));
        await settle();
        assert.deepEqual(
          reader.events.map(({ type }) => type),
          ["start", "done"],
        );
        assert.deepEqual([clock.pending(), feed.idle], [0, true]);
      }),
    );

    test(
      "R-FEED R-DRAIN dropped it ends its readers without an event: who has all in good order, the others are cut",
      withFeed(async ({ clock, feed, open, settle }) => {
        const [quick, slow] = [await open(), await open()];
        slow.pause();
        for (const text of ["a", "b"]) {
          feed.publish(word(text));
          await settle();
        }
        feed.drop();
        feed.publish(word("late"));
        await settle();
        slow.resume();
        assert.equal(quick.over, "end");
        assert.ok(slow.over);
        assert.deepEqual(seqs(quick.events), [1, 2, 3]);
        assert.deepEqual([clock.pending(), feed.readers, feed.idle], [0, 0, true]);
      }),
    );

    test(
      "R-FEED R-SLOW a slow reader is sent nothing while it is full, goes on where it was, and slows nobody",
      withFeed(async ({ feed, open, settle }) => {
        const [slow, quick] = [await open(), await open()];
        slow.pause();
        for (let n = 0; n < 300; n++) {
          feed.publish(word("x".repeat(1000)));
          if (n % 10 === 0) await settle();
        }
        await settle();
        assert.ok(slow.bytes < 20_000, `${slow.bytes} bytes in a full connection`);
        assert.equal(quick.events.length, 301);
        slow.resume();
        assert.deepEqual(slow.events, quick.events);
      }),
    );

    test(
      "R-FEED R-SLOW a slow reader is cut when what comes next for it is gone, and told so when it comes back",
      withFeed(async ({ feed, open, refusal, settle }) => {
        const [slow, quick] = [await open(), await open()];
        slow.pause();
        for (let n = 0; n < 10; n++) {
          feed.publish(word("x".repeat(MIB / 2)));
          await settle();
        }
        assert.deepEqual([slow.over, quick.over], ["cut", undefined]);
        assert.equal(slow.events.filter(({ type }) => type === "done").length, 0);
        assert.equal(await refusal(slow.events.at(-1)?.id), "stream_expired");
        assert.equal(quick.events.length, 11);
      }),
    );

    test("R-FEED one event that is larger than all that is kept reaches who keeps up", () =>
      within({ maxBytes: 1000 }, async ({ feed, open, settle }) => {
        const reader = await open();
        for (let n = 0; n < 3; n++) {
          feed.publish(word("x".repeat(5000)));
          await settle();
        }
        assert.deepEqual([reader.over, seqs(reader.events)], [undefined, [1, 2, 3, 4]]);
        assert.equal((await feed.open()).firstKept, 4);
      }));
  });
}
