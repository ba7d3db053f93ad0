import { createServer, type ServerResponse } from "node:http";
import { text } from "node:stream/consumers";
import { answerAsks, onParentGone } from "./child.ts";
import { type Directive, directiveOf } from "./directive.ts";
import { listenOnLoopback } from "./floors/listen.ts";
import { monotonicUs, tokenText } from "./token-scan.ts";

/**
 * The bench's model: an OpenAI-compatible chat completion stream, as cheap as it can be made, in a process of its own. Chunks
 * are framed by hand, for one string is one write. What it is told to do stands in the user's message (directive.ts).
 */

type Stream = {
  response: ServerResponse;
  left: number;
  index: number;
  due: number;
  period: number;
  /** What comes after the last token. */
  last: string | undefined;
  breaks: boolean;
};

/** A paced stream whose reader lags by this much waits; its tokens are late, not lost. */
const LAG_BYTES = 64 * 1024;

/** Tokens to one write of a flood: enough that this process is not what limits it. */
const FLOOD_TOKENS = 32;

const SHORT_PERIOD_MS = 2;

const GOLDEN = 0.618034;
const opening =
  '{"id":"chatcmpl-bench","object":"chat.completion.chunk","created":1767323045,"model":"bench","choices":[{"index":0,';
const paced = new Set<Stream>();
const brisk = new Set<Stream>();
const open = new Set<ServerResponse>();
let opened = 0;

function framed(data: string): string {
  return `${(data.length + 8).toString(16)}\r\ndata: ${data}\n\n\r\n`;
}

const delta = (text: string) => framed(`${opening}"delta":{"content":"${text}"},"finish_reason":null}]}`);
const token = (index: number) => delta(tokenText(monotonicUs(), index));

function ending(tokens: number): string {
  const usage = `"usage":{"prompt_tokens":10,"completion_tokens":${tokens},"total_tokens":${tokens + 10}}}`;
  const finish = framed(`${opening}"delta":{},"finish_reason":"stop"}]}`);
  const spent = framed(`${opening.slice(0, opening.indexOf('[{"index"'))}[],${usage}`);
  return `${finish}${spent}${framed("[DONE]")}0\r\n\r\n`;
}

/** Writes up to `most` tokens in one write; false where the connection wants to be drained first. */
function emit(stream: Stream, most: number): boolean {
  const count = Math.min(most, stream.left);
  let chunk = "";
  for (let n = 0; n < count; n++) chunk += token(stream.index++);
  stream.left -= count;
  if (stream.left > 0) return stream.response.write(chunk, "latin1");
  if (stream.breaks) stream.response.write(chunk, "latin1", () => stream.response.destroy());
  else stream.response.end(chunk + (stream.last ? delta(stream.last) : "") + ending(stream.index), "latin1");
  return false;
}

function emitDue() {
  const now = performance.now();
  for (const stream of paced) {
    if (stream.due > now || stream.response.writableLength > LAG_BYTES) continue;
    // Faster than the timer ticks, a stream has several tokens due at once.
    const most = stream.period < SHORT_PERIOD_MS ? 1 + Math.floor((now - stream.due) / stream.period) : 1;
    stream.due += stream.period * most;
    emit(stream, most);
    if (stream.left === 0) paced.delete(stream);
  }
}

function emitBrisk() {
  for (const stream of brisk) {
    emit(stream, 1);
    if (stream.left === 0) brisk.delete(stream);
  }
  if (brisk.size > 0) setImmediate(emitBrisk);
}

function flood(stream: Stream) {
  if (stream.response.destroyed || stream.left === 0) return;
  if (emit(stream, FLOOD_TOKENS)) setImmediate(flood, stream);
  else stream.response.once("drain", () => flood(stream));
}

/** The first token leaves at once, so that what a server adds to it can be told; the second one at the stream's own phase. */
function begin(response: ServerResponse, { tokens, pace, say, fail }: Directive) {
  const breaks = fail === "cut";
  const left = breaks ? Math.ceil(tokens / 2) : tokens;
  const stream: Stream = { response, left, index: 0, due: 0, period: 0, last: say, breaks };
  if (pace === "idle") return;
  if (pace === "flood") return flood(stream);
  emit(stream, 1);
  if (pace === "brisk") {
    brisk.add(stream);
    if (brisk.size === 1) setImmediate(emitBrisk);
    return;
  }
  stream.period = 1000 / pace;
  stream.due = performance.now() + stream.period * (0.5 + ((opened * GOLDEN) % 1));
  paced.add(stream);
}

function release(response: ServerResponse) {
  open.delete(response);
  for (const set of [paced, brisk]) for (const stream of set) if (stream.response === response) set.delete(stream);
}

const server = createServer(async (request, response) => {
  const directive = directiveOf(await text(request));
  opened++;
  open.add(response);
  response.on("close", () => release(response));
  if (directive.fail === "refuse") return void response.writeHead(500).end();
  response.writeHead(200, { "content-type": "text/event-stream", "transfer-encoding": "chunked" });
  response.flushHeaders();
  if (directive.fail === "early") return void response.destroy();
  // From here on the chunks are framed here; the head has said that they would be.
  response.chunkedEncoding = false;
  begin(response, directive);
});

server.keepAliveTimeout = 60_000;
setInterval(emitDue, 1);
onParentGone(() => process.exit());
const port = await listenOnLoopback(server, 0);
answerAsks({ port: () => port, open: () => open.size });
