import { Agent, request } from "node:http";
import { pause, within } from "./patience.ts";
import { frameScanner } from "./sse-frames.ts";
import { type Spread, times } from "./statistics.ts";
import { monotonicUs } from "./token-scan.ts";

/** Streams whose server is killed, read on at another by clients that come back. Its questions: `begin`, then `end`. */
export type Outlive =
  | { act: "begin"; port: number; otherPort: number; path: string; body: string; streams: number }
  | { act: "end"; killedAt: number; withinMs: number };
/** `again`: from the kill to the first new token. */
export type Outlived = { again: Spread; faults: string[] };

type Reading = {
  lastId: string;
  seq: number;
  tokens: number;
  /** When the first token came at the other server. */
  againAt: number | undefined;
  over: boolean;
};

const RAMP_MS = 2000;
const START_MS = 20_000;
/** Tokens that each stream has before its server may be killed. */
const BEGUN = 5;
const BACKOFF_MS = 200;

const agent = new Agent({ keepAlive: true });
const readings: Reading[] = [];
const faults: string[] = [];

/** Opens the streams, and resolves when each has begun; or waits until each is over, and tells what became of it. */
export async function outlive(question: Outlive): Promise<Outlived> {
  if (question.act === "begin") await begin(question);
  else await within(question.withinMs, () => readings.every(({ over }) => over));
  const again = times();
  if (question.act === "end") {
    for (const reading of readings) judge(reading);
    for (const { againAt } of readings) if (againAt !== undefined) again.add(againAt - question.killedAt);
  }
  return { again: again.spread(), faults: faults.slice(0, 10) };
}

function judge({ againAt, over, seq }: Reading) {
  if (!over) faults.push(`A stream hangs after event ${seq}.`);
  else if (againAt === undefined) faults.push("A stream was over before its server was killed.");
}

async function begin({ port, otherPort, path, body, streams }: Outlive & { act: "begin" }) {
  for (let n = 0; n < streams; n++) {
    const reading: Reading = { lastId: "", seq: 0, tokens: 0, againAt: undefined, over: false };
    readings.push(reading);
    void read(reading, port, path, body).then(() => comeBack(reading, otherPort, path));
    await pause(RAMP_MS / streams);
  }
  const allBegun = await within(START_MS, () => readings.every(({ tokens }) => tokens >= BEGUN));
  if (!allBegun) throw new Error("Not all streams have begun.");
}

/** As a client does whose connection has broken, until it has the end. */
async function comeBack(reading: Reading, port: number, path: string) {
  const before = reading.tokens;
  while (!reading.over) {
    await read(reading, port, path, undefined, () => {
      if (reading.tokens > before) reading.againAt ??= monotonicUs();
    });
    if (!reading.over) await pause(BACKOFF_MS);
  }
}

/** Reads over one connection, and resolves when that has ended, however. */
function read(reading: Reading, port: number, path: string, body?: string, onEvent = () => {}): Promise<void> {
  const scan = frameScanner(({ id, data }) => {
    take(reading, id, JSON.parse(data) as { type: string; seq: number; error_code?: string });
    onEvent();
  });
  const headers =
    body === undefined
      ? { "last-event-id": reading.lastId }
      : { "content-type": "application/json", "content-length": Buffer.byteLength(body) };
  return new Promise((resolve) => {
    const method = body === undefined ? "GET" : "POST";
    const call = request({ host: "127.0.0.1", port, path, method, headers, agent }, (response) => {
      response.on("data", scan).on("error", () => {});
      response.on("close", resolve);
    });
    call.on("error", () => resolve());
    call.end(body);
  });
}

function take(
  reading: Reading,
  id: string,
  { type, seq, error_code }: { type: string; seq: number; error_code?: string },
) {
  if (seq !== reading.seq + 1) faults.push(`Event ${seq} came where ${reading.seq + 1} was due.`);
  if (type === "error") faults.push(`A stream ended with ${error_code}.`);
  reading.lastId = id;
  reading.seq = seq;
  if (type === "token") reading.tokens++;
  reading.over = type === "done" || type === "error";
}
