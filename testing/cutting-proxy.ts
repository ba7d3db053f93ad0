import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { type Exchange, exchangeOf } from "./proxy-exchange.ts";
import type { Treatment } from "./proxy-treatment.ts";

export type { Exchange } from "./proxy-exchange.ts";
export type { Ending, Place, Treatment } from "./proxy-treatment.ts";

/**
 * A proxy in front of a server, on loopback, that does what proxies and networks do wrong. Each request has a connection of
 * its own, on both sides.
 */
export type CuttingProxy = {
  /** Where the client finds the server: without a slash at the end. */
  readonly url: string;
  /** Every request so far, in the order in which they came. */
  readonly exchanges: readonly Exchange[];
  /** The request of that index, once it has come. */
  exchange(index: number): Promise<Exchange>;
  /** How requests that come from now on are treated. */
  treat(script: TreatmentScript): void;
  /** Cuts all that is open; by a reset unless told otherwise. */
  cut(how?: "fin" | "reset"): void;
  /** Refuses connections from now on; those that are open stay. */
  refuse(): void;
  /** Takes connections again, on the same port. */
  accept(): Promise<void>;
  /** How many requests are open, on either side. */
  open(): number;
  /** Ends everything. */
  close(): Promise<void>;
};

/** What is to be done to a request, given what it is. */
export type TreatmentScript = (exchange: Exchange) => Treatment;

/** Starts a proxy in front of the server at `target`. Without a script everything is passed on as it is. */
export async function startCuttingProxy(target: string, script: TreatmentScript = () => ({})): Promise<CuttingProxy> {
  const exchanges: Exchange[] = [];
  const open = new Set<Exchange>();
  const waiting: { index: number; found(exchange: Exchange): void }[] = [];
  let current = script;

  const http = createServer(async (incoming) => {
    const body = await bodyOf(incoming).catch(() => undefined);
    if (body === undefined) return;
    const { exchange, run } = exchangeOf(exchanges.length, incoming, body, target);
    exchanges.push(exchange);
    open.add(exchange);
    for (const { index, found } of waiting) if (index === exchange.index) found(exchange);
    await run(current(exchange));
    open.delete(exchange);
  });
  await listening(http, 0);
  const { port } = http.address() as AddressInfo;

  function cut(how?: "fin" | "reset") {
    for (const exchange of open) exchange.cut(how);
  }
  return {
    url: `http://127.0.0.1:${port}`,
    exchanges,
    exchange(index) {
      const found = exchanges[index];
      return found ? Promise.resolve(found) : new Promise((found) => waiting.push({ index, found }));
    },
    treat(next) {
      current = next;
    },
    cut,
    refuse: () => void http.close(),
    accept: () => listening(http, port),
    open: () => open.size,
    async close() {
      cut();
      const closed = http.listening ? new Promise((done) => http.close(done)) : undefined;
      http.closeAllConnections();
      await closed;
    },
  };
}

/** While nobody listens, the port may be lent to an outgoing connection: then once it is free again. */
async function listening(http: Server, port: number): Promise<void> {
  for (;;) {
    const error = await new Promise<NodeJS.ErrnoException | undefined>((settled) => {
      http.once("error", settled);
      http.listen(port, "127.0.0.1", () => {
        http.off("error", settled);
        settled(undefined);
      });
    });
    if (!error) return;
    if (error.code !== "EADDRINUSE") throw error;
    await sleep(5);
  }
}

async function bodyOf(incoming: IncomingMessage): Promise<string> {
  let text = "";
  for await (const part of incoming.setEncoding("utf8")) text += part;
  return text;
}
