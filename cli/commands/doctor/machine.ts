import { access, constants, stat } from "node:fs/promises";
import { createServer } from "node:net";
import { dirname, resolve } from "node:path";
import { type Finding, finding } from "./finding.ts";

/** What the server needs of this machine: a folder and a port. Nothing is written. */

export async function checkDataDir(dir: string, cwd: string): Promise<Finding> {
  const path = resolve(cwd, dir);
  const at = await nearest(path);
  const problem = await problemOf(at);
  if (problem === undefined) {
    return finding(
      "data",
      "ok",
      at === path ? `The data folder ${dir} can be written.` : `The data folder ${dir} can be made.`,
    );
  }
  return finding(
    "data",
    "fail",
    `The data folder ${dir} cannot be used: ${problem}.`,
    "Set CHATWAIT_DATA_DIR to a folder that this user can write.",
  );
}

async function problemOf(path: string): Promise<string | undefined> {
  if (!(await stat(path)).isDirectory()) return "it is no folder";
  return access(path, constants.W_OK | constants.X_OK).then(
    () => undefined,
    () => "this user may not write there",
  );
}

/** The path itself, else the part of it that exists. */
async function nearest(path: string): Promise<string> {
  const exists = await stat(path).then(
    () => true,
    () => false,
  );
  const parent = dirname(path);
  return exists || parent === path ? path : nearest(parent);
}

/** What a ChatWait server says of itself. */
export type ServerFacts = { version: string; models: readonly string[]; defaultModel: string };

export type PortDeps = {
  /** Asks who answers at an address: undefined where it is no ChatWait server, or nobody. */
  identify(url: string): Promise<ServerFacts | undefined>;
  /** Tries to listen, and stops again; the system's error code where that is not possible. */
  listen(host: string, port: number): Promise<string | undefined>;
};

/** Whether the port is free, else who has it. */
export async function checkPort(host: string, port: number, { identify, listen }: PortDeps): Promise<Finding> {
  if (port === 0) return finding("port", "ok", "PORT is 0: any free port is taken.");
  const code = await listen(host, port);
  if (code === undefined) return finding("port", "ok", `Port ${port} of ${host} is free.`);
  if (code !== "EADDRINUSE") return finding("port", "fail", ...cannotListen(host, port, code));
  const facts = await identify(addressOf(host, port));
  if (facts)
    return finding(
      "port",
      "ok",
      `A ChatWait server has port ${port} (version ${facts.version}, ${facts.defaultModel}).`,
    );
  return finding(
    "port",
    "fail",
    `Port ${port} of ${host} is taken by another program.`,
    "Stop that one, or choose another port: chatwait serve --port 3001",
  );
}

/** Where the server of these settings is called from this machine. */
export const addressOf = (host: string, port: number): string => `http://${reachable(host)}:${port}`;

/** An address on which one can listen is not always one that can be called. */
function reachable(host: string): string {
  if (host === "0.0.0.0") return "127.0.0.1";
  if (host === "::") return "[::1]";
  return host.includes(":") ? `[${host}]` : host;
}

function cannotListen(host: string, port: number, code: string): [title: string, advice: string] {
  if (code === "EACCES")
    return [
      `This user may not listen on port ${port}.`,
      "Choose a port from 1024 on, and put a proxy in front for 80 and 443.",
    ];
  if (code === "EADDRNOTAVAIL")
    return [`${host} is no address of this machine.`, "Set HOST to 127.0.0.1, or to 0.0.0.0 for all of its addresses."];
  if (code === "ENOTFOUND" || code === "EAI_AGAIN")
    return [`The name ${host} is not known.`, "Set HOST to an address such as 127.0.0.1."];
  return [
    `Listening on ${host}:${port} is not possible (${code}).`,
    "Set HOST and PORT to an address of this machine and a free port.",
  ];
}

export function tryListen(host: string, port: number): Promise<string | undefined> {
  return new Promise((done) => {
    const server = createServer();
    server.on("error", (error: NodeJS.ErrnoException) => done(error.code ?? "unknown"));
    server.listen({ host, port, exclusive: true }, () => server.close(() => done(undefined)));
  });
}
