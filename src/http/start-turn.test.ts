import assert from "node:assert/strict";
import { EventEmitter } from "node:events";
import type { ServerResponse } from "node:http";
import { test } from "node:test";
import { manualClock } from "../../testing/manual-clock.ts";
import { createMemoryShelf } from "../log/memory-shelf.ts";
import { failure } from "../protocol/errors.ts";
import type { WorldMessage } from "../protocol/world-requests.ts";
import type { ClientConnection } from "../worlds/subscription.ts";
import type { Subscription, Worlds } from "../worlds/worlds.ts";
import { ADD_MS, SUBSCRIBE_MS, turnStarter } from "./start-turn.ts";

const LIMITS = {
  retentionMs: 9,
  abandonMs: 9,
  maxStreams: 9,
  maxReaders: 9,
  maxStreamBytes: 2 ** 20,
  maxLogBytes: 2 ** 20,
};

const code = (expected: string) => (error: { code?: string }) => error.code === expected;
const settled = () => new Promise((resolve) => void setImmediate(resolve));

/** A starter whose world does what `over` says, and notes in which order it was asked. */
function starter(over: Partial<Pick<Worlds, "checkSender" | "startTurn" | "publish">> = {}) {
  const clock = manualClock();
  const shelf = { ...createMemoryShelf(clock, LIMITS), isShared: true } as const;
  const steps: string[] = [];
  const pending: { client: ClientConnection; settle: PromiseWithResolvers<Subscription> }[] = [];
  const subscription: Subscription = {
    world: { name: "Den", subscriber: {} },
    release: () => void steps.push("released"),
  };
  let turns = 0;
  const begin: Worlds["publish"] = async (_world, { onLog }) => {
    steps.push("started");
    await state.stored;
    const log = await shelf.create({ id: `stream${++turns}`, kind: "world", world: "Den", cancel() {} });
    onLog?.(log, `message${turns}`);
    return { log, turnId: `turn${turns}`, messageId: `message${turns}` };
  };
  const worlds = { checkSender: async () => "Den", startTurn: begin, publish: begin, ...over } as unknown as Worlds;
  const startTurn = turnStarter({
    ...{ shelf, worlds, clock },
    refuseWhileDraining() {
      if (state.draining) throw failure("shutting_down");
    },
    subscribeWorld(_name, client) {
      steps.push("subscribed");
      const settle = Promise.withResolvers<Subscription>();
      pending.push({ client, settle });
      return settle.promise;
    },
  });
  const state = { draining: false, stored: Promise.resolve(), body: { message: "Hi" } as WorldMessage };
  const response = Object.assign(new EventEmitter(), { destroyed: false });
  const asked = {
    world: "den",
    keyed(world: string) {
      steps.push(`key of ${world}`);
      return { key: `${world} k`, body: state.body };
    },
    admit: async () => void steps.push("admitted"),
  };
  const chat = () =>
    startTurn.chat({ ...asked, start: { message: "Hi" }, response: response as unknown as ServerResponse });
  const message = () => startTurn.message({ ...asked, message: { message: "Hi" } });
  const add = (body: WorldMessage = { message: "Hi", turn_id: "turn9" }) => {
    state.body = body;
    return startTurn.message({ ...asked, message: body });
  };
  return { clock, steps, pending, subscription, response, state, chat, message, add };
}

test("R-SUBSCRIBE the sender, the key and the limit are looked at, then the world is subscribed to, then it starts", async () => {
  const { clock, steps, pending, subscription, response, chat } = starter();
  const starting = chat();
  await settled();
  assert.deepEqual(steps, ["key of Den", "admitted", "subscribed"]);
  assert.ok(pending[0]?.client.isOpen);
  response.destroyed = true;
  assert.equal(pending[0].client.isOpen, false);
  response.destroyed = false;
  pending[0].settle.resolve(subscription);
  const { log, replayed, release } = await starting;
  assert.deepEqual([log.id, replayed, steps.at(-1)], ["stream1", false, "started"]);
  assert.equal(response.listenerCount("close"), 0);
  assert.equal(clock.pending(), 1, "the shelf's own timer, and none for the subscription");
  release();
  assert.equal(steps.at(-1), "released");
});

test("R-SUBSCRIBE what is refused before subscribes to nothing", async () => {
  const { steps, chat } = starter({ checkSender: async () => Promise.reject(failure("world_not_found")) });
  await assert.rejects(chat(), code("world_not_found"));
  assert.deepEqual(steps, []);
});

test("R-SUBSCRIBE a subscription may take 5 s and no longer; one that comes later is released", async () => {
  const { clock, steps, pending, subscription, chat } = starter();
  const late = chat();
  await settled();
  clock.advance(SUBSCRIBE_MS - 1);
  await settled();
  const refused = assert.rejects(late, code("subscription_failed"));
  clock.advance(1);
  await refused;
  assert.ok(!steps.includes("released"));
  pending[0]?.settle.resolve(subscription);
  await settled();
  assert.equal(steps.at(-1), "released");
  assert.ok(!steps.includes("started"));

  const next = chat();
  await settled();
  pending[1]?.settle.resolve(subscription);
  assert.equal((await next).replayed, false, "a refused start binds no key");
});

test("R-SUBSCRIBE the fault of a subscription is told as subscription_failed, a failure of ours as it is", async () => {
  const { clock, pending, chat } = starter();
  for (const [cause, expected] of [
    [new Error("boom"), "subscription_failed"],
    [failure("world_not_found"), "world_not_found"],
  ] as const) {
    const starting = chat();
    await settled();
    pending.at(-1)?.settle.reject(cause);
    await assert.rejects(starting, (error: Error & { code: string }) => {
      assert.equal(error.code, expected);
      if (expected === "subscription_failed") assert.equal(error.cause, cause);
      return true;
    });
  }
  assert.equal(clock.pending(), 0);
});

test("R-SUBSCRIBE whoever leaves while the world is subscribed to starts nothing, and leaves nothing", async () => {
  const { clock, steps, pending, subscription, response, chat } = starter();
  const left = chat();
  await settled();
  const refused = assert.rejects(left, code("subscription_failed"));
  response.destroyed = true;
  response.emit("close");
  await refused;
  assert.deepEqual([clock.pending(), response.listenerCount("close")], [0, 0]);
  pending[0]?.settle.resolve(subscription);
  await settled();
  assert.deepEqual(steps.slice(-2), ["subscribed", "released"]);
  await assert.rejects(chat(), code("subscription_failed"), "and who had left before that, neither");
});

test("R-SUBSCRIBE a turn that is refused releases the subscription", async () => {
  const { steps, pending, subscription, chat } = starter({ startTurn: () => Promise.reject(failure("overloaded")) });
  const starting = chat();
  await settled();
  pending[0]?.settle.resolve(subscription);
  await assert.rejects(starting, code("overloaded"));
  assert.equal(steps.at(-1), "released");
});

test("R-DRAIN a server that begins to close while the world is subscribed to starts nothing", async () => {
  const { steps, pending, subscription, state, chat } = starter();
  const starting = chat();
  await settled();
  state.draining = true;
  pending[0]?.settle.resolve(subscription);
  await assert.rejects(starting, code("shutting_down"));
  assert.deepEqual(steps.slice(-2), ["subscribed", "released"]);
});

test("R-IDEMPOTENT a start that comes again attaches without a subscription, and is no start", async () => {
  const { steps, pending, subscription, chat } = starter();
  const first = chat();
  const second = chat();
  await settled();
  assert.equal(pending.length, 1, "the second waits for the first");
  pending[0]?.settle.resolve(subscription);
  const [started, attached] = await Promise.all([first, second]);
  assert.deepEqual([started.replayed, attached.replayed], [false, true]);
  assert.equal(attached.log, started.log);
  attached.release();
  for (const step of ["admitted", "subscribed", "started"]) {
    assert.equal(steps.filter((taken) => taken === step).length, 1, step);
  }
  assert.ok(!steps.includes("released"));
});

test("R-IDEMPOTENT a message that comes again is told the id of the one that was published", async () => {
  const { steps, message } = starter();
  const [first, second] = [await message(), await message()];
  assert.deepEqual([first.messageId, first.replayed], ["message1", false]);
  assert.deepEqual([second.messageId, second.replayed, second.log], ["message1", true, first.log]);
  assert.equal(steps.filter((step) => step === "admitted").length, 1);
});

test("R-ANY a message into a turn that is not stored in 10 s is refused, and sent again under its key it is not said twice", async () => {
  const { clock, steps, state, add } = starter();
  const { promise, resolve } = Promise.withResolvers<void>();
  state.stored = promise;
  const first = assert.rejects(add(), code("store_unavailable"));
  await settled();
  clock.advance(ADD_MS);
  await first;
  const again = add();
  await settled();
  resolve();
  const { messageId, replayed } = await again;
  assert.deepEqual([messageId, replayed, steps.filter((step) => step === "started").length], ["message1", true, 1]);
});

test("R-IDEMPOTENT a message into a turn of servers that share comes under one id each time, though its key was let go", async () => {
  const ids: (string | undefined)[] = [];
  const publish: Worlds["publish"] = (_world, { id }) => {
    ids.push(id);
    return Promise.reject(failure("store_unavailable"));
  };
  const { add, message } = starter({ publish });
  for (const send of [add, add, message]) await assert.rejects(send(), code("store_unavailable"));
  await assert.rejects(starter({ publish }).add({ message: "Ho", turn_id: "turn9" }), code("store_unavailable"));
  const [first, again, begins, other] = ids;
  assert.match(first ?? "", /^[0-9a-f]{24}$/);
  assert.deepEqual([again, begins], [first, undefined]);
  assert.notEqual(other, first);
});
