import { type IncomingHttpHeaders, type IncomingMessage, request as requestOf, STATUS_CODES } from "node:http";
import type { Treatment } from "./proxy-treatment.ts";

type Asking = { method: string; headers: IncomingHttpHeaders; body: string; signal: AbortSignal };

/** Asks the server; the answer's body is yet to come. */
export function ask(url: string, { method, headers: given, body, signal }: Asking): Promise<IncomingMessage> {
  const { connection: _, "transfer-encoding": __, ...headers } = given;
  return new Promise((resolve, reject) => {
    const outgoing = requestOf(url, { method, headers, signal, agent: false });
    outgoing.once("response", resolve);
    outgoing.on("error", reject);
    outgoing.end(body);
  });
}

/** The response is sent on in chunks: its body may be long, and nothing else says where it ends. */
export const hasChunks = (method: string, { statusCode, headers }: IncomingMessage, { bare = false }: Treatment) =>
  !bare && method !== "HEAD" && statusCode !== 204 && statusCode !== 304 && headers["content-length"] === undefined;

const OWN = ["connection", "keep-alive", "transfer-encoding"];

/** The head as it is sent on: the server's, but for what is of one connection. */
export function headOf({ statusCode = 502, rawHeaders }: IncomingMessage, isChunked: boolean): string {
  const lines = [`HTTP/1.1 ${statusCode} ${STATUS_CODES[statusCode]}`];
  for (let at = 0; at < rawHeaders.length; at += 2) {
    if (!OWN.includes(`${rawHeaders[at]}`.toLowerCase())) lines.push(`${rawHeaders[at]}: ${rawHeaders[at + 1]}`);
  }
  if (isChunked) lines.push("Transfer-Encoding: chunked");
  return [...lines, "Connection: close", "", ""].join("\r\n");
}

/** A whole response, as proxies make them. */
export function pageOf(status: number): string {
  const page = `<html>\r\n<head><title>${status} ${STATUS_CODES[status]}</title></head>\r\n<body></body>\r\n</html>\r\n`;
  const head = [`HTTP/1.1 ${status} ${STATUS_CODES[status]}`, "Content-Type: text/html", "Connection: close"];
  return [...head, `Content-Length: ${page.length}`, "", page].join("\r\n");
}
