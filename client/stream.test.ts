import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import {
  answerOf,
  clientFixture,
  connectionLog,
  cursorOf,
  eventsOf,
  frameOf,
  NOTHING,
  SSE,
  STREAM_ID,
  serving,
  streamOf,
} from "../testing/client-fixture.ts";
import type { Scripted } from "../testing/scripted-fetch.ts";
import type { ChatWaitError } from "./index.ts";

const EVENTS = answerOf(["Hel", "lo ", "thére", " 😀", "\n\ndata: x"]);
const code = (expected: string) => (error: ChatWaitError) => error.name === "ChatWaitError" && error.code === expected;

test("a stream is started with a key, and its events are the server's own", async () => {
  const { client, network, held } = clientFixture(serving(EVENTS));
  const stream = client.chat.stream({ message: "Hi", max_tokens: 5 });
  assert.equal(network.asked.length, 0, "nothing is asked before it is iterated");
  assert.deepEqual(await eventsOf(stream), EVENTS);
  const [start, ...more] = network.asked;
  assert.deepEqual(
    [start?.method, start?.path, start?.body],
    ["POST", "/chat/streaming", { message: "Hi", max_tokens: 5 }],
  );
  assert.equal(start?.headers.get("idempotency-key"), "key-1");
  assert.equal(start?.headers.get("content-type"), "application/json");
  assert.equal(start?.headers.get("accept"), "text/event-stream, application/json");
  assert.deepEqual([more, held()], [[], NOTHING]);
  assert.deepEqual([stream.id, stream.seq, stream.connection], [STREAM_ID, EVENTS.length, { status: "closed" }]);
});

test("an answer that comes in any pieces, and is cut anywhere, is the same answer", async () => {
  const bytes = (from: number) => new TextEncoder().encode(EVENTS.slice(from).map(frameOf).join(""));
  const longest = bytes(0).length;
  const cutting = fc.record({
    at: fc.integer({ min: 0, max: longest }),
    piece: fc.integer({ min: 1, max: 60 }),
    ending: fc.constantFrom("end" as const, "cut" as const),
    // So many events before the cursor come once more.
    again: fc.integer({ min: 0, max: 3 }),
    // The event at this place is missing.
    without: fc.integer({ min: 0, max: 30 }),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(cutting, { maxLength: 12 }), fc.boolean(), async (cuts, viaText) => {
      const reply = (asked: Parameters<typeof cursorOf>[0], index: number): Scripted => {
        const from = cursorOf(asked);
        const cut = cuts[index];
        if (!cut) return streamOf(EVENTS.slice(from));
        const events = EVENTS.slice(Math.max(0, from - cut.again)).filter(({ seq }) => seq !== cut.without);
        const whole = new TextEncoder().encode(events.map(frameOf).join("")).subarray(0, cut.at);
        const body = Array.from({ length: Math.ceil(whole.length / cut.piece) }, (_, piece) =>
          whole.subarray(piece * cut.piece, (piece + 1) * cut.piece),
        );
        return { headers: SSE, body, ending: cut.ending };
      };
      // Holes in a row that no resume fills would be refused; here each is filled by the next connection at the latest.
      const holes = cuts.filter(({ without }) => without > 0 && without <= EVENTS.length).length;
      fc.pre(holes < 3);
      const { client, run, held, network } = clientFixture(reply);
      const stream = client.chat.stream({ message: "Hi" });
      if (viaText) {
        const read = async () => {
          let text = "";
          for await (const piece of stream.text()) text += piece;
          return text;
        };
        assert.equal(await run(read()), "Hello thére 😀\n\ndata: x");
      } else {
        assert.deepEqual(await run(eventsOf(stream)), EVENTS);
      }
      assert.deepEqual(held(), NOTHING);
      assert.deepEqual(
        stream.messages.map(({ content, reason }) => [content, reason]),
        [["Hello thére 😀\n\ndata: x", "stop"]],
      );
      // Whatever is repeated before the first event came is one start.
      const keys = network.asked.flatMap(({ method, headers }) =>
        method === "POST" ? [headers.get("idempotency-key")] : [],
      );
      assert.ok(keys.every((key) => key === "key-1"));
      const resumes = network.asked.filter(({ method }) => method === "GET");
      assert.ok(resumes.every(({ path }) => path === `/chat/streaming/${STREAM_ID}`));
    }),
    { numRuns: 300 },
  );
});

test("a start that is cut before its first event is repeated with its key; then it is resumed by its cursor", async () => {
  const { client, network, run } = clientFixture((asked, index) => {
    if (index < 2) return index === 0 ? "unreachable" : { headers: SSE, body: ["retry: 1000\n\nid: x"], ending: "cut" };
    return index === 2 ? streamOf(EVENTS.slice(0, 3), "cut") : streamOf(EVENTS.slice(cursorOf(asked)));
  });
  assert.deepEqual(await run(eventsOf(client.chat.stream({ message: "Hi" }, { idempotencyKey: "mine" }))), EVENTS);
  assert.deepEqual(
    network.asked.map(({ method, path, headers }) => [
      ...[method, path],
      headers.get("idempotency-key") ?? headers.get("last-event-id"),
    ]),
    [
      ["POST", "/chat/streaming", "mine"],
      ["POST", "/chat/streaming", "mine"],
      ["POST", "/chat/streaming", "mine"],
      ["GET", `/chat/streaming/${STREAM_ID}`, `${STREAM_ID}.0.3`],
    ],
  );
});

test("an end without a terminal event is a cut, however orderly it is", async () => {
  const { client, run, network } = clientFixture(
    serving(EVENTS, (left, index) => streamOf(index ? left : left.slice(0, 4))),
  );
  assert.deepEqual(await run(eventsOf(client.chat.stream({ message: "Hi" }))), EVENTS);
  assert.equal(network.asked.length, 2);
});

test("a hole is refused; one that no resume fills ends the stream with bad_response", async () => {
  const { client, run, network, held } = clientFixture(
    serving(EVENTS, (left) => streamOf(left.filter(({ seq }) => seq !== 4))),
  );
  const stream = client.chat.stream({ message: "Hi" });
  const seen: number[] = [];
  const read = async () => {
    for await (const { seq } of stream) seen.push(seq);
  };
  await assert.rejects(run(read()), (error: ChatWaitError) => {
    assert.deepEqual([error.code, error.streamId], ["bad_response", STREAM_ID]);
    return true;
  });
  assert.deepEqual([seen, network.asked.length, held()], [[1, 2, 3], 3, NOTHING]);
  assert.equal(stream.save()?.seq, 3, "it can still be gone on with");
});

test("frames that cannot be read are refused like holes", async () => {
  for (const frame of ["data: {oops\n\n", "data: 7\n\n", 'data: {"type":"token"}\n\n']) {
    const { client, run, network } = clientFixture(() => ({ headers: SSE, body: [frame] }));
    await assert.rejects(run(eventsOf(client.chat.stream({ message: "Hi" }))), code("bad_response"));
    assert.equal(network.asked.length, 3, frame);
  }
});

test("a connection on which heartbeats stop is left, and resumed elsewhere; heartbeats alone keep it", async () => {
  const beats = Array.from({ length: 3 }, () => ": ping\n\n");
  const { client, clock, network, rest, held } = clientFixture(
    serving(EVENTS, (left, index) =>
      index
        ? streamOf(left)
        : { headers: SSE, body: [left.slice(0, 2).map(frameOf).join(""), ...beats], ending: "silence" },
    ),
    { idleMs: 25_000 },
  );
  const reading = eventsOf(client.chat.stream({ message: "Hi" }));
  await rest();
  clock.advance(24_999);
  await rest();
  assert.deepEqual([network.asked.length, network.open], [1, 1]);
  clock.advance(1);
  await rest();
  assert.equal(network.open, 0, "the dead connection has been closed");
  clock.advance(10_000);
  assert.deepEqual(await reading, EVENTS);
  assert.deepEqual(held(), NOTHING);
});

test("a server that never answers is asked again after the same silence", async () => {
  const { client, clock, network, rest } = clientFixture(
    serving(EVENTS, (left, index) => (index ? streamOf(left) : "silence")),
  );
  const reading = eventsOf(client.chat.stream({ message: "Hi" }));
  await rest();
  clock.advance(24_999);
  await rest();
  assert.equal(network.asked.length, 1);
  clock.advance(1);
  await rest();
  clock.advance(10_000);
  assert.deepEqual([await reading, network.asked.length], [EVENTS, 2]);
});

test("whoever reads slowly is not cut for it: silence counts only while something is waited for", async () => {
  const { client, clock, network, held } = clientFixture(serving(EVENTS));
  const seen: number[] = [];
  for await (const { seq } of client.chat.stream({ message: "Hi" })) {
    clock.advance(60_000);
    seen.push(seq);
  }
  assert.deepEqual([seen.length, network.asked.length, held()], [EVENTS.length, 1, NOTHING]);
});

test("Retry-After is waited for, with the same key; a longer one than allowed is for the caller", async () => {
  const refused = (seconds: string): Scripted => ({
    ...{ status: 503, headers: { "retry-after": seconds } },
    body: { error_code: "overloaded", message: "Full.", request_id: "r1" },
  });
  const { log, onConnection } = connectionLog();
  const { client, clock, network, rest } = clientFixture((_asked, index) => (index ? streamOf(EVENTS) : refused("7")));
  const reading = eventsOf(client.chat.stream({ message: "Hi" }, { onConnection }));
  await rest();
  const waiting = log.at(-1);
  assert.ok(
    waiting?.status === "waiting" && waiting.retryInMs >= 7000 && waiting.retryInMs < 7701,
    JSON.stringify(waiting),
  );
  assert.equal(waiting.cause, "Full.");
  clock.advance(6999);
  await rest();
  assert.equal(network.asked.length, 1);
  clock.advance(701);
  assert.deepEqual(await reading, EVENTS);
  assert.deepEqual(new Set(network.asked.map(({ headers }) => headers.get("idempotency-key"))), new Set(["key-1"]));

  const patient = clientFixture(() => refused("31"));
  await assert.rejects(eventsOf(patient.client.chat.stream({ message: "Hi" })), (error: ChatWaitError) => {
    const { code, status, retryable, retryAfterMs, requestId, message } = error;
    assert.deepEqual(
      { code, status, retryable, retryAfterMs, requestId, message },
      { code: "overloaded", status: 503, retryable: true, retryAfterMs: 31_000, requestId: "r1", message: "Full." },
    );
    return true;
  });
});

test("waiting ends at once when the network is back or the page is looked at", async () => {
  const { client, network, rest, wake, held } = clientFixture(
    serving(EVENTS, (left, index) => (index < 5 ? "unreachable" : streamOf(left))),
  );
  const reading = eventsOf(client.chat.stream({ message: "Hi" }));
  for (let attempts = 1; attempts <= 5; attempts++) {
    await rest();
    assert.deepEqual([network.asked.length, held().wakers], [attempts, 1]);
    wake();
  }
  assert.deepEqual([await reading, held()], [EVENTS, NOTHING]);
});

test("a server that cannot be reached again for too long is given up: network, with the cause", async () => {
  const { client, clock, run, held } = clientFixture((_asked, index) => (index ? "unreachable" : { body: {} }), {
    giveUpMs: 20_000,
  });
  await client.models();
  await assert.rejects(run(eventsOf(client.chat.stream({ message: "Hi" }))), (error: ChatWaitError) => {
    assert.deepEqual([error.code, error.retryable, (error.cause as Error).message], ["network", true, "fetch failed"]);
    return true;
  });
  assert.ok(clock.now() > 10_000 && clock.now() <= 20_000, `${clock.now()}`);
  assert.deepEqual(held(), NOTHING);
});

test("where nothing has ever answered, that is said within half a minute; a saved stream is waited for all the same", async () => {
  const { client, clock, run } = clientFixture(() => "unreachable");
  await assert.rejects(run(eventsOf(client.chat.stream({ message: "Hi" }))), code("network"));
  assert.ok(clock.now() > 15_000 && clock.now() <= 30_000, `${clock.now()}`);
  const since = clock.now();
  const saved = { v: 1, path: "/chat/streaming/x", lastEventId: "x.0.3", seq: 3, messages: [] } as const;
  await assert.rejects(run(eventsOf(client.restore({ ...saved, messages: [] }))), code("network"));
  assert.ok(clock.now() - since > 280_000, `${clock.now() - since}`);
});

test("a connection that stood in silence is no sign that nobody is there", async () => {
  const { client, run, clock } = clientFixture((_asked, index) =>
    index < 3 ? "silence" : index < 20 ? "unreachable" : streamOf(EVENTS),
  );
  assert.deepEqual(await run(eventsOf(client.chat.stream({ message: "Hi" }))), EVENTS);
  assert.ok(clock.now() > 150_000);
});

test("an open connection that has been silent is cut when the network is back; one that is not, is left alone", async () => {
  const { client, clock, network, rest, wake } = clientFixture(
    serving(EVENTS, (left, index) => (index ? streamOf(left) : streamOf(left.slice(0, 3), "silence"))),
  );
  const reading = eventsOf(client.chat.stream({ message: "Hi" }));
  await rest();
  clock.advance(1000);
  wake();
  await rest();
  assert.equal(network.open, 1);
  clock.advance(1);
  wake();
  await rest();
  assert.equal(network.open, 0);
  clock.advance(300);
  assert.deepEqual([await reading, network.asked.length], [EVENTS, 2]);
});

test("what no header can carry is told at once, and is no trouble of the network", async () => {
  const { client, network } = clientFixture(() => "unreachable");
  await assert.rejects(eventsOf(client.chat.stream({ message: "Hi" }, { idempotencyKey: "ключ" })), TypeError);
  await assert.rejects(client.chat.wait({ message: "Hi" }, { idempotencyKey: "a\nb" }), TypeError);
  const headed = clientFixture(() => "unreachable", { headers: { "x y": "1" } });
  await assert.rejects(headed.client.models(), TypeError);
  assert.equal(network.asked.length + headed.network.asked.length, 0);
});

test("a stream that is saved before an event came, of a cursor that does not tell its seq, goes on from there", async () => {
  const { client, rest } = clientFixture(
    serving(EVENTS, (left, index) => (index ? streamOf(left) : streamOf([], "silence"))),
  );
  const resumed = client.chat.resume({ streamId: STREAM_ID, lastEventId: `${STREAM_ID}.0.4` });
  const reading = eventsOf(resumed);
  await rest();
  const saved = JSON.parse(JSON.stringify(resumed.save()));
  resumed.detach();
  await reading;
  assert.deepEqual(await eventsOf(client.restore(saved)), EVENTS.slice(4));
});

test("each event is progress: a stream that is cut after every one of them is never given up", async () => {
  const { client, run, clock } = clientFixture(
    serving(EVENTS, (left) => streamOf(left.slice(0, 1), "cut")),
    { giveUpMs: 1000 },
  );
  assert.deepEqual(await run(eventsOf(client.chat.stream({ message: "Hi" }))), EVENTS);
  assert.ok(clock.now() > 1000);
});

test("what a proxy answers in the server's place is tried again; what is no server is told at once", async () => {
  for (const status of [502, 503, 504, 429, 408]) {
    const { client, run } = clientFixture((_asked, index) =>
      index ? streamOf(EVENTS) : { status, body: ["<html>Bad</html>"] },
    );
    assert.deepEqual(await run(eventsOf(client.chat.stream({ message: "Hi" }))), EVENTS);
  }
  for (const [status, headers] of [
    [200, { "content-type": "text/html" }],
    [404, {}],
    [500, {}],
  ] as const) {
    const { client, network } = clientFixture(() => ({ status, headers, body: ["<html>Hi</html>"] }));
    await assert.rejects(eventsOf(client.chat.stream({ message: "Hi" })), code("bad_response"));
    assert.equal(network.asked.length, 1);
  }
});

test("once the server has been there, a log-in page in its place is a trouble of the network", async () => {
  const portal: Scripted = { headers: { "content-type": "text/html" }, body: ["<html>Log in</html>"] };
  const { client, run } = clientFixture(
    serving(EVENTS, (left, index) =>
      index === 0 ? streamOf(left.slice(0, 3), "cut") : index < 6 ? portal : streamOf(left),
    ),
  );
  assert.deepEqual(await run(eventsOf(client.chat.stream({ message: "Hi" }))), EVENTS);
});

test("a resume that is refused ends the iteration with the server's own error", async () => {
  for (const [status, error_code] of [
    [409, "cursor_void"],
    [410, "stream_expired"],
    [404, "stream_not_found"],
  ] as const) {
    const refused: Scripted = { status, body: { error_code, message: "No.", request_id: "r" } };
    const { client, run, held } = clientFixture(
      serving(EVENTS, (left, index) => (index ? refused : streamOf(left.slice(0, 3)))),
    );
    const stream = client.chat.stream({ message: "Hi" });
    await assert.rejects(run(eventsOf(stream)), (error: ChatWaitError) => {
      assert.deepEqual([error.code, error.status, error.streamId], [error_code, status, STREAM_ID]);
      return true;
    });
    assert.deepEqual([stream.seq, stream.connection.status, held()], [3, "closed", NOTHING]);
  }
});

test("a terminal error is an event of the stream, and is not repeated; text and result throw it", async () => {
  const failed = [
    ...EVENTS.slice(0, 4),
    { type: "error", seq: 5, error_code: "model_cut", message: "Cut.", retryable: true } as const,
  ];
  const { client, network } = clientFixture(serving(failed));
  assert.deepEqual(await eventsOf(client.chat.stream({ message: "Hi" })), failed);
  const expected = (error: ChatWaitError) => {
    assert.deepEqual(
      [error.code, error.message, error.retryable, error.streamId],
      ["model_cut", "Cut.", true, STREAM_ID],
    );
    return true;
  };
  await assert.rejects(client.chat.stream({ message: "Hi" }).result(), expected);
  await assert.rejects(async () => {
    for await (const _text of client.chat.stream({ message: "Hi" }).text());
  }, expected);
  assert.equal(network.asked.length, 3);
});

test("the result is the whole answer, its reason and what it cost", async () => {
  const { client } = clientFixture(serving(EVENTS));
  const stream = client.chat.stream({ message: "Hi" });
  const { messages, ...result } = await stream.result();
  assert.deepEqual(result, {
    ...{ stream_id: STREAM_ID, reason: "stop", content: "Hello thére 😀\n\ndata: x" },
    usage: { input_tokens: 3, output_tokens: 2 },
  });
  assert.deepEqual(messages, stream.messages);
  assert.deepEqual((await stream.result()).content, result.content, "it can be asked for again");
});

test("the caller's signal only detaches: aborted, and nothing is left", async () => {
  const leaving = new AbortController();
  const { client, network, rest, held } = clientFixture(
    serving(EVENTS, (left) => streamOf(left.slice(0, 3), "silence")),
  );
  const stream = client.chat.stream({ message: "Hi" }, { signal: leaving.signal });
  const reading = eventsOf(stream);
  await rest();
  const refused = assert.rejects(reading, (error: ChatWaitError) => {
    assert.deepEqual([error.code, error.cause, error.streamId], ["aborted", "enough", STREAM_ID]);
    return true;
  });
  leaving.abort("enough");
  await refused;
  assert.deepEqual([network.asked.length, held()], [1, NOTHING]);
  assert.ok(stream.save(), "it can be gone on with");
  await assert.rejects(eventsOf(client.chat.stream({ message: "Hi" }, { signal: leaving.signal })), code("aborted"));
  assert.equal(network.asked.length, 1, "a signal that is aborted already asks nothing");
});

test("the signal also ends a wait for the next attempt", async () => {
  const leaving = new AbortController();
  const { client, rest, held } = clientFixture(() => "unreachable");
  const reading = eventsOf(client.chat.stream({ message: "Hi" }, { signal: leaving.signal }));
  await rest();
  leaving.abort();
  await assert.rejects(reading, code("aborted"));
  assert.deepEqual(held(), NOTHING);
});

test("leaving the loop, and detach, close the connection and nothing else", async () => {
  const { client, network, held, rest } = clientFixture(
    serving(EVENTS, (left) => streamOf(left.slice(0, 3), "silence")),
  );
  for await (const { seq } of client.chat.stream({ message: "Hi" })) if (seq === 2) break;
  assert.deepEqual([network.asked.length, held()], [1, NOTHING]);

  const { log, onConnection } = connectionLog();
  const stream = client.chat.stream({ message: "Hi" }, { onConnection });
  const reading = eventsOf(stream);
  await rest();
  stream.detach();
  assert.deepEqual((await reading).length, 3, "the iteration just ends");
  assert.deepEqual([network.asked.length, held(), log.at(-1)], [2, NOTHING, { status: "closed" }]);
  await assert.rejects(stream.result(), code("aborted"));

  const unread = client.chat.stream({ message: "Hi" }, { onConnection });
  unread.detach();
  assert.deepEqual([await eventsOf(unread), network.asked.length, unread.connection], [[], 2, { status: "closed" }]);
});

test("drop cuts the connection, and the stream resumes by itself", async () => {
  const { log, onConnection } = connectionLog();
  const { client, run } = clientFixture(
    serving(EVENTS, (left, index) => (index ? streamOf(left) : streamOf(left.slice(0, 4), "silence"))),
  );
  const stream = client.chat.stream({ message: "Hi" }, { onConnection });
  const read = async () => {
    const seen: number[] = [];
    for await (const { seq } of stream) {
      seen.push(seq);
      if (seq === 4) stream.drop();
    }
    return seen;
  };
  assert.deepEqual(
    await run(read()),
    EVENTS.map(({ seq }) => seq),
  );
  const resumed = log.find((connection) => connection.status === "open" && connection.resumed !== undefined);
  assert.ok(resumed?.status === "open" && resumed.resumed);
  const { after, replayed, gapMs } = resumed.resumed;
  assert.deepEqual([after, replayed], [4, EVENTS.length - 4]);
  assert.ok(gapMs >= 150 && gapMs < 400, `${gapMs}`);
  assert.deepEqual(
    log.map(({ status }) => status),
    ["connecting", "open", "waiting", "connecting", "open", "open", "closed"],
  );
});

test("saved at any point and restored, the two halves are the whole", async () => {
  for (let point = 1; point < EVENTS.length; point++) {
    const { client, network, held } = clientFixture(serving(EVENTS));
    const first = client.chat.stream({ message: "Hi" });
    assert.equal(first.save(), undefined, "there is nothing to save before the start");
    const before = [];
    for await (const event of first) if (before.push(event) === point) break;
    const saved = JSON.parse(JSON.stringify(first.save()));
    const second = client.restore(saved);
    assert.deepEqual([second.id, second.seq, second.messages], [STREAM_ID, point, saved.messages]);
    assert.deepEqual([...before, ...(await eventsOf(second))], EVENTS);
    const uncut = client.chat.stream({ message: "Hi" });
    await uncut.result();
    assert.deepEqual([second.messages, second.save(), held()], [uncut.messages, undefined, NOTHING]);
    assert.equal(network.asked[1]?.headers.get("last-event-id"), `${STREAM_ID}.0.${point}`);
  }
});

test("a resume reads from the beginning, or from a cursor on; at the end there is nothing left", async () => {
  const { client, network } = clientFixture(
    serving(EVENTS, (left) => (left.length ? streamOf(left) : { status: 204 })),
  );
  assert.deepEqual(await eventsOf(client.chat.resume(STREAM_ID)), EVENTS);
  const lastEventId = `${STREAM_ID}.0.4`;
  const resumed = client.chat.resume({ streamId: STREAM_ID, lastEventId });
  assert.equal(resumed.seq, 0);
  assert.deepEqual(await eventsOf(resumed), EVENTS.slice(4));
  assert.deepEqual(
    resumed.messages.map(({ content }) => content),
    ["Hello thére 😀\n\ndata: x"],
  );
  const over = client.chat.resume({ streamId: STREAM_ID, lastEventId: `${STREAM_ID}.0.${EVENTS.length}` });
  assert.deepEqual(await eventsOf(over), []);
  assert.deepEqual(
    network.asked.map(({ headers }) => headers.has("idempotency-key")),
    [false, false, false],
  );
});

test("204 in the middle of a stream is not its end, but a trouble of the network", async () => {
  const { client, run } = clientFixture(
    serving(EVENTS, (left, index) => (index ? { status: 204 } : streamOf(left.slice(0, 3)))),
  );
  await assert.rejects(run(eventsOf(client.chat.stream({ message: "Hi" }))), code("network"));
});
