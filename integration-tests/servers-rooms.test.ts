import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { Redis } from "ioredis";
import type { WorldEvent } from "../src/protocol/events.ts";
import { startFleet } from "../testing/fleet.ts";
import { unlessInstalled } from "../testing/installed.ts";
import { startRedis } from "../testing/redis-server.ts";
import { openStream, type Received, requestJson, type SseConnection } from "../testing/sse-client.ts";
import { until } from "../testing/until.ts";

// Three servers, one room: what happens on each is followed on all, and what is said to one reaches a turn of another.

const SLOWLY = { CHATWAIT_BUILTIN_WORDS_PER_SECOND: "30" };

async function threeServers(t: TestContext) {
  const { redis, servers } = await startFleet(t, 3, SLOWLY);
  const direct = new Redis(redis.url);
  direct.on("error", () => {});
  t.after(() => direct.disconnect());
  const [a, b, c] = servers.map(({ url }) => `${url}/worlds/default`) as [string, string, string];
  for (const agent of ["Vera", "Otto", "Hanna"]) {
    await requestJson(`${a}/agents/${agent}`, { method: "PATCH", body: { max_tokens: 60 } });
  }
  for (const world of [b, c]) {
    await until(async () => (await requestJson(`${world}/agents/Hanna`)).body.max_tokens === 60, "all know it");
  }
  return { redis, servers, direct, a, b, c };
}

const ask = (world: string, message: string) => openStream(`${world}/chat`, { body: { message } });
const openFeed = (world: string, lastEventId?: string) =>
  openStream(`${world}/events`, lastEventId === undefined ? {} : { headers: { "last-event-id": lastEventId } });
const say = (world: string, body: unknown, headers: Record<string, string> = {}) =>
  requestJson(`${world}/messages`, { body, headers });
const turnOf = (event: WorldEvent): string | undefined => (event as { turn_id?: string }).turn_id;
/** Resolves when a reader has the end of so many turns. */
const ended = ({ events }: SseConnection, turns = 1) =>
  until(() => events.filter((event) => event.type === "done" && turnOf(event)).length >= turns, "the turns end");

/** Events without what tells whose they are. */
const bare = (events: readonly Received[]) => events.map((event) => ({ ...event, seq: 0, id: "", turn_id: "" }));

/** A feed has the turn as the turn's own stream has it, after its beginning and the message that began it. */
function assertFollowed(feed: readonly Received[], stream: readonly Received[]) {
  const [start, ...events] = stream;
  assert.ok(start?.type === "start" && start.turn_id);
  const isNotice = (event: Received) => event.type === "system" && event.code === "published";
  const [begun, message, ...followed] = feed.filter((event) => turnOf(event) === start.turn_id && !isNotice(event));
  assert.deepEqual([begun?.type, message?.type], ["start", "message"]);
  assert.deepEqual(bare(followed), bare(events));
}

function assertNumbered(events: readonly Received[]) {
  const first = events[0]?.seq ?? 0;
  assert.deepEqual(
    events.map(({ seq }) => seq),
    events.map((_, index) => first + index),
  );
}

test("a room on three servers", { skip: unlessInstalled("redis-server", "--version") }, async (t) => {
  const { redis, servers, direct, a, b, c } = await threeServers(t);

  await t.test(
    "R-ANY a message is said into a running turn through any server, once, and an ended turn and an unknown one are told apart on all",
    async () => {
      const stream = await ask(a, "Tell me a long story, @Vera.");
      const [start] = await stream.take(1);
      assert.ok(start?.type === "start" && start.turn_id);
      const { turn_id } = start;
      const headers = { "idempotency-key": "one" };
      const into = { message: "Nothing of the sea, please.", sender: "Ada", mentions: [], turn_id };
      const said = await Promise.all([b, c].flatMap((world) => [say(world, into, headers), say(world, into, headers)]));
      const { message_id } = said[0]?.body ?? {};
      for (const { status, body } of said) assert.deepEqual([status, body], [202, { message_id, turn_id }]);
      const sayWithoutKeyKnown = async (world: string) => {
        await direct.del(await direct.keys("*:claim:*"));
        const { status, body } = await say(world, into, headers);
        assert.deepEqual([status, body], [202, { message_id, turn_id }], "R-IDEMPOTENT though its key came free");
      };
      for (const world of [a, b, c]) await sayWithoutKeyKnown(world);
      const unkeyed = await say(c, { message: "Hello, @Otto!", turn_id });
      assert.equal(unkeyed.status, 202);
      const foreign = await say(b, { message: "Hi", sender: "Vera", turn_id });
      assert.deepEqual([foreign.status, foreign.body.error_code], [400, "invalid_sender"]);
      await stream.closed;
      const messages = stream.events.flatMap((event) => (event.type === "message" ? [event] : []));
      assert.deepEqual(
        messages.map(({ message_id, sender, content }) => [message_id, sender, content]),
        [
          [message_id, "Ada", into.message],
          [unkeyed.body.message_id, "HUMAN", "Hello, @Otto!"],
        ],
      );
      const answered = stream.events.some((event) => event.type === "message_end" && event.sender === "Otto");
      assert.ok(answered, "whoever is called by it answers in that turn");
      for (const world of [a, b, c]) {
        const late = await say(world, { message: "Too late", turn_id });
        assert.deepEqual([late.status, late.body.error_code], [409, "turn_ended"]);
        await sayWithoutKeyKnown(world);
        const unknown = await say(world, { message: "Where?", turn_id: "nobodyknows" });
        assert.deepEqual([unknown.status, unknown.body.error_code], [404, "turn_not_found"]);
      }
      assert.deepEqual(await direct.keys("*:feed*"), [], "R-FEED nobody reads a feed: nothing is written");
    },
  );

  await t.test(
    "R-STORE R-FEED a feed goes on over a store that is emptied, and one that is away and comes back empty",
    async () => {
      const feed = await openFeed(b);
      const { id: began } = (await feed.take(1))[0] as Received;
      const first = await ask(a, "Tell me a long story, @Vera.");
      await feed.take(10);
      await direct.flushall();
      await feed.take(10);
      const other = await openFeed(c, began);
      await redis.close();
      await until(async () => (await requestJson(`${servers[0]?.url}/readyz`)).status === 503, "it is missed");
      const refused = await requestJson(`${a}/events`);
      assert.deepEqual([refused.status, refused.body.error_code], [503, "store_unavailable"]);
      const again = await startRedis(redis.port);
      t.after(() => again.close());
      await first.closed;
      await ended(feed);
      await until(() => other.events.at(-1)?.id === feed.events.at(-1)?.id, "both have all");
      assertNumbered(feed.events);
      assert.deepEqual(other.events, feed.events.slice(1));
      assertFollowed(feed.events, first.events);
    },
  );

  await t.test(
    "R-FEED R-ANY turns of all servers are followed on each, across cuts, and a world that is deleted ends it on all",
    async () => {
      const whole = await openFeed(b);
      const [opening] = await whole.take(1);
      const turns = [await ask(a, "Tell me a long story, @Vera."), await ask(c, "Tell me a long story, @Hanna.")];
      const got: Received[] = [...(await whole.take(1))];
      for (const world of [c, a, b, c, a]) {
        const connection = await openFeed(world, got.at(-1)?.id);
        got.push(...(await connection.take(7)));
        connection.cut();
      }
      await Promise.all(turns.map(({ closed }) => closed));
      await ended(whole, 2);
      const rest = await openFeed(b, got.at(-1)?.id);
      await until(() => got.length + rest.events.length === whole.events.length - 1, "the rest is there");
      assert.deepEqual([...got, ...rest.events], whole.events.slice(1));
      assertNumbered(whole.events);
      assert.equal(opening?.type, "start");
      for (const { events } of turns) assertFollowed(whole.events, events);

      const late = await openFeed(c);
      assert.equal(late.events[0]?.seq ?? (await late.take(1))[0]?.seq, whole.events.at(-1)?.seq);
      assert.equal((await requestJson(a, { method: "PATCH", body: { title: "New" } })).status, 200);
      await until(() => late.events.length === 2, "a change of the world is told on another server");
      assert.equal((await requestJson(a, { method: "DELETE" })).status, 204);
      for (const feed of [whole, rest, late]) {
        assert.equal(await feed.closed, "end");
        const end = feed.events.at(-1);
        assert.deepEqual([end?.type, end?.type === "done" && end.reason], ["done", "cancelled"]);
        assert.equal(end?.id, whole.events.at(-1)?.id);
      }
    },
  );

  await t.test(
    "R-TAKEOVER R-FEED a message into a turn whose server has just died waits for the one that goes on, and is there once; the feed has it all",
    async () => {
      await requestJson(`${servers[1]?.url}/worlds`, { body: { name: "kitchen" } });
      const worlds = servers.map(({ url }) => `${url}/worlds/kitchen`) as [string, string, string];
      await requestJson(`${worlds[1]}/agents`, { body: { name: "Vera", max_tokens: 60 } });
      for (const world of worlds) await until(async () => (await requestJson(`${world}/agents/Vera`)).status === 200);
      const [a, b, c] = worlds;
      const feed = await openFeed(c);
      await feed.take(1);
      const stream = await ask(a, "Tell me a long story, @Vera.");
      const [start] = await stream.take(5);
      assert.ok(start?.type === "start" && start.turn_id);
      servers[0]?.signal("SIGKILL");
      const said = await say(b, { message: "Go on, please.", mentions: [], turn_id: start.turn_id });
      assert.equal(said.status, 202);
      const whole = await openStream(`${c}/chat/${start.stream_id}`);
      await whole.closed;
      const messages = whole.events.filter((event) => event.type === "message");
      assert.deepEqual(
        messages.map(({ message_id }) => message_id),
        [said.body.message_id],
      );
      await ended(feed);
      assertNumbered(feed.events);
      assertFollowed(feed.events, whole.events);
    },
  );
});
