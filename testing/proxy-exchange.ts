import type { IncomingHttpHeaders, IncomingMessage } from "node:http";
import type { Socket } from "node:net";
import { ask, hasChunks, headOf, pageOf } from "./proxy-heads.ts";
import { type Ending, placeIn, type Treatment, treated } from "./proxy-treatment.ts";

/** One request as it came, and what was done with it. */
export type Exchange = {
  readonly index: number;
  readonly method: string;
  /** With its query. */
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  readonly treatment: Treatment;
  /**
   * In order: `lost`, `page N` or `asked`, then the server's status, an ending as `stall at N`, and what came of it: `whole`,
   * `left` by the client, `failed` by the server.
   */
  readonly did: readonly string[];
  /** Bytes passed on so far. */
  readonly passed: number;
  /** Stalls from now on. */
  stall(): void;
  /** Ends a stall. */
  goOn(): void;
  cut(how?: "fin" | "reset"): void;
};

/** The request, and what is to be run to answer it; that ends when nothing of it is open any more. */
export type Run = { exchange: Exchange; run(treatment: Treatment): Promise<void> };

export function exchangeOf(index: number, incoming: IncomingMessage, body: string, target: string): Run {
  const { method = "GET", url: path = "/", headers } = incoming;
  const did: string[] = [];
  const upstream = new AbortController();
  let stalled: PromiseWithResolvers<void> | undefined;
  let treatment: Treatment = {};
  // From here on the client's end is the proxy's own doing, or none of the server's business.
  let isParted = false;
  const client = clientSide(incoming.socket, () => {
    goOn();
    if (isParted) return;
    did.push("left");
    upstream.abort();
  });

  function cut(how: "fin" | "reset" = "reset") {
    isParted = true;
    client.end(how);
    upstream.abort();
    goOn();
  }

  function stall() {
    did.push(`stall at ${client.passed().length}`);
    // Whoever has gone would never end it.
    if (client.isThere()) stalled = Promise.withResolvers();
  }

  function goOn() {
    stalled?.resolve();
    stalled = undefined;
  }

  async function end(how: Ending) {
    if (how === "stall") return stall();
    did.push(`${how} at ${client.passed().length}`);
    isParted = true;
    if (how === "server-gone") {
      upstream.abort();
      return client.left;
    }
    if (how === "client-gone") return client.end("reset");
    cut(how);
  }

  async function passOn(packets: AsyncIterable<Uint8Array>) {
    let { ending } = treatment;
    for await (const bytes of packets) {
      await stalled?.promise;
      const passed = client.passed();
      const place = ending && placeIn(passed + Buffer.from(bytes).toString("latin1"), ending.after);
      if (!ending || place === undefined) {
        await client.write(bytes);
        continue;
      }
      await client.write(bytes.subarray(0, place - passed.length));
      await end(ending.how);
      ending = undefined;
      await stalled?.promise;
      await client.write(bytes.subarray(place - passed.length));
    }
  }

  async function answer() {
    did.push("asked");
    const response = await ask(target + path, { method, headers, body, signal: upstream.signal });
    did.push(String(response.statusCode));
    const isChunked = hasChunks(method, response, treatment);
    await passOn(treated(headOf(response, isChunked), response, treatment, isChunked));
  }

  async function run(given: Treatment) {
    treatment = given;
    if (given.lost) {
      did.push("lost");
      return cut("reset");
    }
    if (given.page === undefined) await answer().catch(failed);
    else {
      did.push(`page ${given.page}`);
      await client.write(Buffer.from(pageOf(given.page)));
    }
    if (!isParted && client.isThere()) did.push("whole");
    isParted = true;
    client.end("fin");
  }

  function failed() {
    if (isParted || !client.isThere()) return;
    did.push("failed");
    cut("reset");
  }

  const exchange: Exchange = {
    ...{ index, method, path, headers, body, did, cut, stall, goOn },
    get treatment() {
      return treatment;
    },
    get passed() {
      return client.passed().length;
    },
  };
  return { exchange, run };
}

/** The connection to the client, whose bytes are written as they are. */
function clientSide(socket: Socket, gone: () => void) {
  const { promise: left, resolve: leave } = Promise.withResolvers<void>();
  let passed = "";
  socket.setNoDelay(true);
  // Told of by "close".
  socket.on("error", () => {});
  const leaving = () => {
    leave();
    gone();
  };
  // Whoever went while the request was read closes no second time.
  if (socket.destroyed) queueMicrotask(leaving);
  else socket.on("close", leaving);
  return {
    left,
    passed: () => passed,
    isThere: () => socket.writable,
    /** Resolves once the bytes are the network's, or there is nobody to take them. */
    async write(bytes: Uint8Array) {
      if (!socket.writable || bytes.length === 0) return;
      passed += Buffer.from(bytes).toString("latin1");
      await new Promise<void>((flushed) => socket.write(bytes, () => flushed()));
    },
    end(how: "fin" | "reset") {
      if (how === "fin") socket.end();
      else socket.resetAndDestroy();
    },
  };
}
