import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { begunStream, drivenServer } from "../testing/driven-server.ts";
import { freePort } from "../testing/free-port.ts";
import { unlessInstalled } from "../testing/installed.ts";
import { openStream, requestJson } from "../testing/sse-client.ts";

/** The proxies' configurations in deploy/, with the real programs in front of the real server. */

const deploy = join(import.meta.dirname, "../deploy");
const PUBLIC = "chat.example.com";

type Proxy = { url: string; origin: string };
type StartProxy = (t: TestContext, serverPort: number) => Promise<Proxy>;

const PROXIES: { name: string; skip: string | false; start: StartProxy }[] = [
  { name: "nginx", skip: unlessInstalled("nginx", "-v"), start: startNginx },
  { name: "Caddy", skip: unlessInstalled("caddy", "version"), start: startCaddy },
];

for (const { name, skip, start } of PROXIES) {
  test(`${name}, as deploy/ configures it, holds no token back and lets a cut stream go on`, { skip }, async (t) => {
    const server = await drivenServer(t, { CHATWAIT_TRUST_PROXY: "1", CHATWAIT_ALLOWED_HOSTS: PUBLIC });
    const proxy = await start(t, Number(new URL(server.url).port));
    // The model has said two tokens and goes on only when it is told: whoever holds them back would hold them for ever.
    const { stream, call, events } = await begunStream({ ...server, url: proxy.url }, { says: ["Hel", "lo"] });
    assert.equal(stream.headers["content-type"], "text/event-stream");
    assert.equal(stream.headers["content-encoding"], undefined);
    stream.cut();
    await server.readers(0);
    call.text(" there");
    call.finish();
    const rest = await openStream(`${proxy.url}/chat/streaming`, {
      headers: { "last-event-id": events.at(-1)?.id ?? "" },
    });
    const types = (await rest.rest()).map(({ type }) => type);
    assert.deepEqual(types, ["token", "message_end", "done"]);
  });

  test(`${name} lets the page's own requests in by the public name, and keeps other sites out`, { skip }, async (t) => {
    const server = await drivenServer(t, { CHATWAIT_TRUST_PROXY: "1", CHATWAIT_ALLOWED_HOSTS: PUBLIC });
    const proxy = await start(t, Number(new URL(server.url).port));
    const host = new URL(proxy.origin).host;
    const own = await requestJson(`${proxy.url}/models`, { headers: { host, origin: proxy.origin } });
    assert.equal(own.status, 200, own.text);
    const other = await requestJson(`${proxy.url}/models`, { headers: { host, origin: "https://evil.example" } });
    assert.equal(other.body.error_code, "origin_not_allowed");
  });

  test(`${name} leaves it to the server to say what is too large`, { skip }, async (t) => {
    const server = await drivenServer(t);
    const proxy = await start(t, Number(new URL(server.url).port));
    const body = { message: "Hi", instructions: "x".repeat(1_100_000) };
    const reply = await requestJson(`${proxy.url}/chat/wait`, { body });
    assert.equal(reply.body.error_code, "payload_too_large");
  });
}

async function startNginx(t: TestContext, serverPort: number): Promise<Proxy> {
  const port = await freePort();
  const folder = folderFor(t);
  const site = readFileSync(join(deploy, "nginx.conf"), "utf8")
    .replace("listen 80;", `listen 127.0.0.1:${port};`)
    .replace("127.0.0.1:3000", `127.0.0.1:${serverPort}`)
    .replace(`server_name ${PUBLIC};`, `server_name ${PUBLIC} 127.0.0.1;`);
  const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map(
    (kind) => `${kind}_temp_path ${folder}/${kind};`,
  );
  const paths = `pid ${folder}/pid; error_log stderr; daemon off; master_process off; events {}`;
  writeFileSync(join(folder, "nginx.conf"), `${paths}\nhttp { access_log off; ${temporary.join(" ")}\n${site}\n}\n`);
  await startProxy(t, port, "nginx", ["-p", folder, "-c", join(folder, "nginx.conf"), "-e", "stderr"]);
  return { url: `http://127.0.0.1:${port}`, origin: `http://${PUBLIC}:${port}` };
}

async function startCaddy(t: TestContext, serverPort: number): Promise<Proxy> {
  const port = await freePort();
  const folder = folderFor(t);
  const site = readFileSync(join(deploy, "Caddyfile"), "utf8")
    // Plain HTTP under any name: a certificate needs a name in the world.
    .replace(`${PUBLIC} {`, `http://:${port} {`)
    .replace("127.0.0.1:3000", `127.0.0.1:${serverPort}`);
  writeFileSync(join(folder, "Caddyfile"), `{\n\tadmin off\n\tauto_https off\n}\n${site}`);
  const environment = { HOME: folder, XDG_DATA_HOME: folder, XDG_CONFIG_HOME: folder };
  await startProxy(
    t,
    port,
    "caddy",
    ["run", "--adapter", "caddyfile", "--config", join(folder, "Caddyfile")],
    environment,
  );
  return { url: `http://127.0.0.1:${port}`, origin: `http://${PUBLIC}:${port}` };
}

function folderFor(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), "chatwait-proxy-"));
  mkdirSync(join(folder, "logs"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Starts it, and resolves once it answers; it ends with the test. */
async function startProxy(
  t: TestContext,
  port: number,
  program: string,
  args: string[],
  env: Record<string, string> = {},
) {
  const child = spawn(program, args, {
    env: { PATH: process.env["PATH"], ...env },
    stdio: ["ignore", "ignore", "pipe"],
  });
  let said = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    said += text;
  });
  const ended = new Promise<void>((resolve) => child.on("close", () => resolve()));
  t.after(async () => {
    child.kill("SIGKILL");
    await ended;
  });
  const answers = () =>
    fetch(`http://127.0.0.1:${port}/healthz`).then(
      ({ ok }) => ok,
      () => false,
    );
  for (let tries = 0; !(await answers()); tries++) {
    if (tries === 100 || child.exitCode !== null) throw new Error(`${program} does not answer: ${said}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
