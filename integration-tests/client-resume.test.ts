import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { createClient } from "../client/index.ts";
import type { ChatWaitError, Connection, StreamEvent } from "../client/types.ts";
import { type ClientRig, clientRig, type Read, read } from "../testing/client-rig.ts";
import type { Ending, Place } from "../testing/cutting-proxy.ts";
import { hostileTexts } from "../testing/model-server.ts";
import type { ScriptedCall } from "../testing/scripted-model.ts";
import { textOf } from "../testing/sse-client.ts";
import { until } from "../testing/until.ts";

const SAID = ["Hel", "lo 😀", ...hostileTexts];
/** `start`, `message_start`, the tokens, `message_end` and `done`. */
const COUNT = SAID.length + 4;

/** The whole answer, each event once. */
async function assertWhole({ whole, stream }: Read): Promise<StreamEvent[]> {
  const events = await whole;
  assert.deepEqual(
    events.map(({ seq }) => seq),
    Array.from({ length: COUNT }, (_, index) => index + 1),
  );
  assert.deepEqual([textOf(events), stream.messages[0]?.content], [SAID.join(""), SAID.join("")]);
  return events;
}

/** A stream whose model has said everything, but not that this was all. */
async function begun(rig: ClientRig, onConnection = (_: Connection) => {}): Promise<Read & { call: ScriptedCall }> {
  const answer = read(rig.client.chat.stream({ message: "Hi" }, { onConnection }));
  const call = await rig.model.call();
  call.text(...SAID);
  return { ...answer, call };
}

test("R-CURSOR: cut after any event, the stream goes on with the next one, and says where and what it brought", async (t) => {
  const rig = await clientRig(t);
  const shown: Connection[] = [];
  const { call, count, whole, stream, events } = await begun(rig, (connection) => shown.push(connection));
  await count(COUNT - 2);
  for (let cut = 1; cut <= 5; cut++) {
    stream.drop();
    call.text(String(cut));
    await count(COUNT - 2 + cut);
  }
  call.finish();
  await whole;
  assert.equal(textOf(events), `${SAID.join("")}12345`);
  const resumed = shown.flatMap((connection) =>
    connection.status === "open" && connection.resumed ? [connection.resumed] : [],
  );
  assert.deepEqual(
    resumed.map(({ after, replayed }) => [after, replayed]),
    [0, 1, 2, 3, 4].map((more) => [COUNT - 2 + more, 1]),
  );
  assert.ok(resumed.every(({ gapMs }) => gapMs >= 0));
  const id = stream.id;
  assert.deepEqual(rig.requests(), ["POST /chat/streaming", ...Array(5).fill(`GET /chat/streaming/${id}`)]);
  assert.equal(rig.proxy.exchanges.at(-1)?.headers["last-event-id"], `${id}.0.${COUNT + 2}`);
  assert.equal(rig.model.calls.length, 1);
  await rig.released();
});

describe("one fault, and the answer is whole", () => {
  const endings: Ending[] = ["fin", "reset", "client-gone"];
  const places: (Place | number)[] = ["header", "frame", "character", 0];
  const faults = [
    ...endings.flatMap((how) => places.map((after) => ({ ending: { how, after } }))),
    { ending: { how: "fin", after: "frame" }, bare: true },
    { lost: true },
    { page: 502 },
    { page: 503 },
    { page: 504 },
    { drops: { from: 3, frames: 2 } },
    // The mark of the end is lost, too: what comes is an orderly end without one.
    { drops: { from: COUNT - 1, frames: 1 } },
  ] as const;
  for (const fault of faults) {
    test(JSON.stringify(fault), async (t) => {
      const rig = await clientRig(t);
      rig.spoil(fault);
      const answer = read(rig.client.chat.stream({ message: "Hi" }));
      const saying = rig.model.call().then((call) => {
        call.text(...SAID);
        call.finish();
      });
      await assertWhole(answer);
      await saying;
      assert.deepEqual([rig.model.calls.length, rig.proxy.exchanges.length], [1, 2]);
      rig.proxy.cut();
      await rig.released();
    });
  }

  for (const treatment of [{ repeats: { after: 5, frames: 4 } }, { pieceBytes: 1 }, { holds: true }, { bare: true }]) {
    test(`${JSON.stringify(treatment)}, which is no reason to connect again`, async (t) => {
      const rig = await clientRig(t);
      rig.spoil(treatment);
      const answer = read(rig.client.chat.stream({ message: "Hi" }));
      const call = await rig.model.call();
      call.text(...SAID);
      call.finish();
      await assertWhole(answer);
      assert.deepEqual(rig.requests(), ["POST /chat/streaming"]);
      await rig.released();
    });
  }

  for (const how of ["stall", "server-gone"] as const) {
    test(`a ${how} is noticed by the silence, and the connection is given up`, async (t) => {
      const rig = await clientRig(t, { idleMs: 25_000 });
      rig.spoil({ ending: { how, after: "character" } });
      const { call, whole, stream } = await begun(rig);
      call.finish();
      await assertWhole({ whole, stream } as Read);
      assert.equal(rig.proxy.exchanges[1]?.path, `/chat/streaming/${stream.id}`);
      await rig.released();
    });
  }
});

test("a hole that no resume fills is refused: bad_response, and nothing after it is handed out", async (t) => {
  const rig = await clientRig(t);
  rig.proxy.treat(({ method }) => ({ drops: { from: method === "POST" ? 4 : 0, frames: 1 } }));
  const { call, events, whole } = await begun(rig);
  call.finish();
  await assert.rejects(whole, { name: "ChatWaitError", code: "bad_response" });
  assert.equal(events.length, 4);
  await rig.released();
});

test("a server that refuses connections for a while is found again", async (t) => {
  const rig = await clientRig(t);
  const { call, count, stream, whole } = await begun(rig);
  await count(COUNT - 2);
  rig.proxy.refuse();
  rig.proxy.cut();
  await until(() => stream.connection.status === "waiting" && stream.connection.attempt >= 3);
  call.finish();
  await rig.proxy.accept();
  await assertWhole({ whole, stream } as Read);
  await rig.released();
});

test("each event is progress: a stream that is cut again and again is not given up, however long that takes in all", async (t) => {
  const rig = await clientRig(t, { giveUpMs: 1000 });
  const attempts: number[] = [];
  const { call, count, stream, whole } = await begun(rig, (connection) => {
    if (connection.status === "waiting") attempts.push(connection.attempt);
  });
  const since = rig.now();
  await count(COUNT - 2);
  for (let cut = 1; cut <= 20; cut++) {
    stream.drop();
    call.text(".");
    await count(COUNT - 2 + cut);
  }
  assert.ok(rig.now() - since > 4000);
  call.finish();
  await whole;
  assert.deepEqual(new Set(attempts), new Set([1]));
  await rig.released();
});

test("a server that is away for longer than giveUpMs is given up: network, and the stream can be resumed later", async (t) => {
  const rig = await clientRig(t, { giveUpMs: 2000 });
  const { call, count, stream, whole, events } = await begun(rig);
  await count(COUNT - 2);
  const saved = stream.save();
  rig.proxy.refuse();
  rig.proxy.cut();
  await assert.rejects(whole, { name: "ChatWaitError", code: "network", retryable: true, streamId: stream.id });
  await rig.proxy.accept();
  call.finish();
  const rest = await read(rig.client.restore(saved ?? assert.fail("not saved"))).whole;
  assert.equal(events.length + rest.length, COUNT);
  await rig.released();
});

test("resume reads from the beginning by an id alone, and goes on from a cursor, also after the end", async (t) => {
  const rig = await clientRig(t);
  const { call, count, stream, whole } = await begun(rig);
  await count(COUNT - 2);
  const lastEventId = stream.save()?.lastEventId ?? assert.fail("no cursor");
  const streamId = stream.id ?? assert.fail("no id");
  const fromBeginning = read(rig.client.chat.resume(streamId));
  const fromCursor = read(rig.client.chat.resume({ streamId, lastEventId }));
  await fromBeginning.count(COUNT - 2);
  call.finish();
  const events = await whole;
  assert.deepEqual(await assertWhole(fromBeginning), events);
  assert.deepEqual(await fromCursor.whole, events.slice(-2));
  assert.deepEqual(await assertWhole(read(rig.client.chat.resume(streamId))), events);
  // Nothing is left.
  const end = `${streamId}.0.${COUNT}`;
  assert.deepEqual(await read(rig.client.chat.resume({ streamId, lastEventId: end })).whole, []);
  await rig.released();
});

test("R-HONEST: what the server will not resume is thrown as it says it, and not tried again", async (t) => {
  const rig = await clientRig(t);
  const { call, stream, whole } = await begun(rig);
  call.finish();
  await whole;
  const streamId = stream.id ?? assert.fail("no id");
  const asked = rig.proxy.exchanges.length;
  const codeOf = async (position: Parameters<typeof rig.client.chat.resume>[0]) =>
    read(rig.client.chat.resume(position)).whole.then(
      () => assert.fail("resumed"),
      ({ name, code, status }: ChatWaitError) => [name, code, status],
    );
  assert.deepEqual(await codeOf("A".repeat(22)), ["ChatWaitError", "stream_not_found", 404]);
  assert.deepEqual(await codeOf({ streamId, lastEventId: `${streamId}.0.99` }), ["ChatWaitError", "cursor_ahead", 409]);
  assert.deepEqual(await codeOf({ streamId, lastEventId: "nonsense" }), ["ChatWaitError", "invalid_cursor", 400]);
  rig.clock.advance(300_001);
  assert.deepEqual(await codeOf(streamId), ["ChatWaitError", "stream_expired", 410]);
  assert.equal(rig.proxy.exchanges.length, asked + 4);
  await rig.released();
});

test("two clients read one stream, cut at different places, and see the same", async (t) => {
  const rig = await clientRig(t);
  const { call, count, stream, whole } = await begun(rig);
  await count(1);
  const second = read(createClient({ baseUrl: rig.proxy.url }).chat.resume(stream.id ?? ""));
  await second.count(5);
  stream.drop();
  await count(COUNT - 2);
  second.stream.drop();
  call.finish();
  assert.deepEqual(await second.whole, await assertWhole({ whole, stream } as Read));
  await rig.released();
});

test("a stop ends the iteration also where the connection is half-open, without waiting for the silence to be noticed", async (t) => {
  const rig = await clientRig(t);
  const { call, count, stream, whole } = await begun(rig);
  await count(COUNT - 2);
  rig.proxy.exchanges[0]?.stall();
  const since = rig.now();
  await until(() => rig.now() - since > 2000);
  await stream.stop();
  const last = (await whole).at(-1);
  assert.ok(last?.type === "done" && last.reason === "cancelled");
  assert.equal(stream.messages[0]?.content, SAID.join(""));
  assert.equal(call.isCancelled, true);
  await rig.released();
});

test("a stop that the server never heard of is no stop: it throws, and the answer goes on", async (t) => {
  const rig = await clientRig(t);
  const { call, count, stream, whole } = await begun(rig);
  await count(COUNT - 2);
  rig.proxy.treat(({ method }) => (method === "DELETE" ? { page: 403 } : {}));
  await assert.rejects(stream.stop(), { name: "ChatWaitError", code: "bad_response", status: 403 });
  assert.equal(call.isCancelled, false);
  call.finish();
  await assertWhole({ whole, stream } as Read);
  await rig.released();
});
