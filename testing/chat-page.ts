import type { ChatRequest, Client, SavedStream, StartOptions, WaitReply } from "../client/types.ts";
import { createChat } from "../web/state/chat.ts";
import { createConversations } from "../web/state/conversations.ts";
import { createStore, memoryShelf, type Shelf } from "../web/state/storage.ts";
import { manualClock } from "./manual-clock.ts";
import { answerOf, type ScriptedStream, scriptedStream } from "./scripted-stream.ts";

/** A question that the page asked, and the stream that answers it. */
export type Asked = { request?: ChatRequest; key?: string | undefined; saved?: SavedStream; stream: ScriptedStream };

/** A client whose streams say what the test makes them say. */
function scriptedClient() {
  const asked: Asked[] = [];
  const waits: { request: ChatRequest; key: string | undefined; answer: PromiseWithResolvers<WaitReply> }[] = [];
  const client = {
    chat: {
      stream(request: ChatRequest, { onConnection, idempotencyKey }: StartOptions = {}) {
        const stream = scriptedStream({ onConnection });
        asked.push({ request, key: idempotencyKey, stream });
        return stream;
      },
      wait(request: ChatRequest, { signal, idempotencyKey }: StartOptions = {}) {
        const answer = Promise.withResolvers<WaitReply>();
        signal?.addEventListener("abort", () => answer.reject(new Error("aborted")));
        waits.push({ request, key: idempotencyKey, answer });
        return answer.promise;
      },
    },
    restore(saved: SavedStream, { onConnection }: StartOptions = {}) {
      const stream = scriptedStream({ onConnection, saved });
      asked.push({ saved, stream });
      return stream;
    },
  };
  return { client: client as unknown as Client, asked, waits };
}

let tabs = 0;

/** A page over a shelf, which tabs and reloads may share. */
export function chatPage(shelf: Shelf = memoryShelf(), clock = manualClock()) {
  const { client, asked, waits } = scriptedClient();
  const tab = tabs++;
  let ids = 0;
  const said: string[] = [];
  const settings = { store: createStore(shelf), newId: () => `${tab}.${ids++}`, wall: clock.wall, now: clock.now };
  const conversations = createConversations(settings);
  const frame = (run: () => void) => clock.after(16, run);
  const chat = createChat({ ...settings, client, conversations, frame, announce: (text) => said.push(text) });
  const texts = (id: string) => conversations.get(id)?.entries.map(({ role, content }) => `${role}: ${content}`);
  const running = () =>
    Array.from({ length: shelf.length }, (_, index) => shelf.key(index)).filter((key) => key?.includes("running"));
  return { chat, conversations, asked, waits, said, shelf, clock, texts, running, store: settings.store };
}

export const STREAM = { mode: "stream" } as const;
export const settle = () => new Promise((done) => setImmediate(done));

/** Answers to the end. */
export async function answer({ stream }: Asked, pieces: string[], reason: "stop" | "cancelled" = "stop") {
  await stream.say(...answerOf(pieces, reason));
  await stream.end();
  await settle();
}

export const at = (list: Asked[], index: number): Asked => {
  const one = list.at(index);
  if (!one) throw new Error("That was not asked.");
  return one;
};
