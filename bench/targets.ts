import type { Results } from "./results.ts";

/** What is to be reached, each as a value that is read from the results and the most (or least) that it may be. */
export type Target = {
  text: string;
  unit: string;
  /** Undefined where the run did not measure it. */
  value(results: Results): number | undefined;
  limit: number;
  /** The limit is the least, not the most. */
  atLeast?: boolean;
};

export type TargetRow = Pick<Target, "text" | "unit" | "limit"> & {
  value?: number;
  atLeast: boolean;
  verdict: "met" | "MISSED" | "not measured";
};

type Read = (results: Results) => number | undefined;

const of =
  (scenario: string, subject: string, metric: string): Read =>
  (results) =>
    results.find((row) => row.scenario === scenario && row.subject === subject)?.medians[metric];

const relation =
  (combine: (value: number, base: number) => number) =>
  (value: Read, base: Read): Read =>
  (results) => {
    const [above, below] = [value(results), base(results)];
    return above === undefined || below === undefined ? undefined : combine(above, below);
  };

const ratio = relation((value, base) => value / base);
const difference = relation((value, base) => value - base);

const shared = (metric: string) => of("servers-steady", "chatwait-shared", metric);

/** Several servers on one Redis, beside one in memory. */
const SERVERS_TARGETS: readonly Target[] = [
  {
    text: "CPU per token where servers share, on the one that writes, against one in memory",
    unit: "×",
    value: ratio(shared("cpuUsPerToken"), of("servers-steady", "chatwait", "cpuUsPerToken")),
    limit: 1.6,
  },
  { text: "CPU of Redis per token", unit: "µs", value: shared("redisUsPerToken"), limit: 6 },
  {
    text: "CPU of Redis per token, against a bare XADD",
    unit: "×",
    value: ratio(shared("redisUsPerToken"), of("servers-steady", "xadd", "redisUsPerToken")),
    limit: 1.25,
  },
  {
    text: "p99 of added latency where the reader is on another server than the writer",
    unit: "ms",
    value: of("servers-far", "chatwait-shared", "addedP99Ms"),
    limit: 15,
  },
  {
    text: "p99 from resuming on another server to the first event",
    unit: "ms",
    value: of("servers-resume", "chatwait-shared", "resumedP99Ms"),
    limit: 50,
  },
  {
    text: "p99 from kill -9 of the writing server to the first new token elsewhere",
    unit: "ms",
    value: of("servers-kill", "chatwait-builtin", "survivedP99Ms"),
    limit: 8000,
  },
];

/** Four floods, each within the 4 MiB that one log may have. */
const FLOOD_LOGS_MIB = 16;

/** By how much two runs of the same thing differ: a p99 of some milliseconds on a machine that does other things too. */
const NOISE = 1.25;

/** Its id is remembered for an hour, and two collections of the same heap differ: 1,000 turns may leave half a MiB. */
const HEAP_NOISE_KIB = 0.5;

export const TARGETS: readonly Target[] = [
  {
    text: "CPU per token at 1000 × 20, against pipe",
    unit: "×",
    value: ratio(of("steady-1000", "chatwait", "cpuUsPerToken"), of("steady-1000", "pipe", "cpuUsPerToken")),
    limit: 1.25,
  },
  {
    text: "p99 of added latency at 1000 × 20",
    unit: "ms",
    value: of("steady-1000", "chatwait", "addedP99Ms"),
    limit: 10,
  },
  {
    text: "p99 of added latency at 100 × 20",
    unit: "ms",
    value: of("steady-100", "chatwait", "addedP99Ms"),
    limit: 3,
  },
  {
    text: "CPU per token flat out, 8 streams",
    unit: "µs",
    value: of("flat-out", "chatwait", "cpuUsPerToken"),
    limit: 8,
  },
  {
    text: "RSS per stream at 1000 × 20, against pipe",
    unit: "×",
    value: ratio(of("steady-1000", "chatwait", "rssKiBPerStream"), of("steady-1000", "pipe", "rssKiBPerStream")),
    limit: 1.8,
  },
  {
    text: "RSS per stream, 1000 idle, against pipe",
    unit: "×",
    value: ratio(of("idle-1000", "chatwait", "rssKiBPerStream"), of("idle-1000", "pipe", "rssKiBPerStream")),
    limit: 1.3,
  },
  {
    text: "CPU per request of short streams, half of them dropped, against keep",
    unit: "×",
    value: ratio(of("short-drop", "chatwait", "cpuMsPerRequest"), of("short-drop", "keep", "cpuMsPerRequest")),
    limit: 1.2,
  },
  {
    text: "p99 beside floods read at 1 KB/s, against the same floods read at once",
    unit: "×",
    value: ratio(of("flood-slow", "chatwait", "addedP99Ms"), of("flood-fast", "chatwait", "addedP99Ms")),
    limit: NOISE,
  },
  {
    text: "Memory that the slow readers of four floods add",
    unit: "MiB",
    value: difference(of("flood-slow", "chatwait", "grownMiB"), of("flood-fast", "chatwait", "grownMiB")),
    limit: FLOOD_LOGS_MIB,
  },
  {
    text: "Requests per second of POST /chat/wait, against a bare fastify route",
    unit: "×",
    value: ratio(of("wait", "chatwait-instant", "requestsPerSecond"), of("wait", "fastify", "requestsPerSecond")),
    limit: 0.6,
    atLeast: true,
  },
  {
    text: "CPU per token of a turn's stream, against a chat's",
    unit: "×",
    value: ratio(
      of("worlds-steady", "chatwait-worlds", "cpuUsPerToken"),
      of("worlds-steady", "chatwait", "cpuUsPerToken"),
    ),
    limit: 1.2,
  },
  {
    text: "p99 from the last event of the last agent to the end of the response, 100 turns at once",
    unit: "ms",
    value: of("worlds-end", "chatwait-worlds", "afterEventP99Ms"),
    limit: 20,
  },
  {
    text: "p99 from the model's last write to the end of the response, 100 turns at once",
    unit: "ms",
    value: of("worlds-end", "chatwait-worlds", "afterModelP99Ms"),
    limit: 20,
  },
  ...SERVERS_TARGETS,
  soaked("Turns that are cut short", "cutShort"),
  soaked("Turns that hang", "hung"),
  soaked("Turns with an event that is missing, doubled or wrong", "wrong"),
  soaked("Events after the end of their turn", "lateEvents"),
  soaked("Turns, timers, subscriptions and readers that are left when all is over", "heldBack"),
  {
    text: "Heap that a turn leaves behind",
    unit: "KiB",
    value: of("worlds-heap", "chatwait-heap", "heapKiBPerTurn"),
    limit: HEAP_NOISE_KIB,
  },
];

function soaked(what: string, metric: string): Target {
  return {
    text: `${what}, of all in the soak`,
    unit: "",
    value: of("worlds-soak", "chatwait-worlds", metric),
    limit: 0,
  };
}

/** Every target with what was reached. A miss is a row like any other. */
export function judged(results: Results): TargetRow[] {
  return TARGETS.map(({ text, unit, value, limit, atLeast = false }) => {
    const reached = value(results);
    if (reached === undefined) return { text, unit, limit, atLeast, verdict: "not measured" };
    const met = atLeast ? reached >= limit : reached <= limit;
    return { text, unit, value: reached, limit, atLeast, verdict: met ? "met" : "MISSED" };
  });
}
