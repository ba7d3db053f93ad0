import { createClient } from "../client/index.ts";
import type { Client, ClientOptions, Connection } from "../client/types.ts";
import type { EventDraft, StreamEvent } from "../src/protocol/events.ts";
import { encodeFrame } from "../src/protocol/frames.ts";
import { type ManualClock, manualClock } from "./manual-clock.ts";
import { type Asked, type Scripted, type ScriptedFetch, scriptedFetch } from "./scripted-fetch.ts";

export const ORIGIN = "http://chat.test";
export const STREAM_ID = "Abcdefghijklmnopqrstuv";

export type ClientFixture = {
  client: Client;
  clock: ManualClock;
  network: ScriptedFetch;
  /** Says that another attempt may have become worth while. */
  wake(): void;
  /** What a client still holds: nothing, once its streams have ended. */
  held(): { timers: number; wakers: number; exchanges: number };
  /** Moves time on until it has settled. */
  run<T>(promise: Promise<T>): Promise<T>;
  /** Lets everything happen that needs no time. */
  rest(): Promise<void>;
};

/** Nothing is held. */
export const NOTHING = { timers: 0, wakers: 0, exchanges: 0 };

/** A client whose network, time and chance are in the test's hands. */
export function clientFixture(
  answer: (asked: Asked, index: number) => Scripted,
  { surroundings, ...options }: ClientOptions = {},
): ClientFixture {
  const clock = manualClock();
  const network = scriptedFetch(answer);
  const wakers = new Set<() => void>();
  let keys = 0;
  const client = createClient({
    baseUrl: ORIGIN,
    ...options,
    surroundings: {
      ...{ fetch: network.fetch, now: clock.now, after: clock.after, random: () => 0.5, newKey: () => `key-${++keys}` },
      onWake(wake) {
        wakers.add(wake);
        return () => void wakers.delete(wake);
      },
      ...surroundings,
    },
  });
  const rest = async () => {
    for (let turns = 0; turns < 5; turns++) await new Promise((resolve) => void setImmediate(resolve));
  };
  return {
    ...{ client, clock, network, rest },
    wake() {
      for (const waker of wakers) waker();
    },
    held: () => ({ timers: clock.pending(), wakers: wakers.size, exchanges: network.open }),
    async run(promise) {
      let isOver = false;
      const over = () => {
        isOver = true;
      };
      promise.then(over, over);
      while (!isOver) {
        await new Promise((resolve) => void setImmediate(resolve));
        if (!isOver) clock.advance(20);
      }
      return promise;
    },
  };
}

/** The events of a whole answer that is said in these pieces. */
export function answerOf(texts: readonly string[], more: readonly EventDraft[] = []): StreamEvent[] {
  const message = { message_id: "m1", sender: "assistant" };
  const drafts: EventDraft[] = [
    { type: "start", stream_id: STREAM_ID, kind: "chat", created_at: "2026-01-02T03:04:05.000Z", model: "test:a" },
    { type: "message_start", ...message, role: "assistant" },
    ...texts.map((text) => ({ type: "token", message_id: "m1", text }) as const),
    ...more,
    {
      ...{ type: "message_end", ...message, content: texts.join("") },
      ...{ timestamp: "2026-01-02T03:04:06.000Z", reason: "stop", usage: { input_tokens: 3, output_tokens: 2 } },
    } as EventDraft,
    { type: "done", reason: "stop", usage: { input_tokens: 3, output_tokens: 2 } },
  ];
  return drafts.map((draft, index) => ({ ...draft, seq: index + 1 }) as StreamEvent);
}

/** An event as it is sent. */
export const frameOf = ({ seq, ...draft }: StreamEvent): string =>
  encodeFrame(`${STREAM_ID}.0.`, seq, draft as EventDraft);

export const SSE = { "content-type": "text/event-stream" };

/** A connection that brings these events in one piece. */
export const streamOf = (events: readonly StreamEvent[], ending: "end" | "cut" | "silence" = "end"): Scripted => ({
  ...{ headers: SSE, ending },
  body: ["retry: 1000\n\n", events.map(frameOf).join("")],
});

/** The `seq` after which a request wants to read on. */
export const cursorOf = ({ headers }: Asked): number => Number(headers.get("last-event-id")?.split(".").at(-1) ?? 0);

/** A server that keeps the whole of a stream, and passes it on from wherever it is asked to, as `reply` has it. */
export const serving =
  (
    events: readonly StreamEvent[],
    reply: (left: readonly StreamEvent[], index: number, asked: Asked) => Scripted = (left) => streamOf(left),
  ): ((asked: Asked, index: number) => Scripted) =>
  (asked, index) =>
    reply(events.slice(cursorOf(asked)), index, asked);

/** All events of a stream. */
export async function eventsOf(stream: AsyncIterable<StreamEvent>): Promise<StreamEvent[]> {
  const events: StreamEvent[] = [];
  for await (const event of stream) events.push(event);
  return events;
}

/** Notes how the connection stands, each time that it changes. */
export function connectionLog(): { log: Connection[]; onConnection(connection: Connection): void } {
  const log: Connection[] = [];
  return { log, onConnection: (connection) => void log.push(connection) };
}
