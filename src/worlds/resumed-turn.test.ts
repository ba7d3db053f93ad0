import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { eventsOf, type TurnFixtureOptions, turnFixture } from "../../testing/turn-fixture.ts";
import type { StreamEvent } from "../protocol/events.ts";

type Fixture = Awaited<ReturnType<typeof turnFixture>>;

/** Goes on with what a turn has written by the time at which `until` has happened to it. */
async function takenOver(
  options: TurnFixtureOptions,
  until: (turn: Fixture) => void = () => {},
  also: Partial<TurnFixtureOptions> = {},
) {
  const before = await turnFixture({ ...options, isShared: true });
  until(before);
  const written = eventsOf(before.log);
  const after = await turnFixture({ ...options, ...also, written });
  return { ...after, since: () => eventsOf(after.log).slice(written.length) };
}

const ROOM = { agents: ["Vera", "Otto"] };
const kinds = (events: readonly StreamEvent[]) => events.map((event) => ("code" in event ? event.code : event.type));

function outcomes(events: readonly StreamEvent[]) {
  const done = events.at(-1);
  assert.ok(done?.type === "done");
  return [done.reason, ...(done.agents ?? []).map(({ agent, outcome }) => `${agent} ${outcome}`)];
}

describe("R-TAKEOVER of a turn", () => {
  test("an agent that was cut says the rest under the same id; its usage and the whole text are its message's", async () => {
    const { allCalls, since, pending } = await takenOver(ROOM, ({ calls }) => calls[0]?.call.text("Hel"));
    const [vera, otto] = allCalls;
    assert.equal(vera?.options.providerOptions?.["chatwait"]?.["continueFrom"], "Hel");
    vera?.text("lo");
    vera?.finish({ usage: { input: 3, output: 2 } });
    otto?.finish();
    const [token, end] = since();
    assert.deepEqual(token?.type === "token" && [token.message_id, token.text], ["a1", "lo"]);
    assert.ok(end?.type === "message_end");
    assert.deepEqual([end.message_id, end.content, end.usage?.output_tokens], ["a1", "Hello", 2]);
    assert.deepEqual(outcomes(since()), ["completed", "Vera replied", "Otto declined"]);
    assert.equal(pending(), 0);
  });

  test("a model that cannot go on fails alone: its message ends as lost, the others go on", async () => {
    const cut = ({ calls }: Fixture) => calls[0]?.call.text("Hel");
    const { allCalls, since } = await takenOver({ ...ROOM, canContinue: false }, cut);
    const [end] = since();
    assert.ok(end?.type === "message_end");
    assert.deepEqual([end.content, end.reason, end.error_code], ["Hel", "error", "generation_lost"]);
    allCalls[0]?.text("Fine.");
    allCalls[0]?.finish();
    assert.deepEqual([allCalls.length, outcomes(since())], [1, ["completed", "Vera failed", "Otto replied"]]);
  });

  test("an agent that is there no more fails alone, too", async () => {
    const {
      failures,
      breakStore: _,
      ...turn
    } = await takenOver(
      ROOM,
      ({ calls }) => {
        calls[0]?.call.text("Hel");
      },
      { gone: "Vera" },
    );
    turn.allCalls[0]?.finish();
    assert.deepEqual(kinds(turn.since()), ["message_end", "done"]);
    assert.deepEqual(outcomes(turn.since()), ["completed", "Vera failed", "Otto declined"]);
    assert.deepEqual(failures, ["agent_not_found"]);
  });

  test("a model that fails before it has gone on leaves its message lost", async () => {
    const { allCalls, since } = await takenOver({ agents: ["Vera"] }, ({ calls }) => calls[0]?.call.text("Hel"));
    allCalls[0]?.part({ type: "error", error: new Error("no") });
    const end = since().find((event) => event.type === "message_end");
    assert.ok(end?.type === "message_end");
    assert.deepEqual([end.content, end.error_code], ["Hel", "generation_lost"]);
  });

  test("what was said before is told as it was, and what was said since; nothing is told or published twice", async () => {
    const earlier = [{ sender: "Ada", agent: false, content: "Hi" }];
    const { clock, calls, told, published, ended } = await takenOver(
      { ...ROOM, mentions: ["Vera"], earlier },
      ({ calls, turn }) => {
        calls[0]?.call.text("@Otto?");
        turn.add({ id: "m1", sender: "Bob", content: "Hey", mentions: [] });
        calls[0]?.call.finish();
      },
    );
    assert.deepEqual(
      calls.map(({ agent, lines }) => [agent, ...lines.map(({ content }) => content)]),
      [["Otto", "Hi", "Hello", "Hey", "@Otto?"]],
    );
    assert.deepEqual([told, published()], [[], 0]);
    calls[0]?.call.text("Yes.");
    calls[0]?.call.finish();
    assert.deepEqual(told, ["message_start", "token", "message_end"]);
    clock.advance(2000);
    assert.equal(ended[0]?.length, 4);
  });

  test("a stop ends it as any turn: what was said stays, messages that have begun are ended", async () => {
    const { turn, allCalls, since } = await takenOver(ROOM, ({ calls }) => calls[0]?.call.text("Hal"));
    turn.cancel("stopped");
    assert.deepEqual(kinds(since()), ["message_end", "done"]);
    assert.deepEqual(outcomes(since()), ["cancelled", "Vera cancelled", "Otto cancelled"]);
    assert.ok(allCalls.every(({ isCancelled }) => isCancelled));
  });

  test("the turn of a world that is deleted ends so, and calls nobody", async () => {
    for (const until of [({ calls }: Fixture) => calls[0]?.call.text("Hal"), () => {}]) {
      const { allCalls, since, pending } = await takenOver(ROOM, until, { resumption: { isDeleted: true } });
      assert.equal(outcomes(since())[0], "cancelled");
      assert.deepEqual([allCalls.length, pending()], [0, 0]);
    }
  });

  test("where nothing was written it begins anew; where it may not have been published that is done again", async () => {
    const anew = await turnFixture({ ...ROOM, written: [] });
    assert.deepEqual([kinds(eventsOf(anew.log)), anew.published(), anew.calls.length], [["start"], 1, 2]);
    const again = await takenOver(ROOM, undefined, { resumption: { mayBeUnpublished: true } });
    assert.deepEqual([kinds(again.since()), again.published(), again.calls.length], [[], 1, 2]);
    const once = await takenOver(ROOM);
    assert.deepEqual([once.published(), once.calls.length], [0, 2]);
  });

  test("what a program outside streams is cut off; its id is not free again, and time counts anew", async () => {
    const { turn, clock, since } = await takenOver({ agents: [] }, ({ turn, clock }) => {
      turn.openOutside("ext", "Robot").chunk("Hal");
      clock.advance(300);
    });
    const [end] = since();
    assert.ok(end?.type === "message_end");
    assert.deepEqual([end.content, end.reason, end.error_code], ["Hal", "error", "generation_lost"]);
    assert.throws(() => turn.openOutside("ext", "Robot"), { code: "invalid_request" });
    clock.advance(1999);
    assert.ok(!turn.isOver);
    clock.advance(1);
    assert.equal(outcomes(since())[0], "silence");
  });

  test("R-TIMING what was said aloud is not said again: stalled, waiting, thinking", async () => {
    const { clock, allCalls, since } = await takenOver({ agents: ["Vera", "Otto"] }, ({ clock, calls }) => {
      calls[0]?.call.text("Hm");
      calls[1]?.call.reasoning();
      clock.advance(7999);
      calls[0]?.call.text("Hm");
      clock.advance(500);
    });
    allCalls[0]?.text("!");
    allCalls[1]?.reasoning();
    assert.deepEqual(kinds(since()), ["resumed", "token"]);
    allCalls[0]?.finish();
    clock.advance(8000);
    assert.deepEqual(kinds(since()).slice(3), []);
  });

  test("R-LIMIT calls of which the log has nothing count where what came later tells of them", async () => {
    const options = { ...ROOM, mentions: ["Vera"], turnLimit: 1 };
    const { clock, allCalls, since } = await takenOver(options, ({ calls, turn }) => {
      turn.add({ id: "m1", sender: "Bob", content: "Hey", mentions: ["Vera", "Otto"] });
      calls[0]?.call.finish();
      calls[1]?.call.text("Ha");
    });
    assert.equal(allCalls.length, 1, "Vera has had her one call");
    allCalls[0]?.finish();
    clock.advance(2000);
    assert.deepEqual(outcomes(since()), ["turn_limit", "Vera limited", "Otto replied"]);
  });

  test("an agent that said nothing to one message is where it was with the next", async () => {
    const { allCalls, since } = await takenOver({ ...ROOM, mentions: ["Vera"] }, ({ calls, turn }) => {
      turn.add({ id: "m1", sender: "Bob", content: "Hey", mentions: ["Vera"] });
      calls[0]?.call.finish();
      calls[1]?.call.text("Hel");
    });
    assert.deepEqual(
      allCalls.map(({ options }) => options.providerOptions?.["chatwait"]?.["continueFrom"]),
      ["Hel"],
    );
    allCalls[0]?.finish();
    const [end] = since();
    assert.deepEqual(end?.type === "message_end" && [end.reason, end.in_reply_to], ["stop", "m1"]);
  });

  test("what was begun as a stream is ended as one, whatever the agent was told since", async () => {
    const cut = ({ calls }: Fixture) => calls[0]?.call.text("Hel");
    const { allCalls, since } = await takenOver({ agents: ["Vera"] }, cut, { streaming: false });
    allCalls[0]?.text("lo");
    allCalls[0]?.finish();
    assert.deepEqual(kinds(since()), ["token", "message_end", "done"]);
  });

  test("who has come since the turn began is known, and who has come and gone gives no notice afterwards", async () => {
    const room = { agents: ["Vera", "Otto", "Ida"], mentions: ["Vera"] };
    const asked = ({ calls }: Fixture) => {
      calls[0]?.call.text("@Ida?");
      calls[0]?.call.finish();
    };
    const then = { agents: ["Vera", "Otto"], resumption: { agentsNow: room.agents.map((name) => ({ name })) } };
    const { calls, since } = await takenOver(room, asked, then);
    assert.deepEqual([calls.map(({ agent }) => agent), kinds(since())], [["Ida"], []]);
    const later = (turn: Fixture) => {
      asked(turn);
      turn.turn.add({ id: "m1", sender: "Bob", content: "Hey", mentions: ["Otto"] });
    };
    const gone = await takenOver(room, later, { agents: ["Vera", "Otto"] });
    assert.deepEqual([gone.calls.map(({ agent }) => agent), kinds(gone.since())], [["Otto"], []]);
  });
});
