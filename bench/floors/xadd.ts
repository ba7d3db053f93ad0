import { Agent, createServer, request } from "node:http";
import { connect } from "node:net";
import { listenOnLoopback } from "./listen.ts";

/**
 * Floor for servers that share: pipe, and for each token a bare XADD of what ChatWait writes for one, in one write every 5 ms over
 * a plain socket. Nothing waits for the answers, and nothing is looked at: it is what Redis takes to keep a token.
 * Environment: PORT, UPSTREAM_PORT, REDIS_URL.
 */
const agent = new Agent({ keepAlive: true });
const upstream = { host: "127.0.0.1", port: Number(process.env["UPSTREAM_PORT"]), agent };
const redis = connect({ port: Number(new URL(process.env["REDIS_URL"] ?? "").port), noDelay: true }).resume();

const LEAVING_MS = 5;
const TEXT = "~1234567890123:123;";
let streams = 0;
let commands = "";

const bulk = (text: string) => `$${text.length}\r\n${text}\r\n`;

function adding(key: string, seq: number): string {
  const event = JSON.stringify({ type: "token", seq, message_id: "abcdefghijkl", text: TEXT });
  return `*6\r\n${["xadd", key, "NOMKSTREAM", `0-${seq}`, "e", event].map(bulk).join("")}`;
}

function leave() {
  if (commands !== "") redis.write(commands);
  commands = "";
}

/** The log of one more stream, which begins with an entry, for the others are only added where it is. */
function openLog(): () => void {
  const key = `chatwait:{abcdefghijklmnop${String(streams++).padStart(6, "0")}}:log`;
  let seq = 1;
  commands += `*5\r\n${["xadd", key, "0-1", "e", "{}"].map(bulk).join("")}`;
  return () => {
    commands += adding(key, ++seq);
  };
}

const server = createServer((incoming, response) => {
  const headers = { "content-type": "application/json" };
  const add = openLog();
  const call = request({ ...upstream, path: "/v1/chat/completions", method: "POST", headers }, (answer) => {
    response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-cache" });
    response.flushHeaders();
    // The model writes each token by itself.
    answer.on("data", add).pipe(response);
  });
  call.on("error", () => response.destroy());
  response.on("close", () => call.destroy());
  incoming.pipe(call);
});

setInterval(leave, LEAVING_MS);
await listenOnLoopback(server, Number(process.env["PORT"]));
