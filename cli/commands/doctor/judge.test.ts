import assert from "node:assert/strict";
import { test } from "node:test";
import { judgeQuiet, judgeStream } from "./judge.ts";
import { mending, proxyOf } from "./mending.ts";
import type { Arrival, Watched } from "./observe.ts";

const HEADERS = {
  "content-type": "text/event-stream",
  "cache-control": "no-cache, no-transform",
  "x-accel-buffering": "no",
};

/** Events that arrive at these times, ms; by the server's calendar they were written over `writtenMs`. */
function watched(times: readonly number[], writtenMs: number, more: Partial<Watched> = {}): Watched {
  const wall = (ms: number) => new Date(1e12 + ms).toISOString();
  const arrivals = times.map((at, index): Arrival => {
    const last = index === times.length - 1;
    const type = index === 0 ? "start" : last ? "done" : index === times.length - 2 ? "message_end" : "token";
    return {
      at,
      seq: index + 1,
      id: `s.0.${index + 1}`,
      type,
      data: JSON.stringify({ created_at: wall(0), timestamp: wall(writtenMs) }),
    };
  });
  return {
    status: 200,
    headers: HEADERS,
    openedAt: 0,
    arrivals,
    beats: [],
    reads: times.length,
    endedAt: times.at(-1) ?? 0,
    end: "terminal",
    ...more,
  };
}

const every = (ms: number, count: number): number[] => Array.from({ length: count }, (_, index) => index * ms);
const probe = (stream: Watched, sightings: { at: number; seq: number }[] = []) => ({
  stream,
  sightings,
  resume: undefined,
  stopStatus: undefined,
});
const statusOf = (findings: ReturnType<typeof judgeStream>, id: string) =>
  findings.find((found) => found.id === id)?.status;

test("events that come as they are written are held back by nobody", () => {
  assert.equal(statusOf(judgeStream(probe(watched(every(33, 60), 1950))), "buffering"), "ok");
});

test("what comes in one burst though it was written over a while was held back, by the server's own times", () => {
  const [found] = judgeStream(
    probe(
      watched(
        every(0, 60).map(() => 2000),
        1950,
      ),
    ),
  );
  assert.deepEqual([found?.id, found?.status], ["buffering", "fail"]);
  assert.match(found?.title ?? "", /up to 1\.9 s after they were written/);
});

test("what the server was seen to have long before it came was held back, whatever the times say", () => {
  const sightings = [{ at: 100, seq: 30 }];
  assert.equal(
    statusOf(judgeStream(probe(watched([0, ...every(1, 59).map(() => 700)], 700), sightings)), "buffering"),
    "fail",
  );
  assert.equal(
    statusOf(
      judgeStream(probe(watched([0, ...every(1, 59).map(() => 700)], 700), [{ at: 650, seq: 30 }])),
      "buffering",
    ),
    "ok",
  );
});

test("a stall that delays a few events once is no proxy that holds back", () => {
  // Nothing was read from 1000 to 1600 ms: 19 of 60 events came late, the first of them by 600 ms.
  const times = every(33, 60).map((at) => (at > 1000 && at < 1600 ? 1600 : at));
  const sightings = every(33, 60).map((at, index) => ({ at, seq: index + 1 }));
  assert.equal(statusOf(judgeStream(probe(watched(times, 1950), sightings)), "buffering"), "ok");
  const stalledTwice = every(33, 60).map((at) => Math.ceil(at / 700) * 700);
  assert.equal(statusOf(judgeStream(probe(watched(stalledTwice, 1950), sightings)), "buffering"), "fail");
});

test("a slow model that pauses is no proxy that holds back", () => {
  const times = [0, 10, 20, 5000, 5010, 5020];
  const sightings = [
    { at: 1000, seq: 3 },
    { at: 4000, seq: 3 },
    { at: 5100, seq: 6 },
  ];
  assert.equal(statusOf(judgeStream(probe(watched(times, 5010), sightings)), "buffering"), "ok");
});

test("a network that is late by itself is no fault", () => {
  const late = watched(
    every(33, 60).map((at) => at + 300),
    1950,
  );
  assert.equal(
    statusOf(
      judgeStream(
        probe(
          late,
          every(100, 20).map((at) => ({ at, seq: Math.floor(at / 33) + 1 })),
        ),
      ),
      "buffering",
    ),
    "ok",
  );
});

test("an answer that was written at once shows nothing, and one without events everything", () => {
  assert.equal(statusOf(judgeStream(probe(watched([1, 2, 3, 4], 2))), "buffering"), "warn");
  assert.equal(statusOf(judgeStream(probe(watched([], 0, { end: "cut" }))), "buffering"), "fail");
});

test("a resume that brings too little, too much or something else is a fault", () => {
  const stream = watched(every(33, 60), 1950);
  const after = (arrivals: Arrival[], status = 200) =>
    judgeStream({ ...probe(stream), resume: { after: 30, watched: { ...stream, status, arrivals } } });
  assert.equal(statusOf(after(stream.arrivals.slice(30)), "resume"), "ok");
  assert.equal(statusOf(after(stream.arrivals.slice(31)), "resume"), "fail");
  assert.equal(statusOf(after(stream.arrivals.slice(29)), "resume"), "fail");
  assert.equal(statusOf(after([], 400), "resume"), "fail");
});

test("a refusal is told in the server's words, or as that of the proxy which gave it", () => {
  const refused = watched([], 0, { status: 503, end: "cut", headers: { server: "nginx/1.27.0" } });
  const said = '{"error_code":"store_unavailable","message":"The store is away or full."}';
  const titles = [
    { ...refused, refusal: said },
    { ...refused, refusal: "<html>" },
  ].map((stream) => judgeStream(probe(stream))[0]?.title);
  assert.deepEqual(titles, [
    "The server refused a stream with status 503: The store is away or full.",
    "A stream was refused with status 503 by nginx/1.27.0.",
  ]);
});

test("headers that were changed are told, each with what it does", () => {
  const headers = { "content-type": "text/html", "cache-control": "max-age=60", "content-encoding": "br" };
  const findings = judgeStream(probe(watched(every(33, 60), 1950, { headers })));
  assert.deepEqual(
    findings.map(({ id, status }) => `${id} ${status}`),
    ["buffering ok", "content_type fail", "compression fail", "cache_control warn"],
  );
});

test("a quiet connection that is cut is told apart from one without signs of life", () => {
  const quiet = { openedAt: 0, endedAt: 65_000, end: "left" as const, beats: [10_000, 20_000] };
  assert.equal(judgeQuiet(watched([], 0, quiet), 65_000).status, "ok");
  assert.equal(judgeQuiet(watched([], 0, { ...quiet, beats: [] }), 65_000).status, "warn");
  const cut = judgeQuiet(watched([], 0, { ...quiet, endedAt: 25_000, end: "cut" }), 65_000);
  assert.match(cut.title, /cut after 25\.0 s, 5\.0 s after a sign of life/);
});

test("a proxy is told by its headers, and one that is not known gets the lines for all", () => {
  assert.equal(proxyOf({ server: "nginx/1.27.0" }), "nginx");
  assert.equal(proxyOf({ via: "1.1 Caddy" }), "Caddy");
  assert.equal(proxyOf({ server: "cloudflare", "cf-ray": "x" }), "Cloudflare");
  assert.equal(proxyOf({}), undefined);
  assert.equal(mending("held", {}).length, 3);
});
