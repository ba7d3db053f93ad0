import type { Server } from "node:http";
import type { AddressInfo } from "node:net";

/** Listens on loopback; resolves with the port. Port 0 takes a free one. */
export function listenOnLoopback(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen({ port, host: "127.0.0.1", backlog: 4096 }, () => resolve((server.address() as AddressInfo).port));
  });
}
