import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import type { StreamEvent } from "../../client/types.ts";
import {
  begun,
  broughtUp,
  changed,
  emptyRoom,
  feedEvent,
  feedLost,
  ownEvent,
  type RoomView,
  visibleTurns,
} from "./room-view.ts";
import { failed, type Turn } from "./turn.ts";

const T = "2026-01-02T03:04:05.000Z";

/** A turn as its own stream tells it. */
const ownEvents = (turnId: string, agents: readonly string[] = ["Otto", "Vera"]): StreamEvent[] => {
  const drafts = [
    {
      type: "start",
      kind: "world",
      created_at: T,
      stream_id: "secret",
      world: "w",
      turn_id: turnId,
      message_id: `${turnId}-0`,
    },
    ...agents.map((sender) => ({
      type: "message_start",
      message_id: `${turnId}-${sender}`,
      sender,
      role: "assistant",
    })),
    ...["It ", "is ", "so."].flatMap((text) =>
      agents.map((sender) => ({ type: "token", message_id: `${turnId}-${sender}`, text })),
    ),
    ...agents.map((sender) => ({
      ...{
        type: "message_end",
        message_id: `${turnId}-${sender}`,
        sender,
        content: "It is so.",
        timestamp: T,
        reason: "stop",
      },
    })),
    { type: "done", reason: "completed", agents: agents.map((agent) => ({ agent, outcome: "replied" })) },
  ];
  return drafts.map((draft, index) => ({ ...draft, seq: index + 1 }) as StreamEvent);
};

/** The same turn as the feed tells it, from position `from` on. */
const feedEvents = (turnId: string, content: string, from: number): StreamEvent[] => {
  const [start, ...rest] = ownEvents(turnId) as [StreamEvent, ...StreamEvent[]];
  const { stream_id: _key, ...told } = start as Extract<StreamEvent, { type: "start" }>;
  const message = { type: "message", message_id: `${turnId}-0`, sender: "HUMAN", role: "user", content, timestamp: T };
  const published = {
    type: "system",
    code: "published",
    message: "HUMAN has said something.",
    message_id: `${turnId}-0`,
  };
  return [told, message, published, ...rest].map(
    (event, index) => ({ ...event, turn_id: turnId, seq: from + index }) as StreamEvent,
  );
};

const asked = (content: string) => ({ sender: "HUMAN", content, at: T });
const heard = (room: RoomView, events: readonly StreamEvent[]) =>
  events.reduce((now, event) => feedEvent(now, event), room);
const told = (room: RoomView, key: string, events: readonly StreamEvent[]) =>
  events.reduce((now, event) => ownEvent(now, key, event), room);
const linesOf = (turn: Turn) =>
  turn.items.map((item) => (item.kind === "said" ? `${item.sender}: ${item.content}` : item.text));

describe("others' turns, from the feed", () => {
  test("are shown with what was asked, and to their end", () => {
    const room = heard(emptyRoom(), feedEvents("t1", "Well?", 1));
    const [turn] = visibleTurns(room);
    assert.equal(turn?.asked?.content, "Well?");
    assert.deepEqual(turn && linesOf(turn), ["Otto: It is so.", "Vera: It is so."]);
    assert.equal(turn?.ending?.kind, "over");
    assert.equal(turn?.mine, false);
  });

  test("two at once do not mix", () => {
    const [one, two] = [feedEvents("t1", "A?", 1), feedEvents("t2", "B?", 1)];
    const mixed = one
      .flatMap((event, at) => [event, two[at] as StreamEvent])
      .map((event, at) => ({ ...event, seq: at + 1 }));
    const turns = visibleTurns(heard(emptyRoom(), mixed));
    assert.deepEqual(
      turns.map(({ asked }) => asked?.content),
      ["A?", "B?"],
    );
    for (const turn of turns) assert.deepEqual(linesOf(turn), ["Otto: It is so.", "Vera: It is so."]);
  });

  test("one that began before is shown from what can be shown whole", () => {
    const [turn] = visibleTurns(heard(emptyRoom(), feedEvents("t1", "Well?", 1).slice(6)));
    assert.deepEqual(turn && linesOf(turn), ["Otto: It is so.", "Vera: It is so."]);
    assert.equal(turn?.asked, undefined);
    assert.deepEqual(visibleTurns(heard(emptyRoom(), feedEvents("t1", "Well?", 1).slice(-1))), []);
  });

  test("a repeated stretch of the feed changes nothing", () => {
    const events = feedEvents("t1", "Well?", 1);
    fc.assert(
      fc.property(fc.nat(events.length), fc.nat(events.length), (upTo, back) => {
        const again = [...events.slice(0, upTo), ...events.slice(Math.max(0, upTo - back))];
        assert.deepEqual(heard(emptyRoom(), again), heard(emptyRoom(), events));
      }),
    );
  });

  test("the feed's other notices are no part of a turn", () => {
    const notice: StreamEvent = { type: "system", seq: 4, code: "world_updated", message: "Changed." };
    assert.deepEqual(feedEvent(emptyRoom(), notice), { ...emptyRoom(), feedSeq: 4 });
  });

  test("what the server keeps no more is owned up to, and who was speaking is not waited for", () => {
    const room = feedLost(heard(emptyRoom(), feedEvents("t1", "Well?", 1).slice(0, 6)));
    assert.equal(room.turns[0]?.ending?.kind, "lost");
    assert.equal(room.missed, true);
    const next = heard(room, [{ type: "start", seq: 2, kind: "feed", created_at: T }, ...feedEvents("t2", "So?", 3)]);
    assert.deepEqual([next.missed, next.turns[1]?.missedBefore], [false, true]);
  });
});

describe("one's own turn", () => {
  test("is there before the server has said anything, and takes its id from the stream", () => {
    const room = begun(emptyRoom(), "k", asked("Well?"));
    assert.equal(visibleTurns(room).length, 1);
    const [turn] = told(room, "k", ownEvents("t1")).turns;
    assert.deepEqual([turn?.turnId, turn?.asked?.id], ["t1", "t1-0"]);
  });

  test("however its stream and the feed interleave, it is seen once at each moment, and whole at the end", () => {
    const own = ownEvents("t1");
    const feed = feedEvents("t1", "Well?", 1);
    const order = fc.shuffledSubarray([...own.map(() => "own" as const), ...feed.map(() => "feed" as const)], {
      minLength: own.length + feed.length,
    });
    const alone = told(begun(emptyRoom(), "k", asked("Well?")), "k", own);
    fc.assert(
      fc.property(order, (steps) => {
        let [room, ownAt, feedAt] = [begun(emptyRoom(), "k", asked("Well?")), 0, 0];
        for (const step of steps) {
          if (step === "own") room = ownEvent(room, "k", own[ownAt++] as StreamEvent);
          else room = feedEvent(room, feed[feedAt++] as StreamEvent);
          assert.equal(visibleTurns(room).length, 1);
        }
        assert.deepEqual(room.turns, alone.turns);
      }),
    );
  });

  test("another's turn with other words is shown meanwhile", () => {
    const room = heard(begun(emptyRoom(), "k", asked("Well?")), feedEvents("t2", "And you?", 1));
    assert.deepEqual(
      visibleTurns(room).map(({ turnId }) => turnId),
      [undefined, "t2"],
    );
  });

  test("another's turn with the same words is shown as soon as one's own has a name, or has failed", () => {
    const room = heard(begun(emptyRoom(), "k", asked("Well?")), feedEvents("t2", "Well?", 1));
    assert.equal(visibleTurns(room).length, 1);
    assert.equal(visibleTurns(told(room, "k", ownEvents("t1"))).length, 2);
    const failure = { code: "overloaded", message: "Later.", retryable: true };
    assert.equal(visibleTurns(changed(room, "k", (turn) => failed(turn, failure))).length, 2);
  });

  test("after a reload, its messages are where its saved stream stands, and the rest follows", () => {
    const events = ownEvents("t1");
    const whole = told(begun(emptyRoom(), "k", asked("Well?")), "k", events);
    // The page had shown less than the stream had brought.
    for (let shown = 1; shown < events.length; shown++) {
      const behind = told(begun(emptyRoom(), "k", asked("Well?")), "k", events.slice(0, shown));
      const messages = ["Otto", "Vera"].map((sender) => ({
        ...{ message_id: `t1-${sender}`, sender, role: "assistant" as const, content: "It is so.".slice(0, 6) },
      }));
      const room = told(
        changed(behind, "k", (turn) => broughtUp({ ...turn, items: [] }, messages)),
        "k",
        events.slice(7),
      );
      assert.deepEqual(room.turns[0]?.items, whole.turns[0]?.items);
    }
  });
});
