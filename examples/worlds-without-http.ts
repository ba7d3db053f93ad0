/**
 * A program that uses worlds by itself, without HTTP: it makes a world, listens, says something, and adds a voice of its own
 * to the turn. Run it with `node examples/worlds-without-http.ts`; it needs no key and no network.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type OpenWorlds, openWorlds, type WorldEvent } from "chatwait/worlds";

const dataDir = await mkdtemp(join(tmpdir(), "chatwait-example-"));

// Settings are the server's own, by the names that its environment has.
const worlds = await openWorlds({ CHATWAIT_DATA_DIR: dataDir, CHATWAIT_BUILTIN_WORDS_PER_SECOND: "0" });
try {
  await furnish(worlds);
  await talk(worlds);
} finally {
  await worlds.close();
  await rm(dataDir, { recursive: true });
}

async function furnish({ createWorld, createAgent }: OpenWorlds) {
  await createWorld({ name: "kitchen", title: "A kitchen at night", respond: "first" });
  await createAgent("kitchen", { name: "Mona", instructions: "You are Mona, a cheerful cook." });
  await createAgent("kitchen", { name: "Ralf", instructions: "You are Ralf, a sceptic." });
}

async function talk({ subscribeWorld, publishMessage, publishSSE }: OpenWorlds) {
  const turnEnded = Promise.withResolvers<void>();
  let turnId: string | undefined;
  const subscription = await subscribeWorld("kitchen", {
    isOpen: true,
    send() {},
    onWorldEvent(_type, event) {
      print(event);
      if (event.type === "start") turnId = event.turn_id;
      if (event.type === "done" || event.type === "error") turnEnded.resolve();
    },
    onError: (message) => console.error(message),
  });

  // What this program says itself does not come back to it. Who is named with @ answers.
  await publishMessage(subscription.world, "@Mona, @Ralf: is tea better than coffee?", "Ada");

  // A thermometer is no agent: it streams a message into the turn that runs.
  const about = { message_id: "thermometer-1", ...(turnId === undefined ? {} : { turn_id: turnId }) };
  await publishSSE(subscription.world, { type: "start", sender: "Thermometer", ...about });
  await publishSSE(subscription.world, { type: "chunk", content: "The kettle is at 96 °C.", ...about });
  await publishSSE(subscription.world, { type: "end", ...about });

  await turnEnded.promise;
  subscription.release();
}

function print(event: WorldEvent) {
  if (event.type === "message_end") console.log(`${event.sender}: ${event.content}`);
  if (event.type === "done") console.log(`(${event.reason})`);
}
