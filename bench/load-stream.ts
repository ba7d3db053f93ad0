import { Agent, type IncomingMessage, request } from "node:http";
import { tokenScanner } from "./token-scan.ts";

export type StreamEnd = {
  tokens: number;
  /** The client left, as it was told to. */
  cut: boolean;
  /** What went wrong; absent where the response came to its end. */
  fault?: string;
  /** The last bytes of the response. */
  tail: string;
};

export type StreamOptions = {
  port: number;
  path: string;
  body: string;
  bytesPerSecond: number | undefined;
  cutAfter: number | undefined;
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

  const headers = { "content-type": "application/json", "content-length": Buffer.byteLength(options.body) };
  const call = request({ host: "127.0.0.1", port: options.port, path: options.path, method: "POST", headers, agent });
  call.on("error", (error) => end(`The request failed: ${error.message}`));
  call.on("response", (response) => {
    options.onAnswer();
    const read = (chunk: Uint8Array) => {
      tail = chunk;
      scan(chunk);
    };
    if (options.bytesPerSecond === undefined) response.on("data", read);
    else readSlowly(response, options.bytesPerSecond, read);
    response.on("end", () => finishWhole(response.statusCode));
    response.on("close", () => end("The response was cut."));
  });
  call.end(options.body);

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
