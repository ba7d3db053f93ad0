/**
 * A small application in front of ChatWait: it serves a page, and passes the page's questions on. This is where your log-in
 * would stand. Start ChatWait, then `node examples/event-source/server.ts`, and open http://127.0.0.1:8080.
 */
import { readFile } from "node:fs/promises";
import { createServer, type IncomingMessage, request, type ServerResponse } from "node:http";
import { pipeline } from "node:stream";

const chatWait = process.env["CHATWAIT_URL"] ?? "http://127.0.0.1:3000";
const port = Number(process.env["PORT"] ?? 8080);

const server = createServer((incoming, response) => {
  const { pathname } = new URL(incoming.url ?? "/", chatWait);
  if (pathname === "/") return void servePage(response);
  if (pathname === "/chat/streaming" && incoming.method === "GET") return passOn(incoming, response);
  response.writeHead(404).end();
});

async function servePage(response: ServerResponse) {
  const page = await readFile(new URL("index.html", import.meta.url));
  response.writeHead(200, { "content-type": "text/html; charset=utf-8" }).end(page);
}

function passOn(incoming: IncomingMessage, response: ServerResponse) {
  // Whoever is not logged in gets a 401 here.
  const { accept = "*/*", "last-event-id": lastEventId } = incoming.headers;
  const headers = { accept, ...(typeof lastEventId === "string" ? { "last-event-id": lastEventId } : {}) };
  const call = request(new URL(incoming.url ?? "/", chatWait), { headers }, (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    // Unlike `pipe`, it ends the page's connection where ours breaks off, so that the page notices and resumes.
    pipeline(answer, response, () => {});
  });
  // The page has gone, and so has its reader. The answer is still being written, and can be resumed.
  response.on("close", () => call.destroy());
  call.on("error", () => (response.headersSent ? response.destroy() : response.writeHead(502).end()));
  call.end();
}

server.listen(port, "127.0.0.1", () => {
  const address = server.address();
  console.log(`http://127.0.0.1:${typeof address === "object" && address ? address.port : port}`);
});
