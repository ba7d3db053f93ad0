import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { freePort } from "./free-port.ts";
import type { Program } from "./program.ts";
import { startNginx } from "./proxy-program.ts";

const SITE = join(import.meta.dirname, "../deploy/nginx-several.conf");
const THREE_SERVERS = /( *server chatwait-\d:3000[^\n]*\n)+/;

/** nginx as deploy/ configures it in front of several, but in turn: each request goes to the next server. Gives its address. */
export async function startNginxBefore(t: TestContext, servers: readonly Program[]): Promise<string> {
  const port = await freePort();
  const upstreams = servers.map(({ url }) => `server ${new URL(url).host} max_fails=0;\n`).join("");
  const site = readFileSync(SITE, "utf8")
    .replace("listen 80;", `listen 127.0.0.1:${port};`)
    .replace("server_name chat.example.com;", "server_name 127.0.0.1;")
    .replace("least_conn;", "")
    .replace(THREE_SERVERS, upstreams);
  await startNginx(t, site, port);
  return `http://127.0.0.1:${port}`;
}
