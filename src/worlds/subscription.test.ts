import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { WorldEvent } from "../protocol/events.ts";
import { type ClientConnection, createSubscribers } from "./subscription.ts";

const timestamp = "2026-01-02T03:04:05.000Z";
const message: WorldEvent = { type: "message", message_id: "m", sender: "Ada", role: "user", content: "Hi", timestamp };
const token: WorldEvent = { type: "token", message_id: "m", text: "a", turn_id: "t" };
const notice: WorldEvent = { type: "system", code: "waiting", message: "…" };

function listener(): ClientConnection & { heard: [string, WorldEvent][] } {
  const heard: [string, WorldEvent][] = [];
  return {
    heard,
    isOpen: true,
    send: () => assert.fail(),
    onWorldEvent: (type, event) => void heard.push([type, event]),
  };
}

describe("subscribers", () => {
  test("R-SUBSCRIBE each is told by kind what happens", () => {
    const subscribers = createSubscribers();
    const client = listener();
    subscribers.add(client);
    for (const event of [message, token, notice]) subscribers.deliver(event);
    assert.deepEqual(client.heard, [
      ["message", message],
      ["sse", token],
      ["system", notice],
    ]);
  });

  test("without onWorldEvent an event is one line of JSON, made once for all", () => {
    const subscribers = createSubscribers();
    const sent: string[] = [];
    let read = 0;
    const event = Object.defineProperty({ ...token }, "text", { enumerable: true, get: () => `a\u2028${++read}` });
    for (let i = 0; i < 3; i++) subscribers.add({ isOpen: true, send: (data) => void sent.push(data) });
    subscribers.deliver(event as WorldEvent);
    assert.deepEqual(new Set(sent).size, 1);
    assert.deepEqual(JSON.parse(sent[0] ?? ""), { ...token, text: "a\u20281" });
    assert.ok(!/[\n\u2028]/.test(sent[0] ?? ""));
  });

  test("R-SENDER whoever publishes does not hear it, however it is called", () => {
    const subscribers = createSubscribers();
    const [mine, others] = [listener(), listener()];
    const { id } = subscribers.add(mine);
    subscribers.add(others);
    subscribers.deliver(message, id);
    assert.deepEqual([mine.heard.length, others.heard.length], [0, 1]);
  });

  test("a client that throws is released, told why, and disturbs nobody", () => {
    const subscribers = createSubscribers();
    const errors: string[] = [];
    const bad = listener();
    const good = listener();
    subscribers.add({
      ...bad,
      onWorldEvent() {
        throw new Error("broken pipe");
      },
      onError(text) {
        errors.push(text);
        throw new Error("and this, too");
      },
    });
    subscribers.add(good);
    subscribers.deliver(token);
    subscribers.deliver(token);
    assert.deepEqual([errors, good.heard.length, subscribers.count], [["broken pipe"], 2, 1]);
  });

  test("one that is not open any more is released at the next event", () => {
    const subscribers = createSubscribers();
    subscribers.add({ ...listener(), isOpen: false });
    assert.equal(subscribers.count, 1);
    subscribers.deliver(token);
    assert.equal(subscribers.count, 0);
  });

  test("a quiet one is counted, and told nothing", () => {
    const subscribers = createSubscribers();
    const quiet = { ...listener(), quiet: true };
    const { release } = subscribers.add(quiet);
    subscribers.deliver(token);
    assert.deepEqual([quiet.heard.length, subscribers.count], [0, 1]);
    release();
    release();
    assert.equal(subscribers.count, 0);
  });

  test("one that is released, also from within, hears nothing more", () => {
    const subscribers = createSubscribers();
    const second = listener();
    subscribers.add({ ...listener(), onWorldEvent: () => last.release() });
    const last = subscribers.add(second);
    subscribers.deliver(token);
    subscribers.deliver(token);
    assert.deepEqual([second.heard.length, subscribers.count], [0, 1]);
    subscribers.endAll();
    assert.equal(subscribers.count, 0);
  });

  test("R-FEED nobody learns the key to a turn", () => {
    const subscribers = createSubscribers();
    const client = listener();
    subscribers.add(client);
    subscribers.deliver({ type: "start", stream_id: "secret", kind: "world", created_at: timestamp, turn_id: "t" });
    assert.ok(!JSON.stringify(client.heard).includes("secret"));
  });
});
