import type { AddressInfo } from "node:net";
import { connect, createServer, type Socket } from "node:net";

/** A port in front of another, whose line can be severed: bytes then stand still on both sides, and no connection is closed. */
export type SeverablePort = {
  readonly port: number;
  sever(): void;
  mend(): void;
  /** Connections that are made from now on lead to another port. */
  retarget(port: number): void;
  close(): Promise<void>;
};

export async function startSeverablePort(firstTarget: number): Promise<SeverablePort> {
  const sockets = new Set<Socket>();
  let target = firstTarget;
  let isSevered = false;
  const hold = (socket: Socket) => (isSevered ? socket.pause() : socket.resume());
  const server = createServer((near) => {
    const far = connect(target, "127.0.0.1");
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(from);
      from.on("data", (bytes) => to.write(bytes));
      from.on("error", () => {});
      from.on("close", () => {
        sockets.delete(from);
        to.destroy();
      });
      hold(from);
    }
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const change = (severed: boolean) => {
    isSevered = severed;
    for (const socket of sockets) hold(socket);
  };
  return {
    port: (server.address() as AddressInfo).port,
    sever: () => change(true),
    mend: () => change(false),
    retarget(port) {
      target = port;
    },
    async close() {
      const closed = new Promise((done) => server.close(done));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}
