import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";
import type { GenerationObserver } from "../generation/generate.ts";
import type { ShelfCounts } from "../log/shelf.ts";
import type { CallOutcome } from "../models/call.ts";
import type { WorldCounts } from "../worlds/worlds.ts";
import { gathered, perLabel, summed } from "./tallies.ts";

export type Metrics = {
  generation: Omit<GenerationObserver, "failed">;
  upstream(outcome: CallOutcome): void;
  resumed(replayedEvents: number): void;
  refused(code: string): void;
  /** The exposition format of Prometheus. */
  text(): Promise<string>;
  readonly contentType: string;
};

/** From a local model's first token to the slowest generation that is let run, seconds. */
const FIRST_TOKEN_BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60];
const GENERATION_BUCKETS = [0.05, 0.1, 0.5, 1, 2, 5, 10, 30, 60, 120, 300, 600];

export type MetricsDeps = {
  streams(): ShelfCounts;
  worlds(): WorldCounts;
  /** Where streams are shared. */
  store?: StoreState;
};

export type StoreState = {
  isUp(): boolean;
  fates(): Readonly<{ takenOver: number; fenced: number; givenUp: number; handedOver: number }>;
};

/** What an operator sees at `GET /metrics`. */
export function createMetrics({ streams, worlds, store }: MetricsDeps): Metrics {
  const registry = new Registry();
  const registers = [registry];
  // Among the defaults: event-loop delay, heap, garbage collection, open handles.
  collectDefaultMetrics({ register: registry });

  const gauge = (name: string, help: string, value: () => number) =>
    new Gauge({
      name,
      help,
      registers,
      collect() {
        this.set(value());
      },
    });
  gauge("chatwait_streams_running", "Streams that are being written", () => streams().running);
  gauge("chatwait_streams_kept", "Streams that can be read, running or ended", () => streams().kept);
  gauge("chatwait_readers", "Requests that read a stream", () => streams().readers);
  gauge("chatwait_log_bytes", "Bytes that the kept streams take", () => streams().bytes);
  gauge("chatwait_rooms_open", "Worlds that something goes on in, or that remember", () => worlds().rooms);
  gauge("chatwait_turns_running", "Turns that worlds take", () => worlds().turns);
  gauge("chatwait_turn_timers", "Timers that are set for turns", () => worlds().timers);
  gauge("chatwait_world_subscriptions", "Clients that are subscribed to a world", () => worlds().subscriptions);
  gauge("chatwait_feed_readers", "Requests that read the feed of a world", () => worlds().feedReaders);
  const counter = (name: string, help: string, value: () => number) =>
    new Counter({
      name,
      help,
      registers,
      collect() {
        this.reset();
        this.inc(value());
      },
    });
  counter("late_events_total", "Events that came when their turn had ended, and were dropped", () => {
    return worlds().lateEvents;
  });
  if (store) {
    const { isUp, fates } = store;
    gauge("chatwait_store_up", "1 while the store that servers share can be reached", () => (isUp() ? 1 : 0));
    counter("chatwait_takeovers_total", "Streams that were taken over from a dead server", () => fates().takenOver);
    counter("chatwait_streams_fenced_total", "Streams that another server has taken over", () => fates().fenced);
    counter(
      "chatwait_streams_handed_over_total",
      "Streams that another server went on with while this one closed",
      () => {
        return fates().handedOver;
      },
    );
    counter("chatwait_streams_given_up_total", "Streams that ended because the store was away", () => fates().givenUp);
  }

  const tokens = summed((written) => token.inc(written));
  const token = new Counter({
    name: "chatwait_tokens_total",
    help: "Tokens that models wrote",
    registers,
    collect: tokens.pass,
  });
  const firstTokens = gathered((ms) => firstToken.observe(ms / 1000));
  const firstToken = new Histogram({
    name: "chatwait_first_token_seconds",
    help: "From the start of a generation to its first token",
    buckets: FIRST_TOKEN_BUCKETS,
    registers,
    collect: firstTokens.pass,
  });
  const endings = perLabel((outcome) => gathered((ms) => generation.observe({ outcome }, ms / 1000)));
  const generation = new Histogram({
    name: "chatwait_generation_seconds",
    help: "Whole generations, by the reason of done or the code of error",
    labelNames: ["outcome"],
    buckets: GENERATION_BUCKETS,
    registers,
    collect: () => endings.each(({ pass }) => pass()),
  });
  const resumes = new Counter({ name: "chatwait_resumes_total", help: "Streams that were resumed", registers });
  const replayed = new Counter({
    name: "chatwait_replayed_events_total",
    help: "Events that a resume found waiting",
    registers,
  });
  const refusals = new Counter({
    name: "chatwait_refusals_total",
    help: "Requests that were answered with an error, by its code",
    labelNames: ["error_code"],
    registers,
  });
  const upstream = new Counter({
    name: "chatwait_upstream_calls_total",
    help: "Calls to models, by outcome",
    labelNames: ["outcome"],
    registers,
    collect: () => calls.each(({ pass }) => pass()),
  });
  const calls = perLabel((outcome) => summed((calls) => upstream.inc({ outcome }, calls)));

  return {
    generation: {
      token: tokens.add,
      firstToken: firstTokens.note,
      ended: (outcome, ms) => endings.of(outcome).note(ms),
    },
    upstream: (outcome) => calls.of(outcome).add(),
    resumed(replayedEvents) {
      resumes.inc();
      replayed.inc(replayedEvents);
    },
    refused: (code) => refusals.labels(code).inc(),
    text: () => registry.metrics(),
    contentType: registry.contentType,
  };
}
