import http, { type IncomingHttpHeaders } from "node:http";
import https from "node:https";
import type { Readable } from "node:stream";
import { createBrotliDecompress, createGunzip, createInflate, constants as zlib } from "node:zlib";

/** HTTP as it arrives, byte by byte: what a proxy does to a stream must not be smoothed over by a comfortable client. */

export type RawRequest = {
  method?: string;
  headers?: Readonly<Record<string, string>>;
  /** Sent as JSON. */
  body?: unknown;
  signal?: AbortSignal;
};

export type RawReply = { status: number; headers: IncomingHttpHeaders; body: Readable };

/** As a browser asks, so that whoever likes to compress does. */
const ACCEPT_ENCODING = "gzip, deflate, br";

/** Sends a request; resolves with its head. Rejects with the system's error where there is none. */
export function openRaw(
  url: string,
  { method = "GET", headers = {}, body, signal }: RawRequest = {},
): Promise<RawReply> {
  const text = body === undefined ? undefined : JSON.stringify(body);
  const own = {
    "accept-encoding": ACCEPT_ENCODING,
    ...(text === undefined ? {} : { "content-type": "application/json", "content-length": Buffer.byteLength(text) }),
  };
  return new Promise((resolve, reject) => {
    const { request } = url.startsWith("https:") ? https : http;
    const sent = request(url, { method, headers: { ...own, ...headers }, ...(signal ? { signal } : {}) }, (message) => {
      resolve({
        status: message.statusCode ?? 0,
        headers: message.headers,
        body: decoded(message, message.headers["content-encoding"]),
      });
    });
    sent.on("error", reject);
    sent.end(text);
  });
}

/** What has been flushed is handed on at once: a piece that arrived is a piece that was read. */
function decoded(message: Readable, encoding: string | undefined): Readable {
  const gzip = { flush: zlib.Z_SYNC_FLUSH, finishFlush: zlib.Z_SYNC_FLUSH };
  const brotli = { flush: zlib.BROTLI_OPERATION_FLUSH, finishFlush: zlib.BROTLI_OPERATION_FLUSH };
  const through =
    encoding === "gzip"
      ? createGunzip(gzip)
      : encoding === "deflate"
        ? createInflate(gzip)
        : encoding === "br"
          ? createBrotliDecompress(brotli)
          : undefined;
  if (!through) return message;
  message.on("error", (error) => through.destroy(error));
  return message.pipe(through);
}

export type JsonReply = { status: number; headers: IncomingHttpHeaders; json: unknown };

const MOST_BYTES = 8 * 2 ** 20;

/** The same, with its whole body as JSON; undefined where it is none. */
export async function requestRaw(url: string, request: RawRequest = {}): Promise<JsonReply> {
  const { status, headers, body } = await openRaw(url, {
    ...request,
    headers: { accept: "application/json", ...request.headers },
  });
  let text = "";
  for await (const part of body.setEncoding("utf8")) {
    text += part;
    if (text.length > MOST_BYTES) break;
  }
  return { status, headers, json: jsonOf(text) };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
