import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { frameOf, framingOf } from "../src/protocol/frames.ts";
import { type Costs, measuredCosts, ORIGINS, TOKENS_A_STREAM } from "./sizing-costs.ts";

/** How much of everything so many streams take, from what one stream and one token were measured to cost: docs/sizing.md. */

export type Load = {
  /** Answers that are being written at the same time. */
  streams: number;
  /** Of each of them. */
  tokensPerSecond: number;
  /** Of a whole answer. */
  answerTokens: number;
  /** How long an answer is kept after its end (CHATWAIT_RETENTION_MS), s. */
  retentionS: number;
};

/** Memory in GiB, network in Gbit/s. */
export type Size = {
  servers: number;
  serverGiB: number;
  serverSockets: number;
  shards: number;
  redisGiB: number;
  toRedisGbits: number;
  nginxCores: number;
  toClientsGbits: number;
};

/** More than this of a core and tokens begin to wait for each other. */
const BUSY = 0.6;
/** Of one Redis: more takes long to copy to a replica and to read after a start. */
const SHARD_GIB = 8;
/** A server without streams. */
const EMPTY_GIB = 0.1;
/** CHATWAIT_MAX_LOG_BYTES: the oldest ended answers go when a server's own memory has more. */
const MOST_LOGS_GIB = 0.5;
/** Ethernet, IP, and TCP with its timestamps: most tokens travel alone. */
const PACKET_BYTES = 66;
const CHUNK_BYTES = 6;
const GIB = 2 ** 30;

const token = { type: "token", message_id: "iPHfBubZzdy5", text: " word" } as const;
/** A token as the client gets it. */
export const FRAME_BYTES = frameOf(framingOf("7kEAa1DorS31AQVOqC0gCk.0."), 250, token).text.length;

const coresFor = (tokensPerSecond: number, usPerToken: number): number => (tokensPerSecond * usPerToken) / 1e6 / BUSY;
const gbits = (tokensPerSecond: number, bytes: number): number => (tokensPerSecond * bytes * 8) / 1e9;

export function sizeFor({ streams, tokensPerSecond, answerTokens, retentionS }: Load, costs: Costs): Size {
  const tokens = streams * tokensPerSecond;
  // One more than the load takes: any one may die.
  const servers = Math.ceil(coresFor(tokens, costs.serverUsPerToken)) + 1;
  const keptTokens = streams * answerTokens + tokens * retentionS;
  const redisGiB = (keptTokens * costs.redisBytesPerToken) / GIB;
  const logsGiB = Math.min(MOST_LOGS_GIB, (keptTokens * FRAME_BYTES) / servers / GIB);
  return {
    servers,
    serverGiB: EMPTY_GIB + (streams * costs.serverKiBPerStream * 1024) / servers / GIB + logsGiB,
    serverSockets: Math.ceil((2 * streams) / servers),
    shards: Math.max(Math.ceil(coresFor(tokens, costs.redisUsPerToken)), Math.ceil(redisGiB / SHARD_GIB)),
    redisGiB,
    toRedisGbits: gbits(tokens, costs.redisInBytesPerToken),
    nginxCores: Math.ceil(coresFor(tokens, costs.nginxUsPerToken)),
    toClientsGbits: gbits(tokens, FRAME_BYTES + CHUNK_BYTES + PACKET_BYTES),
  };
}

export const USUAL = { tokensPerSecond: 20, answerTokens: 500, retentionS: 300 };
export const STEPS = [1000, 10_000, 100_000, 1_000_000];

const COLUMNS: [string, (size: Size) => number][] = [
  ["servers", ({ servers }) => servers],
  ["GiB each", ({ serverGiB }) => serverGiB],
  ["sockets each", ({ serverSockets }) => serverSockets],
  ["shards of Redis", ({ shards }) => shards],
  ["GiB in all", ({ redisGiB }) => redisGiB],
  ["Gbit/s into it", ({ toRedisGbits }) => toRedisGbits],
  ["cores of nginx", ({ nginxCores }) => nginxCores],
  ["Gbit/s to clients", ({ toClientsGbits }) => toClientsGbits],
];

const shown = (value: number): string =>
  value.toLocaleString("en", value < 10 ? { maximumSignificantDigits: 2 } : { maximumFractionDigits: 0 });

const markdownTable = (rows: readonly (readonly string[])[]): string => {
  const [head = [], ...body] = rows;
  return [head, head.map(() => "--:"), ...body].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
};

/** What so many streams take, a row for each number, as Markdown. */
export function sizingTable(numbers: readonly number[], load: Omit<Load, "streams">, costs: Costs): string {
  const rows = numbers.map((streams) => {
    const size = sizeFor({ ...load, streams }, costs);
    return [streams, streams * load.tokensPerSecond, ...COLUMNS.map(([, of]) => of(size))].map(shown);
  });
  return markdownTable([["streams", "tokens/s", ...COLUMNS.map(([name]) => name)], ...rows]);
}

/** Streams of the usual pace that one core, or one Redis, carries. */
const carried = (usPerToken: number): string => shown(Math.floor((BUSY * 1e6) / (usPerToken * USUAL.tokensPerSecond)));

const carriesTable = ({ serverUsPerToken, redisUsPerToken, nginxUsPerToken }: Costs): string =>
  markdownTable([
    ["one server", "one Redis", "one core of nginx"],
    [carried(serverUsPerToken), carried(redisUsPerToken), carried(nginxUsPerToken)],
  ]);

/** What one costs, and where that was measured, as Markdown. */
export function costsTable(costs: Costs): string {
  const rows = Object.entries(ORIGINS).map(([name, { text, unit, scenario, subject, run }]) => [
    text,
    `${shown(costs[name as keyof typeof ORIGINS])} ${unit}`,
    `\`${subject}\` in \`${scenario}\`, [${run}](../bench/results/${run}.md)`,
  ]);
  const bytes = `${shown(costs.redisBytesPerToken)} bytes`;
  rows.push(["memory of Redis, a token", bytes, `such a stream's, by its ${TOKENS_A_STREAM} tokens`]);
  return markdownTable([["", "measured", "where"], ...rows]).replace("| --: | --: | --: |", "|---|--:|---|");
}

/** The text of docs/sizing.md with its tables as they are now. */
export function withTables(markdown: string, costs: Costs): string {
  const tables = { costs: costsTable(costs), carries: carriesTable(costs), sizes: sizingTable(STEPS, USUAL, costs) };
  return Object.entries(tables).reduce(
    (text, [name, table]) =>
      text.replace(
        new RegExp(`(<!-- ${name} -->\n)[^<]*(<!-- end -->)`),
        (_, open, end) => `${open}\n${table}\n\n${end}`,
      ),
    markdown,
  );
}

const HELP = `node scripts/sizing.ts [options]
  --streams A,B            answers that are being written at once (${STEPS.join(",")})
  --tokens-per-second N    of each (${USUAL.tokensPerSecond})
  --answer-tokens N        of a whole answer (${USUAL.answerTokens})
  --retention SECONDS      how long an answer is kept after its end (${USUAL.retentionS})
  --write                  puts the tables into docs/sizing.md instead`;

const OPTIONS = {
  streams: { type: "string" },
  "tokens-per-second": { type: "string" },
  "answer-tokens": { type: "string" },
  retention: { type: "string" },
  write: { type: "boolean" },
  help: { type: "boolean" },
} as const;

const DOCUMENT = join(import.meta.dirname, "../docs/sizing.md");

function main(): void {
  const { values } = parseArgs({ options: OPTIONS });
  const costs = measuredCosts();
  const load = {
    tokensPerSecond: Number(values["tokens-per-second"] ?? USUAL.tokensPerSecond),
    answerTokens: Number(values["answer-tokens"] ?? USUAL.answerTokens),
    retentionS: Number(values.retention ?? USUAL.retentionS),
  };
  if (values.help) console.log(HELP);
  else if (values.write) writeFileSync(DOCUMENT, withTables(readFileSync(DOCUMENT, "utf8"), costs));
  else console.log(sizingTable(values.streams?.split(",").map(Number) ?? STEPS, load, costs));
}

if (import.meta.main) main();
