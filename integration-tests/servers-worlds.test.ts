import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, type TestContext, test } from "node:test";
import { sharedThrough, startFleet } from "../testing/fleet.ts";
import { unlessInstalled } from "../testing/installed.ts";
import { startModelServer } from "../testing/model-server.ts";
import { startProgram } from "../testing/program.ts";
import { startRedis } from "../testing/redis-server.ts";
import { openStream, requestJson } from "../testing/sse-client.ts";
import { until } from "../testing/until.ts";

// Servers that share worlds through Redis: their definitions and what was said in them are the same on each (R-ANY).

const post = (url: string, body: unknown) => requestJson(url, { body });
const patch = (url: string, body: unknown) => requestJson(url, { method: "PATCH", body });
const remove = (url: string) => requestJson(url, { method: "DELETE" });

/** The names of a server's worlds, each with those of its agents. */
async function namesOn(url: string): Promise<Record<string, string[]>> {
  const { body: listed } = await requestJson(`${url}/worlds`);
  const worlds = await Promise.all(
    listed.worlds.map(({ name }: { name: string }) => requestJson(`${url}/worlds/${name}`)),
  );
  return Object.fromEntries(
    worlds.map(({ body }) => [body.name, body.agents.map(({ name }: { name: string }) => name)]),
  );
}

/** Resolves when a server has exactly these. */
const hears = (url: string, names: Record<string, string[]>) =>
  until(async () => JSON.stringify(await namesOn(url)) === JSON.stringify(names), JSON.stringify(names));

function folder(t: TestContext): string {
  const dir = mkdtempSync(join(tmpdir(), "chatwait-worlds-"));
  t.after(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

const FIRST = { default: ["Hanna", "Otto", "Vera"] };

describe("worlds of two servers", { skip: unlessInstalled("redis-server", "--version") }, () => {
  test("R-ANY worlds and agents that one makes, changes and deletes are the other's, and the first world is one", async (t) => {
    const { servers } = await startFleet(t, 2, { CHATWAIT_BUILTIN_WORDS_PER_SECOND: "20" });
    const [a, b] = servers.map(({ url }) => url) as [string, string];
    assert.deepEqual(await namesOn(a), FIRST);
    assert.deepEqual(await namesOn(b), FIRST);
    assert.equal((await post(`${a}/worlds`, { name: "Kitchen", title: "Bread" })).status, 201);
    await hears(b, { ...FIRST, Kitchen: [] });
    assert.equal((await post(`${b}/worlds`, { name: "kitchen" })).body.error_code, "world_exists");
    assert.equal((await post(`${b}/worlds/kitchen/agents`, { name: "Ada", instructions: "Bake." })).status, 201);
    await hears(a, { ...FIRST, Kitchen: ["Ada"] });
    await patch(`${a}/worlds/kitchen/agents/ada`, { instructions: "Cook." });
    await patch(`${b}/worlds/kitchen`, { title: "Soup" });
    await until(async () => {
      const [onA, onB] = await Promise.all([a, b].map((url) => requestJson(`${url}/worlds/kitchen`)));
      assert.ok(onA && onB);
      return onA.text === onB.text && onB.body.title === "Soup" && onB.body.agents[0].instructions === "Cook.";
    }, "both have both changes");

    const turn = await openStream(`${a}/worlds/kitchen/chat`, { body: { message: "Tell me a long story, @Ada." } });
    await turn.take(4);
    assert.equal((await remove(`${b}/worlds/kitchen`)).status, 204);
    const end = (await turn.rest()).at(-1);
    assert.deepEqual([end?.type, end?.type === "done" && end.reason], ["done", "cancelled"]);
    await hears(a, FIRST);
    assert.equal((await requestJson(`${a}/worlds/kitchen`)).body.error_code, "world_not_found");
  });

  test("R-MEMORY who was answered by one server and asks the next is remembered there, until the world is to forget", async (t) => {
    const model = await startModelServer();
    t.after(() => model.close());
    const env = { CHATWAIT_MODEL: "openai-compatible:m", CHATWAIT_BASE_URL: model.url };
    const { servers } = await startFleet(t, 2, env);
    const urls = servers.map(({ url }) => url);
    const said: string[] = [];
    for (let turn = 0; turn < 8; turn++) {
      model.reply((call) => {
        call.push(`Answer ${turn}.`);
        call.finish();
      });
      const url = `${urls[turn % 2]}/worlds/default/chat`;
      const stream = await openStream(url, { body: { message: `Question ${turn}? @Otto` } });
      assert.equal((await stream.rest()).at(-1)?.type, "done");
      const told = JSON.stringify(model.calls.at(-1)?.body["messages"]);
      for (const line of said) assert.ok(told.includes(line), `turn ${turn} is not told ${line}`);
      said.push(`Question ${turn}?`, `Answer ${turn}.`);
    }
    await patch(`${urls[0]}/worlds/default`, { memory: false });
    await patch(`${urls[0]}/worlds/default`, { memory: true });
    await post(`${urls[1]}/worlds/default/chat`, { message: "And now? @Otto" });
    assert.doesNotMatch(JSON.stringify(model.calls.at(-1)?.body["messages"]), /Question|Answer/);
  });

  test("R-STORE without Redis worlds are read and not changed; what it has lost, and who was away, is made whole", async (t) => {
    const { redis, servers } = await startFleet(t, 1);
    const a = servers[0]?.url ?? "";
    const dir = folder(t);
    const shared = { ...sharedThrough(redis.url), CHATWAIT_DATA_DIR: dir };
    const b = await startProgram(t, shared);
    await post(`${a}/worlds`, { name: "kitchen" });
    await post(`${a}/worlds`, { name: "attic" });
    await hears(b.url, { ...FIRST, kitchen: [], attic: [] });
    b.signal("SIGKILL");
    await b.exited;
    await post(`${a}/worlds/kitchen/agents`, { name: "Ada" });
    await remove(`${a}/worlds/attic`);
    const now = { ...FIRST, kitchen: ["Ada"] };

    await redis.close();
    const refused = await post(`${a}/worlds`, { name: "cellar" });
    assert.deepEqual([refused.status, refused.body.error_code], [503, "store_unavailable"]);
    assert.ok(Number(refused.headers["retry-after"]) > 0);
    for (const answer of [await remove(`${a}/worlds/kitchen`), await patch(`${a}/worlds/kitchen`, { title: "x" })])
      assert.equal(answer.body.error_code, "store_unavailable");
    assert.deepEqual(await namesOn(a), now, "they can be read");

    const empty = await startRedis(redis.port);
    t.after(() => empty.close());
    await until(async () => (await post(`${a}/worlds`, { name: "cellar" })).status === 201, "it can be changed again");
    const again = await startProgram(t, shared);
    await hears(again.url, { ...now, cellar: [] });
    assert.deepEqual(await namesOn(a), { ...now, cellar: [] });
    const fresh = await startProgram(t, sharedThrough(redis.url));
    assert.deepEqual(await namesOn(fresh.url), { ...now, cellar: [] });
  });
});
