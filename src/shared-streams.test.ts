import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type Socket } from "node:net";
import { test } from "node:test";
import { closedAfterEach } from "../testing/closed-after-each.ts";
import { ROOMY } from "../testing/log-environment.ts";
import { manualClock } from "../testing/manual-clock.ts";
import { redisSuite } from "../testing/redis-suite.ts";
import { openSharedStreams } from "./shared-streams.ts";
import { openWorldStore } from "./worlds/world-store.ts";

/** Answers each time that something is sent. */
const listening = closedAfterEach(async (answer: (socket: Socket, text: string) => void) => {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket.on("error", () => {}));
    socket.on("data", (data) => answer(socket, String(data)));
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `redis://user:s3cret@127.0.0.1:${(server.address() as { port: number }).port}`,
    close() {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
});

function open(url: string, prefix: string) {
  const logger = { info() {}, warn() {} };
  const about = { clock: manualClock(), limits: ROOMY, logger, canGoOn: async () => true, onTakenOver() {} };
  return openSharedStreams({
    redis: { url, prefix, leaseMs: 5000 },
    definitions: openWorldStore(":memory:"),
    ...about,
  });
}

async function refusal(url: string, prefix = "chatwait:"): Promise<string> {
  const error = await open(url, prefix).then(
    () => assert.fail("it starts"),
    (reason: Error) => reason.message,
  );
  assert.ok(!error.includes("s3cret"));
  return error;
}

const OK_TO_ALL = (socket: Socket, text: string) => socket.write("+OK\r\n".repeat((text.match(/^\*/gm) ?? []).length));
const strangers: [what: string, answer: (socket: Socket, text: string) => void][] = [
  ["a server of HTTP", (socket) => socket.end("HTTP/1.1 400 Bad Request\r\n\r\n")],
  ["an echo", (socket, text) => socket.write(text)],
  ["something that says OK to everything", OK_TO_ALL],
];

for (const [what, answer] of strangers) {
  test(`${what} in place of Redis ends the start at once, and the line says what it is not`, async () => {
    const { url } = await listening(answer);
    assert.match(await refusal(url), /^CHATWAIT_REDIS_URL: .*\(what answers there is no Redis: Unknown [^.]*\)\.$/);
  });
}

redisSuite("a Redis in which something else stands", (redis) => {
  const refused = () => refusal(redis.url, redis.prefix);

  test("a name that is taken ends the start with a line that says what to change", async () => {
    const { servers, worlds } = redis.keys;
    for (const name of [servers, worlds]) {
      await redis.direct.set(name, "something");
      assert.match(
        await refused(),
        /something else stands under its names; CHATWAIT_REDIS_PREFIX chooses others: WRONGTYPE/,
      );
      await redis.direct.del(name);
    }
  });

  test("what is no world ends the start with a line that says where it stands", async () => {
    for (const text of ["{not json", "null", '"den"', "{}"]) {
      await redis.direct.hset(redis.keys.worlds, "den", text);
      assert.match(await refused(), /the field "den" of test\d+:worlds holds no world: mend it there, or delete it/);
    }
  });
});
