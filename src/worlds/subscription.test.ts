import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { anyWorldEvent } from "../../testing/any-event.ts";
import { turn } from "../../testing/log-environment.ts";
import type { WorldEvent } from "../protocol/events.ts";
import { type ClientConnection, createSubscribers, type Subscriber, type Subscribers } from "./subscription.ts";

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

/** One who subscribes, leaves, closes and breaks as it is told, and knows what it ought to have heard. */
function clientOf(subscribers: Subscribers) {
  let subscription: { id: Subscriber; release(): void } | undefined;
  let state: "open" | "shut" | "broken" = "open";
  const heard: string[] = [];
  const expected: string[] = [];
  const connection: ClientConnection = {
    get isOpen() {
      return state !== "shut";
    },
    send(data) {
      if (state === "broken") throw new Error("broken");
      heard.push(JSON.parse(data).text);
    },
  };
  return {
    heard,
    expected,
    id: () => subscription?.id,
    add() {
      state = "open";
      subscription ??= subscribers.add(connection);
    },
    release() {
      subscription?.release();
      subscription = undefined;
    },
    shut() {
      state = "shut";
    },
    break() {
      state = "broken";
    },
    expect(text: string, isOwn: boolean) {
      if (!subscription || isOwn) return;
      if (state === "open") expected.push(text);
      else subscription = undefined;
    },
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

  test("R-SUBSCRIBE without onWorldEvent an event is one line of JSON, made once for all", () => {
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

  test("R-SUBSCRIBE a client that throws is released, told why, and disturbs nobody", () => {
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

  test("R-SUBSCRIBE one that is not open any more is released at the next event", () => {
    const subscribers = createSubscribers();
    subscribers.add({ ...listener(), isOpen: false });
    assert.equal(subscribers.count, 1);
    subscribers.deliver(token);
    assert.equal(subscribers.count, 0);
  });

  test("R-SUBSCRIBE a quiet one is counted, and told nothing", () => {
    const subscribers = createSubscribers();
    const quiet = { ...listener(), quiet: true };
    const { release } = subscribers.add(quiet);
    subscribers.deliver(token);
    assert.deepEqual([quiet.heard.length, subscribers.count], [0, 1]);
    release();
    release();
    assert.equal(subscribers.count, 0);
  });

  test("R-SUBSCRIBE one that is released, also from within, hears nothing more", () => {
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

  test("R-SUBSCRIBE of each type of event it is said whether it is a whole message, a piece of one, or a notice", () => {
    const subscribers = createSubscribers();
    const client = listener();
    subscribers.add(client);
    fc.assert(
      fc.property(anyWorldEvent, (event) => {
        client.heard.length = 0;
        subscribers.deliver(event);
        const [[kind, heard] = []] = client.heard;
        const streamed = ["message_start", "token", "message_end"].includes(event.type);
        assert.equal(kind, event.type === "message" ? "message" : streamed ? "sse" : "system");
        assert.equal(heard?.type, event.type);
      }),
    );
  });

  test("R-SUBSCRIBE one whose promise is rejected is released and told why, once, and ends nothing else", async () => {
    const subscribers = createSubscribers();
    const errors: string[] = [];
    const good = listener();
    const onError = async (text: string) => {
      errors.push(text);
      throw new Error("and this, too");
    };
    const isOpen = true;
    subscribers.add({ isOpen, onError, send: async () => Promise.reject(new Error("sent too late")) });
    subscribers.add({ ...listener(), onError, onWorldEvent: async () => Promise.reject(new Error("heard too late")) });
    subscribers.add(good);
    for (let n = 0; n < 3; n++) subscribers.deliver(token);
    await turn();
    assert.deepEqual([errors, good.heard.length, subscribers.count], [["sent too late", "heard too late"], 3, 1]);
  });

  test("R-SUBSCRIBE one whose isOpen throws is released, and the next is told all the same", () => {
    const subscribers = createSubscribers();
    const good = listener();
    subscribers.add({
      send: () => assert.fail(),
      get isOpen(): boolean {
        throw new Error("no socket");
      },
    });
    subscribers.add(good);
    subscribers.deliver(token);
    assert.deepEqual([good.heard.length, subscribers.count], [1, 1]);
  });

  test("R-VOICES what a client brings about while it is told, the others hear after what it was told, in order", () => {
    const subscribers = createSubscribers();
    const word = (text: string): WorldEvent => ({ type: "token", message_id: "m", text });
    const eager = listener();
    const last = listener();
    subscribers.add({
      ...eager,
      onWorldEvent(type, event) {
        eager.onWorldEvent?.(type, event);
        if (event.type === "token" && event.text.length < 4) subscribers.deliver(word(`${event.text}+`));
      },
    });
    subscribers.add(last);
    for (const text of ["a", "b"]) subscribers.deliver(word(text));
    const texts = ({ heard }: typeof last) => heard.map(([, event]) => event.type === "token" && event.text);
    assert.deepEqual(texts(last), ["a", "a+", "a++", "a+++", "b", "b+", "b++", "b+++"]);
    assert.deepEqual(texts(eager), texts(last));
  });

  test("R-SUBSCRIBE who subscribes while an event is told hears from the next one on", () => {
    const subscribers = createSubscribers();
    const late = listener();
    const { release } = subscribers.add({ ...listener(), onWorldEvent: () => void subscribers.add(late) });
    subscribers.deliver(message);
    release();
    subscribers.deliver(token);
    assert.deepEqual(late.heard, [["sse", token]]);
  });

  test("R-SUBSCRIBE R-SENDER each hears in order what came while it was subscribed and is not its own, and none is left", () => {
    const step = fc.oneof(
      fc.record({ do: fc.constant("deliver" as const), by: fc.option(fc.nat(4), { nil: undefined }) }),
      fc.record({
        do: fc.constantFrom("add" as const, "release" as const, "shut" as const, "break" as const),
        who: fc.nat(4),
      }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60, size: "max" }), (steps) => {
        const subscribers = createSubscribers();
        const clients = Array.from({ length: 5 }, () => clientOf(subscribers));
        let n = 0;
        for (const one of steps) {
          if (one.do !== "deliver") {
            clients[one.who]?.[one.do]();
            continue;
          }
          const publisher = one.by === undefined ? undefined : clients[one.by];
          const text = `${n++}`;
          subscribers.deliver({ type: "token", message_id: "m", text }, publisher?.id());
          for (const client of clients) client.expect(text, client === publisher);
        }
        for (const client of clients) assert.deepEqual(client.heard, client.expected);
        assert.equal(subscribers.count, clients.filter((client) => client.id()).length);
        for (const client of clients) client.release();
        assert.equal(subscribers.count, 0);
      }),
    );
  });

  test("R-FEED nobody learns the key to a turn", () => {
    const subscribers = createSubscribers();
    const client = listener();
    subscribers.add(client);
    subscribers.deliver({ type: "start", stream_id: "secret", kind: "world", created_at: timestamp, turn_id: "t" });
    assert.ok(!JSON.stringify(client.heard).includes("secret"));
  });

  test("who is told of an end from within an event still hears what has happened", () => {
    const subscribers = createSubscribers();
    const other = listener();
    subscribers.add({
      ...listener(),
      onWorldEvent(_type, event) {
        if (event.type !== "token") return;
        subscribers.deliver(notice);
        subscribers.endAll();
      },
    });
    subscribers.add(other);
    subscribers.deliver(token);
    subscribers.deliver(message);
    assert.deepEqual(
      other.heard.map(([type]) => type),
      ["sse", "system"],
    );
  });
});
