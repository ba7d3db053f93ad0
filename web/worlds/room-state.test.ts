import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type {
  ChatWaitError,
  Client,
  SavedStream,
  StartOptions,
  StreamEvent,
  WorldChatStart,
} from "../../client/types.ts";
import { manualClock } from "../../testing/manual-clock.ts";
import { type ScriptedStream, scriptedStream } from "../../testing/scripted-stream.ts";
import { memoryShelf, type Shelf } from "../state/storage.ts";
import { createRoom } from "./room-state.ts";
import { visibleTurns } from "./room-view.ts";
import type { Turn } from "./turn.ts";

const T = "2026-01-02T03:04:05.000Z";

type Asked = { stream: ScriptedStream; request?: WorldChatStart; key?: string | undefined; saved?: SavedStream };

/** A client whose turns and feeds say what the test makes them say. */
function scriptedClient() {
  const turns: Asked[] = [];
  const feeds: { stream: ScriptedStream; lastEventId: string | undefined }[] = [];
  const client = {
    world: () => ({
      stream(request: WorldChatStart, { onConnection, idempotencyKey }: StartOptions = {}) {
        const stream = scriptedStream({ onConnection });
        turns.push({ stream, request, key: idempotencyKey });
        return stream;
      },
      feed({ lastEventId, onConnection }: StartOptions & { lastEventId?: string } = {}) {
        const stream = scriptedStream({ onConnection });
        feeds.push({ stream, lastEventId });
        return stream;
      },
    }),
    restore(saved: SavedStream, { onConnection }: StartOptions = {}) {
      const stream = scriptedStream({ onConnection, saved });
      turns.push({ stream, saved });
      return stream;
    },
  };
  return { client: client as unknown as Client, turns, feeds };
}

let tabs = 0;

/** A page with one room over a shelf, which tabs and reloads may share. */
function page(shelf: Shelf = memoryShelf(), clock = manualClock()) {
  const { client, turns, feeds } = scriptedClient();
  const tab = tabs++;
  let ids = 0;
  const said: string[] = [];
  let changes = 0;
  const room = createRoom("w", {
    ...{ client, shelf, now: clock.now, wall: clock.wall, after: clock.after },
    newId: () => `${tab}.${ids++}`,
    frame: (run) => clock.after(16, run),
    announce: (text) => said.push(text),
    woken: (text) => (text.includes("@Vera") ? ["Vera"] : []),
    onDefinition: () => changes++,
  });
  const shown = (): readonly Turn[] => {
    clock.advance(20);
    return visibleTurns(room.view.value);
  };
  return { room, turns, feeds, said, shelf, clock, shown, changes: () => changes };
}

const at = <E>(list: readonly E[], index: number): E => {
  const one = list.at(index);
  assert.ok(one !== undefined);
  return one;
};

const START: StreamEvent = {
  ...{
    type: "start",
    seq: 1,
    kind: "world",
    created_at: T,
    stream_id: "stream",
    world: "w",
    turn_id: "t1",
    message_id: "q",
  },
};
const OTTO: StreamEvent[] = [
  { type: "message_start", seq: 2, message_id: "m", sender: "Otto", role: "assistant" },
  { type: "token", seq: 3, message_id: "m", text: "Yes, " },
  { type: "token", seq: 4, message_id: "m", text: "@Vera" },
];
const END: StreamEvent[] = [
  { type: "message_end", seq: 5, message_id: "m", sender: "Otto", content: "Yes, @Vera", timestamp: T, reason: "stop" },
  { type: "done", seq: 6, reason: "completed", agents: [{ agent: "Otto", outcome: "replied" }] },
];
const speech = { text: "Well?", sender: undefined };
const settle = () => new Promise((done) => setImmediate(done));

async function over({ stream }: Asked) {
  await stream.say(...END);
  await stream.end();
  await settle();
}

const textsOf = (turn: Turn | undefined) =>
  turn?.items.map((item) => (item.kind === "said" ? `${item.sender}: ${item.content}` : item.text));
const runningKeys = (shelf: Shelf) =>
  Array.from({ length: shelf.length }, (_, index) => shelf.key(index)).filter((key) =>
    key?.startsWith("chatwait/turn/"),
  );

describe("a turn of one's own", () => {
  test("is there at once, grows, and is kept when it is over", async () => {
    const { room, turns, shown, shelf, said } = page();
    room.send({ ...speech, expected: ["Otto"] });
    assert.deepEqual([shown().length, shown()[0]?.phases], [1, { Otto: "asked" }]);
    assert.deepEqual(at(turns, 0).request, { message: "Well?" });
    assert.equal(at(turns, 0).key, shown()[0]?.key);
    assert.equal(room.running.value.size, 1);
    await at(turns, 0).stream.say(START, ...OTTO);
    assert.deepEqual(textsOf(shown()[0]), ["Otto: Yes, @Vera"]);
    await over(at(turns, 0));
    assert.equal(shown()[0]?.ending?.kind, "over");
    assert.deepEqual([room.running.value.size, runningKeys(shelf)], [0, []]);
    assert.equal(said.at(-1), "The turn is over.");
    assert.deepEqual(textsOf(page(shelf).shown()[0]), ["Otto: Yes, @Vera"]);
  });

  test("says who speaks, and whom it is for", () => {
    const { room, turns } = page();
    room.send({ text: "Hi", sender: "Ada", mentions: ["Otto"] });
    assert.deepEqual(at(turns, 0).request, { message: "Hi", sender: "Ada", mentions: ["Otto"] });
  });

  test("goes on after a reload, where it was", async () => {
    const { room, turns, shelf, clock } = page();
    room.send(speech);
    await at(turns, 0).stream.say(START, ...OTTO.slice(0, 2));
    room.keep();
    const again = page(shelf, clock);
    assert.equal(at(again.turns, 0).saved?.seq, 3);
    assert.deepEqual(textsOf(again.shown()[0]), ["Otto: Yes, "]);
    await at(again.turns, 0).stream.say(...OTTO.slice(2));
    await over(at(again.turns, 0));
    assert.deepEqual(textsOf(again.shown()[0]), ["Otto: Yes, @Vera"]);
    assert.equal(again.shown().length, 1);
  });

  test("that had no answer yet is sent again after a reload, with the same key", () => {
    const { room, turns, shelf, clock } = page();
    room.send(speech);
    room.keep();
    const again = page(shelf, clock);
    assert.deepEqual([at(again.turns, 0).key, at(again.turns, 0).request], [at(turns, 0).key, { message: "Well?" }]);
    assert.equal(again.shown().length, 1);
  });

  test("that nobody has waited for in a long time is not sent again", () => {
    const { room, shelf, clock } = page();
    room.send(speech);
    room.keep();
    clock.advance(11 * 60_000);
    const again = page(shelf, clock);
    assert.equal(again.turns.length, 0);
    assert.equal(again.shown()[0]?.ending?.kind, "lost");
    assert.deepEqual(runningKeys(shelf), []);
  });

  test("that is refused says why, and can be said again in its place", async () => {
    const { room, turns, shown } = page();
    room.send(speech);
    const refusal = Object.assign(new Error("Later."), { name: "ChatWaitError", code: "overloaded", retryable: true });
    await at(turns, 0).stream.end(refusal as ChatWaitError);
    await settle();
    const refused = at(shown(), 0);
    assert.equal(refused.ending?.kind === "failed" && refused.ending.failure.message, "Later.");
    room.sayAgain(refused.key);
    assert.deepEqual(
      shown().map(({ asked, ending }) => [asked?.content, ending]),
      [["Well?", undefined]],
    );
    assert.notEqual(at(turns, 1).key, at(turns, 0).key);
  });

  test("of which somebody failed can be said again to them alone, and stays", async () => {
    const { room, turns, shown } = page();
    room.send({ text: "Well?", sender: "Ada" });
    await at(turns, 0).stream.say(START, {
      type: "done",
      seq: 2,
      reason: "completed",
      agents: [{ agent: "Vera", outcome: "failed" }],
    });
    await at(turns, 0).stream.end();
    await settle();
    room.sayAgain(at(shown(), 0).key, ["Vera"]);
    assert.deepEqual(at(turns, 1).request, { message: "Well?", sender: "Ada", mentions: ["Vera"] });
    assert.equal(shown().length, 2);
  });

  test("is stopped, and whoever is spoken to next is known", async () => {
    const { room, turns, shown } = page();
    room.send(speech);
    await at(turns, 0).stream.say(START, ...OTTO, at(END, 0));
    assert.deepEqual(shown()[0]?.phases, { Otto: "replied", Vera: "asked" });
    room.stop();
    assert.deepEqual(at(turns, 0).stream.asked, ["stop"]);
  });

  test("a resume is noted, and announced", async () => {
    const { room, turns, shown, said } = page();
    room.send(speech);
    await at(turns, 0).stream.say(START);
    at(turns, 0).stream.connect({ status: "waiting", attempt: 1, retryInMs: 100, cause: "Cut." });
    at(turns, 0).stream.connect({ status: "open", resumed: { after: 1, replayed: 2, gapMs: 300 } });
    assert.match(shown()[0]?.notes?.[0] ?? "", /Resumed at event 1, 2 events replayed/);
    assert.equal(said.filter((line) => line.startsWith("Connection lost")).length, 1);
  });
});

describe("the room's feed", () => {
  const others: StreamEvent[] = [
    { type: "start", seq: 8, kind: "world", created_at: T, world: "w", turn_id: "t9", message_id: "q9" },
    {
      type: "message",
      seq: 9,
      message_id: "q9",
      sender: "Ada",
      role: "user",
      content: "Hello",
      timestamp: T,
      turn_id: "t9",
    },
  ];

  test("shows what others say, and goes on where it was after a reload", async () => {
    const { room, feeds, shown, shelf, clock } = page();
    room.follow();
    await at(feeds, 0).stream.say({ type: "start", seq: 7, kind: "feed", created_at: T }, ...others);
    assert.deepEqual(
      shown().map(({ asked }) => asked?.content),
      ["Hello"],
    );
    room.leave();
    const again = page(shelf, clock);
    again.room.follow();
    assert.equal(at(again.feeds, 0).lastEventId, "stream.0.9");
    await at(again.feeds, 0).stream.say(...others);
    assert.equal(again.shown().length, 1);
  });

  test("tells those who listen that somebody else speaks, and not what they said themselves", async () => {
    const { room, feeds, turns, said } = page();
    room.follow();
    room.send(speech);
    await at(turns, 0).stream.say(START);
    const own: StreamEvent = {
      type: "message",
      seq: 8,
      message_id: "q",
      sender: "HUMAN",
      role: "user",
      content: "Well?",
      timestamp: T,
      turn_id: "t1",
    };
    await at(feeds, 0).stream.say(own, { ...at(others, 1), seq: 9 } as StreamEvent);
    assert.deepEqual(said, ["Sent", "Ada has said something"]);
  });

  test("that has forgotten where we were says so, and begins anew", async () => {
    const { room, feeds, shelf, clock } = page();
    room.follow();
    await at(feeds, 0).stream.say({ type: "start", seq: 7, kind: "feed", created_at: T }, ...others);
    room.keep();
    const again = page(shelf, clock);
    again.room.follow();
    await at(again.feeds, 0).stream.end(
      Object.assign(new Error("Gone."), { name: "ChatWaitError", code: "stream_expired", retryable: false }),
    );
    assert.equal(again.shown()[0]?.ending?.kind, "lost");
    assert.deepEqual([again.room.view.value.missed, at(again.feeds, 1).lastEventId], [true, undefined]);
  });

  test("that is left for good is not taken up where it was", async () => {
    const { room, feeds, shown } = page();
    room.follow();
    await at(feeds, 0).stream.say({ type: "start", seq: 7, kind: "feed", created_at: T }, ...others);
    room.leave({ forGood: true });
    assert.equal(shown()[0]?.ending?.kind, "lost");
    room.follow();
    assert.equal(at(feeds, 1).lastEventId, undefined);
  });

  test("tells of changes to the room", async () => {
    const { room, feeds, changes } = page();
    room.follow();
    for (const code of ["subscribed", "published", "world_updated", "agent_created"]) {
      await at(feeds, 0).stream.say({ type: "system", seq: 10 + code.length, code, message: "." });
    }
    assert.equal(changes(), 2);
  });
});

describe("this browser", () => {
  test("forgets on demand all but what is under way", async () => {
    const { room, turns, shown, shelf } = page();
    room.send(speech);
    await at(turns, 0).stream.say(START, ...OTTO);
    await over(at(turns, 0));
    room.send({ ...speech, text: "And now?" });
    room.clear();
    assert.deepEqual(
      shown().map(({ asked }) => asked?.content),
      ["And now?"],
    );
    assert.doesNotMatch(shelf.getItem("chatwait/room/w") ?? "", /Yes/);
  });

  test("shows in one tab what was said in another, when it is over", async () => {
    const one = page();
    const other = page(one.shelf, one.clock);
    one.room.send(speech);
    await at(one.turns, 0).stream.say(START, ...OTTO);
    await over(at(one.turns, 0));
    other.room.changedElsewhere("chatwait/room/w");
    assert.deepEqual(
      other.shown().map(({ mine, asked }) => [mine, asked?.content]),
      [[true, "Well?"]],
    );
    one.room.clear();
    other.room.changedElsewhere("chatwait/room/w");
    assert.deepEqual(other.shown(), []);
  });

  test("leaves no timer behind when all is over", async () => {
    const { room, turns, feeds, clock } = page();
    room.follow();
    room.send(speech);
    await at(turns, 0).stream.say(START, ...OTTO);
    await over(at(turns, 0));
    await at(feeds, 0).stream.end();
    room.leave();
    clock.advance(1000);
    assert.equal(clock.pending(), 0);
  });
});
