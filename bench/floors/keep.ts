import { randomBytes } from "node:crypto";
import { Agent, createServer, request, type ServerResponse } from "node:http";
import { text } from "node:stream/consumers";
import { createParser } from "eventsource-parser";
import { listenOnLoopback } from "./listen.ts";

/**
 * Floor: the least that a resumable server does. It parses the model's stream, numbers each token, keeps its frame, and sends
 * it on; the generation goes on without its client, and a client that does not read waits at its place in the log. Nothing
 * is validated, timed, limited (but the log as a whole) or counted.
 * Environment: PORT, UPSTREAM_PORT; KEEP_FRAMING=plain leaves the framing of chunks to Node.
 */

/** The frames lie back to back in `bytes`, outside the garbage-collected heap. */
type Log = { id: string; seq: number; bytes: Buffer; size: number; fresh: string; text: string; ended: boolean };

/** As much as ChatWait keeps by default. */
const ALL_LOGS_BYTES = 512 * 1024 * 1024;
const FIRST_BYTES = 2048;

const byHand = process.env["KEEP_FRAMING"] !== "plain";
const agent = new Agent({ keepAlive: true });
const upstream = { host: "127.0.0.1", port: Number(process.env["UPSTREAM_PORT"]), agent };
const kept: Log[] = [];
let keptBytes = 0;

function createLog(): Log {
  const id = randomBytes(16).toString("hex");
  return { id, seq: 0, bytes: Buffer.allocUnsafeSlow(FIRST_BYTES), size: 0, fresh: "", text: "", ended: false };
}

function append(log: Log, type: string, fields: string) {
  const seq = ++log.seq;
  const frame = `id: ${log.id}.0.${seq}\nevent: ${type}\ndata: {"type":"${type}","seq":${seq},${fields}}\n\n`;
  const length = Buffer.byteLength(frame);
  if (log.size + length > log.bytes.length) {
    const grown = Buffer.allocUnsafeSlow(Math.max(2 * log.bytes.length, log.size + length));
    log.bytes.copy(grown, 0, 0, log.size);
    log.bytes = grown;
  }
  log.size += log.bytes.write(frame, log.size);
  log.fresh += frame;
  keptBytes += length;
}

function forgetOldest() {
  while (keptBytes > ALL_LOGS_BYTES && kept[0]?.ended) keptBytes -= kept.shift()?.size ?? 0;
}

/** Sends what the log has and the response has not, as one write a call. Returns that function. */
function reader(log: Log, response: ServerResponse): () => void {
  let sent = 0;
  let full = false;
  function send() {
    const { fresh, size } = log;
    log.fresh = "";
    if (full || response.destroyed) return;
    if (sent < size) {
      // Up to date but for what has just come, which is still at hand as text; else from the log.
      const length = Buffer.byteLength(fresh);
      const piece = size - sent === length ? fresh : log.bytes.toString("utf8", sent, size);
      full = !response.write(byHand ? `${(size - sent).toString(16)}\r\n${piece}\r\n` : piece);
      sent = size;
    }
    if (log.ended) response.end(byHand ? "0\r\n\r\n" : undefined);
  }
  response.on("drain", () => {
    full = false;
    send();
  });
  return send;
}

type Chunk = { choices: { delta: { content?: string }; finish_reason: string | null }[] };

function generate(log: Log, message: string, send: () => void) {
  const body = JSON.stringify({ model: "bench", stream: true, messages: [{ role: "user", content: message }] });
  const parser = createParser({
    onEvent({ data }) {
      if (data === "[DONE]") return;
      const content = (JSON.parse(data) as Chunk).choices[0]?.delta.content;
      if (content === undefined) return;
      log.text += content;
      append(log, "token", `"message_id":"${log.id}","text":${JSON.stringify(content)}`);
    },
  });
  const headers = { "content-type": "application/json", "content-length": Buffer.byteLength(body) };
  const call = request({ ...upstream, path: "/v1/chat/completions", method: "POST", headers }, (answer) => {
    answer.setEncoding("utf8");
    answer.on("data", (chunk: string) => {
      parser.feed(chunk);
      send();
    });
    answer.on("end", () => {
      append(log, "message_end", `"message_id":"${log.id}","content":${JSON.stringify(log.text)}`);
      append(log, "done", '"reason":"stop"');
      log.ended = true;
      send();
      forgetOldest();
    });
  });
  call.end(body);
}

const server = createServer(async (incoming, response) => {
  const { message } = JSON.parse(await text(incoming)) as { message: string };
  const log = createLog();
  kept.push(log);
  response.writeHead(200, { "content-type": "text/event-stream", "transfer-encoding": "chunked" });
  response.flushHeaders();
  if (byHand) response.chunkedEncoding = false;
  append(log, "start", `"stream_id":"${log.id}","kind":"chat"`);
  append(log, "message_start", `"message_id":"${log.id}","sender":"assistant","role":"assistant"`);
  const send = reader(log, response);
  send();
  generate(log, message, send);
});

await listenOnLoopback(server, Number(process.env["PORT"]));
