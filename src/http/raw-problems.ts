import { type IncomingMessage, type Server, type ServerResponse, STATUS_CODES } from "node:http";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { type Failure, failure, statusOf } from "../protocol/errors.ts";
import { errorBody } from "./problems.ts";

/**
 * Errors of HTTP itself. Node answers what it cannot parse with an empty body and some things not at all; here each gets the
 * same JSON as every other error, and then its connection closes.
 */

export type RawProblems = {
  newRequestId(): string;
  observe(problem: Failure): void;
};

/** How long a client that is told to stop may go on sending before its connection is closed for good, ms. */
const LINGER_MS = 2000;

/** Answers connections whose requests never become one. */
export function answerRawProblems(server: Server, { newRequestId, observe }: RawProblems): void {
  const refuse = (socket: Duplex, problem: Failure) => {
    observe(problem);
    writeProblem(socket, problem, newRequestId());
  };
  server.on("clientError", (error: NodeJS.ErrnoException & { rawPacket?: Buffer }, socket) => {
    if (error.code === "ECONNRESET" || !socket.writable || isAnswering(socket)) socket.destroy();
    else refuse(socket, problemOf(error));
  });
  server.on("connect", (_request, socket) => refuse(socket, failure("method_not_allowed")));
  server.on("checkExpectation", (request: IncomingMessage, response: ServerResponse) => {
    const problem = failure("invalid_request", 'The header "Expect" may only be 100-continue here.');
    observe(problem);
    const body = Buffer.from(JSON.stringify(errorBody(problem, newRequestId())));
    response.writeHead(400, { ...HEADERS, "content-length": body.length, connection: "close" }).end(body);
    request.resume();
  });
}

const HEADERS = { "content-type": "application/json; charset=utf-8", "cache-control": "no-store" };

/** Another response is on its way over this connection: nothing may be written into its middle. */
function isAnswering(socket: Duplex): boolean {
  const current = (socket as Socket & { _httpMessage?: ServerResponse })._httpMessage;
  return current?.headersSent === true && !current.writableFinished;
}

function writeProblem(socket: Duplex, problem: Failure, requestId: string) {
  const status = statusOf(problem.code);
  const body = JSON.stringify(errorBody(problem, requestId));
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    ...Object.entries(HEADERS).map(([name, value]) => `${name}: ${value}`),
    `content-length: ${Buffer.byteLength(body)}`,
    ...(status === 405 ? ["allow: DELETE, GET, PATCH, POST"] : []),
    "connection: close",
  ];
  socket.end(`${head.join("\r\n")}\r\n\r\n${body}`);
  lingerOver(socket);
}

/** Reads on for a moment: to close a connection with unread bytes resets it, and the client may lose the answer. */
export function lingerOver(socket: Duplex) {
  socket.on("error", () => socket.destroy());
  socket.resume();
  const timer = setTimeout(() => socket.destroy(), LINGER_MS).unref();
  socket.once("close", () => clearTimeout(timer));
}

function problemOf(error: NodeJS.ErrnoException & { rawPacket?: Buffer }): Failure {
  switch (error.code) {
    case "ERR_HTTP_REQUEST_TIMEOUT":
      return failure("request_timeout");
    case "HPE_HEADER_OVERFLOW":
      return failure(isLongUrl(error.rawPacket) ? "uri_too_long" : "headers_too_large");
    case "HPE_CHUNK_EXTENSIONS_OVERFLOW":
      return failure("payload_too_large", "The extensions of the body's chunks are too long. Leave them out.");
    default:
      return failure("invalid_request", "This is not a valid HTTP request.");
  }
}

/** The parser gives up at the same limit for both; the first line tells which it was. */
function isLongUrl(packet?: Buffer): boolean {
  const lineEnd = packet?.indexOf("\r\n") ?? 0;
  return lineEnd < 0 || lineEnd > LONGEST_URL;
}

/** In bytes. */
export const LONGEST_URL = 8 * 1024;
export const LONGEST_HEADERS = 16 * 1024;
