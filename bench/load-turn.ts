import { type Agent, type ClientRequest, type IncomingMessage, request } from "node:http";
import type { StreamEvent } from "../src/protocol/events.ts";
import { frameScanner } from "./sse-frames.ts";
import { monotonicUs } from "./token-scan.ts";
import { type TurnCheck, turnCheck } from "./turn-check.ts";
import { expectedOf, messageOf, type TurnScript } from "./turn-script.ts";

export type TurnOptions = {
  port: number;
  agent: Agent;
  world: string;
  script: TurnScript;
  /** After so many events the client's connection breaks, and it comes back with the id of the last. */
  cuts: number[];
  /** A turn that is not over by then hangs; ms. */
  patienceMs: number;
};

export type TurnEnd = {
  check: TurnCheck;
  hung: boolean;
  resumes: number;
  /** From the arrival of the last agent's last event, and from the model's last write, to the end of the response; µs. */
  afterEventUs: number;
  afterModelUs: number;
};

type Reading = {
  readonly options: TurnOptions;
  readonly check: TurnCheck;
  readonly cuts: number[];
  resumes: number;
  call: ClientRequest | undefined;
  /** When the last event of an agent came, and when the model wrote the last of its tokens. */
  eventAt: number;
  writtenAt: number;
  over: boolean;
  ended(end: TurnEnd): void;
};

/** Says something to a world and reads the whole turn, over as many connections as it takes. Never rejects. */
export function takeTurn(options: TurnOptions): Promise<TurnEnd> {
  return new Promise((resolve) => {
    const patience = setTimeout(() => end(reading, true), options.patienceMs);
    const reading: Reading = {
      options,
      check: turnCheck(expectedOf(options.script)),
      cuts: [...options.cuts],
      ...{ resumes: 0, call: undefined, eventAt: 0, writtenAt: 0, over: false },
      ended(result) {
        clearTimeout(patience);
        resolve(result);
      },
    };
    const { script } = options;
    connect(reading, "POST", JSON.stringify({ message: messageOf(script), mentions: script.wake }));
  });
}

function connect(reading: Reading, method: string, body = "") {
  const { port, agent, world } = reading.options;
  const { lastId } = reading.check;
  const headers = {
    accept: "text/event-stream",
    ...(method === "POST" ? { "content-type": "application/json", "content-length": Buffer.byteLength(body) } : {}),
    ...(lastId === undefined ? {} : { "last-event-id": lastId }),
  };
  const call = request({ host: "127.0.0.1", port, agent, method, path: `/worlds/${world}/chat`, headers });
  reading.call = call;
  // A connection that the client itself has cut is heard no more.
  const fail = (text: string) => {
    if (reading.call !== call || reading.over) return;
    reading.check.faults.push(text);
    end(reading);
  };
  call.on("error", ({ message }) => fail(`the request failed: ${message}`));
  call.on("response", (response) => read(reading, call, response, fail));
  call.end(body);
}

function read(reading: Reading, call: ClientRequest, response: IncomingMessage, fail: (text: string) => void) {
  if (response.statusCode !== 200) fail(`status ${response.statusCode}`);
  const scan = frameScanner(({ id, data }) => {
    if (reading.call === call && !reading.over) take(reading, id, JSON.parse(data) as StreamEvent);
  });
  response.on("data", scan);
  response.on("error", ({ message }) => fail(`the response broke: ${message}`));
  response.on("end", () => {
    if (reading.call === call) end(reading);
  });
}

function take(reading: Reading, id: string, event: StreamEvent) {
  const { check, cuts } = reading;
  check.take(id, event);
  if (event.type === "token") reading.writtenAt = Math.max(reading.writtenAt, stampOf(event.text));
  else if (event.type === "message_end") reading.eventAt = monotonicUs();
  else if (event.type === "message") {
    reading.eventAt = monotonicUs();
    reading.writtenAt = Math.max(reading.writtenAt, stampOf(event.content.slice(event.content.lastIndexOf("~"))));
  }
  if (check.isOver || check.events < (cuts[0] ?? Number.POSITIVE_INFINITY)) return;
  cuts.shift();
  reading.resumes++;
  reading.call?.destroy();
  connect(reading, "GET");
}

/** The time of birth that a token carries; 0 where it carries none. */
function stampOf(text: string): number {
  return text.startsWith("~") ? Number.parseInt(text.slice(1), 10) : 0;
}

function end(reading: Reading, hung = false) {
  if (reading.over) return;
  reading.over = true;
  const { check, resumes, eventAt, writtenAt } = reading;
  const now = monotonicUs();
  if (hung) reading.call?.destroy();
  check.end();
  reading.ended({ check, hung, resumes, afterEventUs: now - eventAt, afterModelUs: now - writtenAt });
}
