import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { eventsOf, turnFixture } from "../../testing/turn-fixture.ts";

const ROOM = { agents: ["Vera", "Otto"] };

describe("R-DRAIN a turn that is handed over", () => {
  test("is written no further and has no end; who goes on with it says the rest", async () => {
    const { turn, calls, log, clock, ended, late, pending } = await turnFixture(ROOM);
    calls[0]?.call.text("Hel");
    assert.equal(turn.handOver(), true);
    const written = eventsOf(log);
    assert.ok(calls.every(({ call }) => call.isCancelled));
    clock.advance(60_000);
    assert.throws(() => turn.add({ id: "m1", sender: "Ada", content: "Hey" }), { code: "shutting_down" });
    assert.equal(turn.handOver(), false, "once");
    assert.deepEqual([log.lastSeq, ended.length, late(), pending()], [written.length, 0, 0, 0]);
    const other = await turnFixture({ ...ROOM, written });
    other.allCalls[0]?.text("lo");
    for (const call of other.allCalls) call.finish();
    const end = eventsOf(other.log).find(({ type }) => type === "message_end");
    assert.equal(end?.type === "message_end" && end.content, "Hello");
  });

  test("can still be stopped, until it is elsewhere", async () => {
    const { turn, calls, log, ended } = await turnFixture(ROOM);
    calls[0]?.call.text("Hel");
    turn.handOver();
    turn.cancel("stopped");
    assert.deepEqual(
      eventsOf(log)
        .slice(3)
        .map(({ type }) => type),
      ["message_end", "done"],
    );
    assert.equal(ended.length, 1);
  });

  test("is none whose agent speaks and could not go on, to which a program outside streams, or that ends", async () => {
    const unable = await turnFixture({ ...ROOM, canContinue: false });
    unable.calls[0]?.call.text("Hel");
    assert.equal(unable.turn.handOver(), false);
    unable.calls[0]?.call.finish();
    assert.equal(unable.turn.handOver(), true, "what has said nothing yet is asked anew");
    const outside = await turnFixture(ROOM);
    outside.turn.openOutside("ext", "Robot");
    assert.equal(outside.turn.handOver(), false);
    const over = await turnFixture(ROOM);
    over.turn.cancel("stopped");
    assert.equal(over.turn.handOver(), false);
  });
});
