import type { ChildProcess } from "node:child_process";
import { connect, createServer } from "node:net";

/** Waiting for processes and sockets, each time within a limit. */

export const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

/** Looks again and again whether it is so; false when it was not within `ms`. */
export async function within(ms: number, isSo: () => boolean | Promise<boolean>): Promise<boolean> {
  const deadline = performance.now() + ms;
  while (!(await isSo())) {
    if (performance.now() > deadline) return false;
    await pause(20);
  }
  return true;
}

/** A port of loopback that was free a moment ago. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer().once("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === "object" && address ? address.port : 0));
    });
  });
}

/** Resolves when a server takes connections; fails when it ended or did not within `ms`. */
export async function listening(server: ChildProcess, port: number, ms: number) {
  const isReady = await within(ms, () => {
    if (server.exitCode !== null) throw new Error(`The server ended at its start, with exit code ${server.exitCode}.`);
    return accepts(port);
  });
  if (!isReady) throw new Error(`The server did not listen within ${ms / 1000} s.`);
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    const settle = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket.on("connect", () => settle(true)).on("error", () => settle(false));
  });
}
