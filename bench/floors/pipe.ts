import { Agent, createServer, request } from "node:http";
import { listenOnLoopback } from "./listen.ts";

/**
 * Floor: bytes piped from the model to the client, unread. It can resume nothing; it is what Node takes to move a token.
 * Environment: PORT, UPSTREAM_PORT.
 */
const agent = new Agent({ keepAlive: true });
const upstream = { host: "127.0.0.1", port: Number(process.env["UPSTREAM_PORT"]), agent };

const server = createServer((incoming, response) => {
  const headers = { "content-type": "application/json" };
  const call = request({ ...upstream, path: "/v1/chat/completions", method: "POST", headers }, (answer) => {
    response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-cache" });
    response.flushHeaders();
    answer.pipe(response);
  });
  call.on("error", () => response.destroy());
  response.on("close", () => call.destroy());
  incoming.pipe(call);
});

await listenOnLoopback(server, Number(process.env["PORT"]));
