import type { TestContext } from "node:test";
import { type ServerCall, startModelServer } from "./model-server.ts";

/** A model that counts. Each word is of one message alone, and tells its place in the answer. */
export type CountingModel = {
  /** What CHATWAIT_BASE_URL takes. */
  url: string;
  /** The answer to a message, once it has ended. */
  textOf(message: string): string;
  /** How often it was asked about a message: once, and once more for each server that died. */
  timesAsked(message: string): number;
  /** Answers that begin from now on go on until what this gives is called, and end some words later. */
  beginRound(): () => void;
};

/** Each answer that is being given gets a word in so many beats, and not all at once. */
const BEAT_MS = 10;
const BEATS_A_WORD = 10;
/** So much an answer still says once its round is over. */
const LAST_WORDS = 5;

/**
 * Starts it; it ends with the test. Whoever goes on with a text gets the numbers that follow. So each stream is in the middle
 * however long a test takes, also where a server was only taken for dead.
 */
export async function startCountingModel(t: TestContext): Promise<CountingModel> {
  const answers = new Map<string, { count: number; asked: number; round: { isOver: boolean } }>();
  const speaking = new Set<() => void>();
  let round = { isOver: false };

  const model = await startModelServer((call) => {
    const { message, begun } = askedOf(call);
    const answer = answers.get(message) ?? { count: 0, asked: 0, round };
    answers.set(message, answer);
    answer.asked++;
    let count = begun;
    const say = () => {
      call.push(wordOf(message, ++count));
      answer.count = count;
    };
    const speak = () => {
      if (!answer.round.isOver) return say();
      speaking.delete(speak);
      for (let last = 0; last < LAST_WORDS; last++) say();
      call.finish();
    };
    speaking.add(speak);
    void call.cancelled.then(() => speaking.delete(speak));
  });
  let beats = 0;
  const beat = setInterval(() => {
    beats++;
    let place = 0;
    for (const speak of speaking) if (place++ % BEATS_A_WORD === beats % BEATS_A_WORD) speak();
  }, BEAT_MS);
  t.after(async () => {
    clearInterval(beat);
    await model.close();
  });

  return {
    url: model.url,
    textOf: (message) =>
      Array.from({ length: answers.get(message)?.count ?? 0 }, (_, index) => wordOf(message, index + 1)).join(""),
    timesAsked: (message) => answers.get(message)?.asked ?? 0,
    beginRound() {
      const own = { isOver: false };
      round = own;
      return () => {
        own.isOver = true;
      };
    },
  };
}

const wordOf = (message: string, count: number) => `${count === 1 ? "" : " "}${message}.${count}`;

/** The message, and how far the answer is by what is sent along of it. */
function askedOf({ body }: ServerCall): { message: string; begun: number } {
  const messages = body["messages"] as { role: string; content: string }[];
  const last = messages.at(-1);
  const said = last?.role === "assistant" ? last.content : "";
  return { message: messages[0]?.content ?? "", begun: Number(/\.(\d+)$/.exec(said)?.[1] ?? 0) };
}
