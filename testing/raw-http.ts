import { connect, type Socket } from "node:net";

/** One response as it came over a raw connection. `json` is undefined where the body is none. */
export type RawResponse = {
  status: number;
  /** By lower-case name. */
  headers: Record<string, string>;
  body: string;
  // biome-ignore lint/suspicious/noExplicitAny: a test says what it expects by asserting it
  json: any;
};

/** A TCP connection to a server, for what an HTTP client would never send. */
export type RawConnection = {
  readonly socket: Socket;
  /** Everything so far. */
  readonly text: string;
  send(...pieces: (string | Uint8Array)[]): void;
  /** The next whole response; `method` says whether it can have a body. Rejects where the connection closes before. */
  response(method?: string): Promise<RawResponse>;
  /** Resolves once what came matches. */
  seen(pattern: RegExp): Promise<void>;
  /** Resolves once the server has closed the connection, in order or not. */
  readonly closed: Promise<void>;
  destroy(): void;
};

/** Connects to the server at `url`, like `http://127.0.0.1:3000`. A test that hangs is ended by the runner. */
export async function openRaw(url: string): Promise<RawConnection> {
  const { hostname, port } = new URL(url);
  const socket = connect({ host: hostname.replace(/^\[|\]$/g, ""), port: Number(port) });
  const { promise: closed, resolve: close } = Promise.withResolvers<void>();
  let parts: Buffer[] = [];
  let taken = 0;
  let over = false;
  let wakers: (() => void)[] = [];
  const wake = () => {
    for (const waker of wakers.splice(0)) waker();
  };
  const end = () => {
    over = true;
    close();
    wake();
  };
  socket.on("data", (bytes) => {
    parts.push(bytes);
    wake();
  });
  // A reset is one way of closing.
  socket.on("error", () => {});
  socket.on("end", end).on("close", end);
  await new Promise<void>((resolve) => socket.once("connect", resolve));

  /** Joined when it is looked at, for megabytes come in thousands of parts. */
  function received(): Buffer {
    parts = [Buffer.concat(parts)];
    return parts[0] as Buffer;
  }

  async function until<T>(find: () => T | undefined): Promise<T> {
    for (;;) {
      const found = find();
      if (found !== undefined) return found;
      if (over) throw new Error(`The connection closed after: ${received().toString("latin1").slice(-300)}`);
      await new Promise<void>((resolve) => {
        wakers = [...wakers, resolve];
      });
    }
  }

  return {
    socket,
    closed,
    get text() {
      return received().toString();
    },
    send(...pieces) {
      for (const piece of pieces) socket.write(piece);
    },
    async response(method = "GET") {
      const { response, bytes } = await until(() => parseResponse(received().subarray(taken), method, over));
      taken += bytes;
      return response;
    },
    async seen(pattern) {
      await until(() => (pattern.test(received().toString()) ? true : undefined));
    },
    destroy: () => void socket.destroy(),
  };
}

/** The head of a request: its line and headers, with the empty line that ends them. */
export const head = (...lines: string[]): string => `${lines.join("\r\n")}\r\n\r\n`;

/** A whole POST of JSON. `more` are lines of headers. */
export function jsonPost(path: string, body: unknown, ...more: string[]): string {
  const text = JSON.stringify(body);
  const length = `Content-Length: ${Buffer.byteLength(text)}`;
  return head(`POST ${path} HTTP/1.1`, "Host: localhost", "Content-Type: application/json", length, ...more) + text;
}

type Parsed = { response: RawResponse; bytes: number };

/** The first response of the bytes; undefined while it is not whole. */
function parseResponse(bytes: Buffer, method: string, over: boolean): Parsed | undefined {
  const headEnd = bytes.indexOf("\r\n\r\n");
  if (headEnd < 0) return undefined;
  const [line = "", ...fields] = bytes.toString("latin1", 0, headEnd).split("\r\n");
  const headers = Object.fromEntries(
    fields.map((field) => [
      field.slice(0, field.indexOf(":")).toLowerCase(),
      field.slice(field.indexOf(":") + 1).trim(),
    ]),
  );
  const status = Number(/^HTTP\/1\.1 (\d{3}) /.exec(`${line} `)?.[1]);
  // An interim response is followed by the one that counts.
  if (status === 100) {
    const next = parseResponse(bytes.subarray(headEnd + 4), method, over);
    return next && { ...next, bytes: next.bytes + headEnd + 4 };
  }
  const rest = bytes.subarray(headEnd + 4);
  const content = method === "HEAD" || status === 204 ? { body: "", bytes: 0 } : contentOf(rest, headers, over);
  if (!content) return undefined;
  const isJson = headers["content-type"]?.startsWith("application/json") && content.body !== "";
  const json = isJson ? JSON.parse(content.body) : undefined;
  return { response: { status, headers, body: content.body, json }, bytes: headEnd + 4 + content.bytes };
}

type Content = { body: string; bytes: number };

/** By its length, by its chunks, or until the connection ends (RFC 9112, section 6.3). */
function contentOf(rest: Buffer, headers: Record<string, string>, over: boolean): Content | undefined {
  if (headers["transfer-encoding"] === "chunked") return chunks(rest);
  const length = headers["content-length"];
  if (length === undefined) return over ? { body: rest.toString(), bytes: rest.length } : undefined;
  const bytes = Number(length);
  return rest.length < bytes ? undefined : { body: rest.toString("utf8", 0, bytes), bytes };
}

function chunks(rest: Buffer): Content | undefined {
  const parts: Buffer[] = [];
  for (let at = 0; ; ) {
    const lineEnd = rest.indexOf("\r\n", at);
    if (lineEnd < 0) return undefined;
    const size = Number.parseInt(rest.toString("latin1", at, lineEnd), 16);
    const next = lineEnd + 2 + size + 2;
    if (!(rest.length >= next)) return undefined;
    if (size === 0) return { body: Buffer.concat(parts).toString(), bytes: next };
    parts.push(rest.subarray(lineEnd + 2, next - 2));
    at = next;
  }
}
