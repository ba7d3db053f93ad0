import type { Report, Result } from "./results.ts";
import { SCENARIOS } from "./scenarios.ts";
import type { TargetRow } from "./targets.ts";

/** A metric's column: its name in the records, its heading, whether it is also told as a ratio to pipe. */
type Column = { metric: string; heading: string; ratio?: boolean };

const COLUMNS: readonly Column[] = [
  { metric: "cpuUsPerToken", heading: "CPU µs/token", ratio: true },
  { metric: "otherUsPerToken", heading: "other server µs/token" },
  { metric: "redisUsPerToken", heading: "Redis µs/token" },
  { metric: "tokensPerSecond", heading: "tokens/s" },
  { metric: "addedP50Ms", heading: "added p50 ms" },
  { metric: "addedP99Ms", heading: "p99 ms" },
  { metric: "addedMaxMs", heading: "max ms" },
  { metric: "firstTokenP50Ms", heading: "first token p50 ms" },
  { metric: "firstTokenP99Ms", heading: "p99 ms" },
  { metric: "resumed", heading: "resumed" },
  { metric: "resumedP50Ms", heading: "resumed p50 ms" },
  { metric: "resumedP99Ms", heading: "p99 ms" },
  { metric: "resumedMaxMs", heading: "max ms" },
  { metric: "survived", heading: "went on" },
  { metric: "survivedP50Ms", heading: "after the kill p50 ms" },
  { metric: "survivedP99Ms", heading: "p99 ms" },
  { metric: "redisInBytesPerToken", heading: "to Redis bytes/token" },
  { metric: "redisOutBytesPerToken", heading: "from Redis bytes/token" },
  { metric: "redisKiBPerStream", heading: "Redis KiB/stream" },
  { metric: "rssKiBPerStream", heading: "RSS KiB/stream", ratio: true },
  { metric: "cpuMsPerRequest", heading: "CPU ms/request" },
  { metric: "cpuUsPerRequest", heading: "CPU µs/request" },
  { metric: "requestsPerSecond", heading: "requests/s" },
  { metric: "grownMiB", heading: "memory grown MiB" },
  { metric: "turns", heading: "turns" },
  { metric: "turnsPerSecond", heading: "turns/s" },
  { metric: "afterEventP50Ms", heading: "end after last event p50 ms" },
  { metric: "afterEventP99Ms", heading: "p99 ms" },
  { metric: "afterModelP99Ms", heading: "end after the model's last write p99 ms" },
  { metric: "cutShort", heading: "cut short" },
  { metric: "hung", heading: "hung" },
  { metric: "wrong", heading: "otherwise wrong" },
  { metric: "lateEvents", heading: "late events" },
  { metric: "heldBack", heading: "still held" },
  { metric: "turnsPerRound", heading: "turns a round" },
  { metric: "heap1MiB", heading: "heap MiB, round 1" },
  { metric: "heap2MiB", heading: "round 2" },
  { metric: "heap3MiB", heading: "round 3" },
  { metric: "heapKiBPerTurn", heading: "grown KiB/turn" },
  { metric: "unfinished", heading: "unfinished streams" },
  { metric: "serverCores", heading: "cores: server" },
  { metric: "upstreamCores", heading: "model" },
  { metric: "loadCores", heading: "clients" },
];

export function markdown(made: Report): string {
  const { machine } = made;
  return [
    `# Measured on ${made.date.slice(0, 10)}, commit ${made.commit}`,
    `${machine.cpu}, ${machine.cores} cores, ${machine.memoryGiB} GiB, Node ${machine.node}. Load average before ` +
      `${loads(made.loadBefore)}, after ${loads(made.loadAfter)}. Medians of ${made.rounds} interleaved round(s) of ` +
      `${made.windowSeconds} s. CPU is the server process alone. Added latency is from the model's write to the client's read.`,
    "## Targets",
    table(["target", "limit", "reached", ""], made.targets.map(targetCells)),
    ...SCENARIOS.flatMap(({ name, title }) =>
      section(
        title,
        made.results.filter(({ scenario }) => scenario === name),
      ),
    ),
    "",
  ].join("\n\n");
}

const loads = (averages: number[]) => averages.map((load) => load.toFixed(2)).join(" ");

function targetCells({ text, unit, value, limit, atLeast, verdict }: TargetRow): string[] {
  const told = (number: number) => `${digits(number)} ${unit}`;
  return [text, `${atLeast ? "≥" : "≤"} ${told(limit)}`, value === undefined ? "" : told(value), verdict];
}

function section(title: string, results: Result[]): string[] {
  if (results.length === 0) return [];
  const columns = COLUMNS.filter(({ metric }) => results.some((result) => metric in result.medians));
  const pipe = results.find(({ subject }) => subject === "pipe");
  const rows = results.map((result) => [result.subject, ...columns.map((column) => cell(result, pipe, column))]);
  const failures = results.flatMap(({ subject, failures: texts }) => texts.map((text) => `- ${subject}: ${text}`));
  return [
    `## ${title[0]?.toUpperCase()}${title.slice(1)}`,
    table(["", ...columns.map(({ heading }) => heading)], rows),
    ...(failures.length > 0 ? [failures.join("\n")] : []),
  ];
}

function cell(result: Result, pipe: Result | undefined, { metric, ratio }: Column): string {
  const value = result.medians[metric];
  const base = pipe?.medians[metric];
  if (value === undefined) return "";
  return ratio && base !== undefined ? `${digits(value)} (${(value / base).toFixed(2)} ×)` : digits(value);
}

function digits(value: number): string {
  if (Math.abs(value) >= 100 || Number.isInteger(value)) return Math.round(value).toLocaleString("en-US");
  return value.toFixed(Math.abs(value) >= 10 ? 1 : 2);
}

function table(head: string[], rows: string[][]): string {
  return [head, head.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}
