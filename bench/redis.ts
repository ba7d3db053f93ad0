import type { ChildProcess } from "node:child_process";
import { execFileSync } from "node:child_process";
import { connect } from "node:net";
import { startServer } from "./child.ts";
import { freePort, listening } from "./patience.ts";

/** A Redis that one fleet of servers shares. It keeps nothing on disk. */
export type BenchRedis = { child: ChildProcess; url: string; info(): Promise<RedisInfo> };

/** What Redis tells of itself, in bytes: its memory now, and what has gone over its connections so far. */
export type RedisInfo = { memory: number; received: number; sent: number };

const START_MS = 10_000;

export async function startRedis(dir: string): Promise<BenchRedis> {
  const port = await freePort();
  const settings = ["--port", String(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", dir];
  const child = startServer("redis-server", settings);
  await listening(child, port, START_MS);
  return { child, url: `redis://127.0.0.1:${port}`, info: () => infoOf(port) };
}

export function redisMissing(): string | undefined {
  try {
    execFileSync("redis-server", ["--version"], { stdio: "ignore" });
    return undefined;
  } catch {
    return "redis-server is not installed";
  }
}

/** https://redis.io/docs/latest/commands/info/ */
async function infoOf(port: number): Promise<RedisInfo> {
  const socket = connect(port, "127.0.0.1");
  socket.write("INFO\r\nQUIT\r\n");
  let text = "";
  for await (const piece of socket.setEncoding("utf8")) text += piece;
  const value = (name: string) => Number(new RegExp(`^${name}:(\\d+)`, "m").exec(text)?.[1]);
  return {
    memory: value("used_memory"),
    received: value("total_net_input_bytes"),
    sent: value("total_net_output_bytes"),
  };
}
