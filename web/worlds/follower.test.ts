import assert from "node:assert/strict";
import { test } from "node:test";
import type { ChatWaitError, StreamEvent } from "../../client/types.ts";
import { manualClock } from "../../testing/manual-clock.ts";
import { type ScriptedStream, scriptedStream } from "../../testing/scripted-stream.ts";
import { createFollower } from "./follower.ts";

function following() {
  const clock = manualClock();
  const opened: { lastEventId: string | undefined; stream: ScriptedStream }[] = [];
  const heard: [number, string | undefined][] = [];
  let lost = 0;
  let ended = 0;
  const follower = createFollower({
    after: clock.after,
    open: ({ lastEventId, onConnection }) => {
      const stream = scriptedStream({ onConnection });
      opened.push({ lastEventId, stream });
      return stream;
    },
    onEvent: (event, id) => heard.push([event.seq, id]),
    onLost: () => lost++,
    onEnded: () => ended++,
  });
  const stream = (index: number) => opened[index]?.stream as ScriptedStream;
  return { clock, opened, heard, follower, stream, lost: () => lost, ended: () => ended };
}

const notice = (seq: number): StreamEvent => ({ type: "system", seq, code: "world_updated", message: "Changed." });
const refused = (code: string) =>
  Object.assign(new Error("No."), { name: "ChatWaitError", code, retryable: false }) as ChatWaitError;

test("events are told with the position behind them", async () => {
  const { follower, stream, heard } = following();
  follower.follow();
  stream(0).connect({ status: "open" });
  assert.equal(follower.status.value, "live");
  await stream(0).say(notice(4), notice(5));
  assert.deepEqual(heard, [
    [4, "stream.0.4"],
    [5, "stream.0.5"],
  ]);
});

test("it begins after a given position, and only once however often it is asked", () => {
  const { follower, opened } = following();
  follower.follow("feed.0.9");
  follower.follow();
  assert.deepEqual(
    opened.map(({ lastEventId }) => lastEventId),
    ["feed.0.9"],
  );
});

test("a cut shows, and goes by", () => {
  const { follower, stream } = following();
  follower.follow();
  stream(0).connect({ status: "waiting", attempt: 1, retryInMs: 500, cause: "Cut." });
  assert.equal(follower.status.value, "away");
  stream(0).connect({ status: "open" });
  assert.equal(follower.status.value, "live");
});

test("a position that the server has forgotten is owned up to, and the feed begins at the present", async () => {
  const { follower, stream, opened, lost } = following();
  follower.follow("feed.0.9");
  await stream(0).end(refused("stream_expired"));
  assert.deepEqual([lost(), opened.map(({ lastEventId }) => lastEventId)], [1, ["feed.0.9", undefined]]);
  stream(1).connect({ status: "open" });
  assert.deepEqual([follower.status.value, follower.failure.value], ["live", undefined]);
});

test("a server that is away is tried again after a while, from where one was", async () => {
  const { follower, stream, opened, clock, lost } = following();
  follower.follow();
  await stream(0).say(notice(7));
  await stream(0).end(refused("network"));
  assert.deepEqual([follower.status.value, follower.failure.value?.code, opened.length], ["away", "network", 1]);
  clock.advance(15_000);
  assert.deepEqual([opened[1]?.lastEventId, lost()], ["stream.0.7", 0]);
});

test("a feed that is refused at the present is not asked for in a circle", async () => {
  const { follower, stream, opened, clock } = following();
  follower.follow();
  await stream(0).end(refused("stream_expired"));
  assert.equal(opened.length, 1);
  assert.equal(clock.pending(), 1);
});

test("it ends with its world, and says so", async () => {
  const { follower, stream, clock, ended } = following();
  follower.follow();
  await stream(0).say({ type: "done", seq: 3, reason: "cancelled" });
  await stream(0).end();
  assert.deepEqual([follower.status.value, clock.pending()], ["ended", 0]);
  follower.follow();
  assert.equal(ended(), 1);
  await stream(1).end(refused("world_not_found"));
  assert.equal(ended(), 2);
  assert.deepEqual([follower.status.value, clock.pending()], ["ended", 0]);
});

test("who leaves is told nothing more, and leaves nothing behind", async () => {
  const { follower, stream, heard, clock } = following();
  follower.follow();
  follower.leave();
  await stream(0).say(notice(4));
  assert.deepEqual([heard, stream(0).asked, follower.status.value], [[], ["detach"], "off"]);
  follower.follow();
  await stream(1).end(refused("network"));
  follower.leave();
  assert.equal(clock.pending(), 0);
});
