import { Agent, type ClientRequest, type IncomingMessage, request } from "node:http";
import { frameScanner } from "./sse-frames.ts";
import { monotonicUs, tokenScanner } from "./token-scan.ts";

export type StreamEnd = {
  tokens: number;
  /** The client left, as it was told to. */
  cut: boolean;
  /** What went wrong; absent where the response came to its end. */
  fault?: string;
  /** The last bytes of the response. */
  tail: string;
};

/** After so many tokens its connection breaks, and it goes on at that port, with the id of the event `back` before the last. */
export type Move = { after: number; port: number; back?: number };

export type StreamOptions = {
  port: number;
  path: string;
  body: string;
  bytesPerSecond: number | undefined;
  cutAfter: number | undefined;
  move: Move | undefined;
  /** From the request to the first event at that port; µs. */
  onMoved(us: number): void;
  onAnswer(): void;
  onToken(stampUs: number, index: number): void;
  /** Called once, at whatever end. */
  onEnd(end: StreamEnd): void;
};

const agent = new Agent({ keepAlive: true });

/** How often a slow reader reads. */
const SLOW_READ_MS = 250;

/** Starts one stream and counts its tokens, which must come in order. Returns what leaves it early. */
export function openStream(options: StreamOptions): () => void {
  const { onToken, cutAfter } = options;
  let count = 0;
  let tail: Uint8Array = Buffer.alloc(0);
  let over = false;

  function end(fault?: string, cut = false) {
    if (over) return;
    over = true;
    call.destroy();
    const text = Buffer.from(tail).toString().slice(-200);
    options.onEnd({ tokens: count, cut, tail: text, ...(fault === undefined ? {} : { fault }) });
  }

  const scan = tokenScanner((stamp, index) => {
    if (over) return;
    if (index !== count) return end(`Token ${index} came where ${count} was due.`);
    count++;
    onToken(stamp, index);
    if (count === cutAfter) end(undefined, true);
  });

  const { path, port, move } = options;
  const headers = { "content-type": "application/json", "content-length": Buffer.byteLength(options.body) };
  let call = request({ host: "127.0.0.1", port, path, method: "POST", headers, agent });
  hear(call, (response) => {
    options.onAnswer();
    const read = move ? untilMove(move) : readAll;
    if (options.bytesPerSecond === undefined) response.on("data", read);
    else readSlowly(response, options.bytesPerSecond, read);
  });
  call.end(options.body);

  /** Hears of the ends of one call, unless another has taken its place. */
  function hear(made: ClientRequest, onResponse: (response: IncomingMessage) => void) {
    const endOf = (fault: string) => made === call && end(fault);
    made.on("error", ({ message }) => endOf(`The request failed: ${message}`));
    made.on("response", (response) => {
      onResponse(response);
      response.on("end", () => made === call && finishWhole(response.statusCode));
      response.on("close", () => endOf("The response was cut."));
    });
  }

  function readAll(chunk: Uint8Array) {
    tail = chunk;
    scan(chunk);
  }

  /** Reads whole events, so that each one's id tells what has been read with it. */
  function untilMove({ after, back = 0 }: Move) {
    const read: { id: string; count: number }[] = [];
    const scanFrames = frameScanner(({ id, data }) => {
      scan(Buffer.from(data));
      read.push({ id, count });
    });
    const first = call;
    return (chunk: Uint8Array) => {
      if (call !== first || over) return;
      scanFrames(chunk);
      const last = read.at(-1 - back);
      if (count < after || !last) return;
      count = last.count;
      moveOn(last.id);
    };
  }

  function moveOn(lastId: string) {
    const sentAt = monotonicUs();
    call.destroy();
    call = request({ host: "127.0.0.1", port: move?.port, path, headers: { "last-event-id": lastId }, agent });
    let waits = true;
    hear(call, (response) =>
      response.on("data", (chunk: Buffer) => {
        if (waits && chunk.includes("id: ")) {
          waits = false;
          options.onMoved(monotonicUs() - sentAt);
        }
        readAll(chunk);
      }),
    );
    call.end();
  }

  function finishWhole(status: number | undefined) {
    // An answer that came to its end leaves its connection to the next request; end() destroys what is still open.
    if (over) return;
    over = true;
    const text = Buffer.from(tail).toString().slice(-200);
    options.onEnd({
      tokens: count,
      cut: false,
      tail: text,
      ...(status === 200 ? {} : { fault: `Status ${status}: ${text}` }),
    });
  }

  return () => end(undefined, true);
}

/** Takes so many bytes a second and leaves the rest where it is: in the sockets, and then with the server. */
function readSlowly(response: IncomingMessage, bytesPerSecond: number, read: (chunk: Uint8Array) => void) {
  const piece = Math.ceil((bytesPerSecond * SLOW_READ_MS) / 1000);
  const timer = setInterval(() => {
    const chunk = response.read(piece) as Uint8Array | null;
    if (chunk) read(chunk);
  }, SLOW_READ_MS);
  response.on("close", () => clearInterval(timer));
}
