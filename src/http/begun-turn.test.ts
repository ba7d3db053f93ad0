import assert from "node:assert/strict";
import { test } from "node:test";
import fastify from "fastify";
import { looseLog, ROOMY } from "../../testing/log-environment.ts";
import { manualClock } from "../../testing/manual-clock.ts";
import { until } from "../../testing/until.ts";
import { createBells, hang, ringSoon } from "../log/bells.ts";
import { createMemoryShelf } from "../log/memory-shelf.ts";
import type { StreamLog } from "../log/stream-log.ts";
import { BEGIN_MS, startOf } from "./begun-turn.ts";
import { type WorldRoutesDeps, worldRoutes } from "./world-routes.ts";

const START = { type: "start", kind: "world", created_at: "2026-01-02T03:04:05.000Z", stream_id: "abc" } as const;

/** The copy of a turn's log, of which nothing is here until `arrive` is called, and a shelf that counts its readers. */
function copied() {
  const clock = manualClock();
  const shelf = createMemoryShelf(clock, ROOMY);
  let readers = 0;
  const attach = () => {
    readers++;
    return () => void readers--;
  };
  const inner = looseLog("world");
  const bells = createBells();
  const shown: { lastSeq: number; isVoid?: boolean; away?: StreamLog["away"] } = { lastSeq: 0 };
  const log = Object.assign(Object.create(inner), { listen: (bell: () => void) => hang(bells, bell) }) as StreamLog;
  Object.defineProperties(log, {
    lastSeq: { get: () => shown.lastSeq },
    isVoid: { get: () => shown.isVoid },
    away: { get: () => shown.away },
  });
  function show(state: Partial<typeof shown>) {
    Object.assign(shown, state);
    ringSoon(bells);
  }
  function arrive() {
    inner.append({ ...START, world: "den", turn_id: "t1", message_id: "m1" });
    show({ lastSeq: 1 });
  }
  const deps = { shelf: { ...shelf, attach }, clock };
  return { deps, clock, inner, log, show, arrive, readers: () => readers };
}

test("R-IDEMPOTENT a key that comes again before the turn's first event is here is answered as soon as it is", async () => {
  const { deps, clock, log, arrive, readers } = copied();
  const app = fastify();
  const starter = { message: async () => ({ log, messageId: "m2", replayed: true }) };
  worldRoutes(app, { ...deps, startTurn: starter } as unknown as WorldRoutesDeps);
  const asked = app
    .inject({ method: "POST", url: "/worlds/den/messages", payload: { message: "Hi" } })
    .then((it) => it);
  await until(() => readers() === 1, "it is waited for");
  arrive();
  const { statusCode, headers, body } = await asked;
  assert.deepEqual([statusCode, JSON.parse(body)], [202, { message_id: "m2", turn_id: "t1" }]);
  assert.equal(headers["idempotent-replayed"], "true");
  assert.deepEqual([readers(), clock.pending()], [0, 0]);
  await app.close();
});

test("R-ANY the beginning of a turn that does not come within 10 s is refused, and can be asked for again", async () => {
  const { deps, clock, log, arrive, readers } = copied();
  const refused = assert.rejects(startOf(deps, log), { code: "store_unavailable" });
  clock.advance(BEGIN_MS);
  await refused;
  assert.deepEqual([readers(), clock.pending()], [0, 0]);
  arrive();
  assert.equal((await startOf(deps, log)).turn_id, "t1");
});

for (const [why, shown, code] of [
  ["is lost", { isVoid: true }, "generation_lost"],
  ["is to be read elsewhere", { away: "leaving" }, "shutting_down"],
] as const) {
  test(`R-TAKEOVER a turn that ${why} before its first event is here is told as ${code}`, async () => {
    const { deps, log, show } = copied();
    const refused = assert.rejects(startOf(deps, log), { code });
    show(shown);
    await refused;
  });
}

test("R-TAKEOVER a turn that ended before it began is told as what ended it", async () => {
  const { deps, inner, log, show } = copied();
  inner.seal({ type: "error", error_code: "generation_lost", message: "Gone.", retryable: true });
  show({ lastSeq: 1 });
  await assert.rejects(startOf(deps, log), { code: "generation_lost", message: "Gone." });
});
