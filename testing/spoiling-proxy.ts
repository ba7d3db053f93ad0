import { createServer, type IncomingMessage, request, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { TestContext } from "node:test";
import { constants, createGzip } from "node:zlib";

/** What a proxy that was set up badly does to every response. */
export type Spoiling = {
  /** Passes a response on when it is whole. */
  buffers?: boolean;
  /** Passes on so many bytes at once, or the end. */
  blockBytes?: number;
  /** Compresses; whether each piece goes out at once. */
  gzip?: "flushed" | "held";
  /** Closes a connection over which nothing came for so long, ms. */
  idleMs?: number;
  /** Ends a stream after so many bytes. */
  cutAfter?: number;
  /** Headers that a request loses, and that a response gets. */
  strips?: readonly string[];
  sets?: Readonly<Record<string, string>>;
  /** Methods that are refused. */
  refuses?: readonly string[];
  /** Answers everything by itself. */
  answers?: { status: number; body: string; headers?: Record<string, string> };
};

/** Starts one in front of `target`; it ends with the test. @returns its URL */
export async function startSpoilingProxy(t: TestContext, target: string, spoiling: Spoiling = {}): Promise<string> {
  const { answers, refuses = [], strips = [] } = spoiling;
  const http = createServer((incoming, outgoing) => {
    if (answers) return void outgoing.writeHead(answers.status, answers.headers).end(answers.body);
    if (refuses.includes(incoming.method ?? "")) return void outgoing.writeHead(405).end();
    const headers = { ...incoming.headers };
    for (const name of strips) delete headers[name];
    const upstream = request(`${target}${incoming.url}`, { method: incoming.method, headers }, (response) =>
      passOn(response, outgoing, spoiling),
    );
    upstream.on("error", () => outgoing.destroy());
    outgoing.on("close", () => upstream.destroy());
    incoming.pipe(upstream);
  });
  await new Promise<void>((listening) => http.listen(0, "127.0.0.1", listening));
  t.after(() => {
    http.closeAllConnections();
    return new Promise((closed) => http.close(closed));
  });
  return `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
}

function passOn(response: IncomingMessage, outgoing: ServerResponse, spoiling: Spoiling): void {
  const { gzip, sets = {} } = spoiling;
  const isStream = response.headers["content-type"]?.startsWith("text/event-stream");
  const headers = {
    ...response.headers,
    ...(isStream ? sets : {}),
    ...(gzip && isStream ? { "content-encoding": "gzip" } : {}),
  };
  delete headers["transfer-encoding"];
  response.on("error", () => outgoing.destroy());
  outgoing.writeHead(response.statusCode ?? 502, headers);
  if (!isStream) return void response.pipe(outgoing);
  if (gzip) response.pipe(createGzip(gzip === "flushed" ? { flush: constants.Z_SYNC_FLUSH } : {})).pipe(outgoing);
  else spoil(response, outgoing, spoiling);
}

function spoil(
  response: IncomingMessage,
  outgoing: ServerResponse,
  { buffers, blockBytes = 1, idleMs, cutAfter }: Spoiling,
): void {
  let held = Buffer.alloc(0);
  let passed = 0;
  const cut = () => outgoing.destroy();
  let idle = idleMs === undefined ? undefined : setTimeout(cut, idleMs);
  response.on("data", (bytes: Buffer) => {
    if (idle) clearTimeout(idle);
    if (idleMs !== undefined) idle = setTimeout(cut, idleMs);
    held = Buffer.concat([held, bytes]);
    if (buffers || held.length < blockBytes) return;
    outgoing.write(held);
    passed += held.length;
    held = Buffer.alloc(0);
    if (cutAfter !== undefined && passed >= cutAfter) cut();
  });
  response.on("end", () => outgoing.end(held));
  outgoing.on("close", () => clearTimeout(idle));
}
