import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { begunStream, drivenServer } from "../testing/driven-server.ts";
import { freePort } from "../testing/free-port.ts";
import { unlessInstalled } from "../testing/installed.ts";
import { checkMetricsShut, checkRefusals } from "../testing/nginx-refusals.ts";
import { startCaddy, startNginx } from "../testing/proxy-program.ts";
import { openStream, requestJson } from "../testing/sse-client.ts";

/** The proxies' configurations in deploy/, with the real programs in front of the real server. */

const deploy = join(import.meta.dirname, "../deploy");
const PUBLIC = "chat.example.com";

type Proxy = { url: string; origin: string };
type StartProxy = (t: TestContext, serverPort: number) => Promise<Proxy>;

const PROXIES: { name: string; skip: string | false; start: StartProxy }[] = [
  { name: "nginx", skip: unlessInstalled("nginx", "-v"), start: nginxBefore },
  { name: "Caddy", skip: unlessInstalled("caddy", "version"), start: caddyBefore },
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

  test(`${name} lets nobody wonder what was too large`, { skip }, async (t) => {
    const server = await drivenServer(t);
    const proxy = await start(t, Number(new URL(server.url).port));
    const body = { message: "Hi", instructions: "x".repeat(1_100_000) };
    const reply = await requestJson(`${proxy.url}/chat/wait`, { body });
    assert.equal(reply.status, 413, reply.text);
    assert.equal(reply.body.error_code, "payload_too_large");
    assert.ok(reply.body.request_id);
  });

  test(`${name} keeps metrics from the world`, { skip }, async (t) => {
    const server = await drivenServer(t);
    await checkMetricsShut((await start(t, Number(new URL(server.url).port))).url);
  });
}

test("nginx tells in ChatWait's form what it refuses itself", { skip: unlessInstalled("nginx", "-v") }, async (t) => {
  const server = await drivenServer(t);
  await checkRefusals((await nginxBefore(t, Number(new URL(server.url).port))).url);
});

async function nginxBefore(t: TestContext, serverPort: number): Promise<Proxy> {
  const port = await freePort();
  const site = readFileSync(join(deploy, "nginx.conf"), "utf8")
    .replace("listen 80;", `listen 127.0.0.1:${port};`)
    .replace("127.0.0.1:3000", `127.0.0.1:${serverPort}`)
    .replace(`server_name ${PUBLIC};`, `server_name ${PUBLIC} 127.0.0.1;`);
  await startNginx(t, site, port);
  return { url: `http://127.0.0.1:${port}`, origin: `http://${PUBLIC}:${port}` };
}

async function caddyBefore(t: TestContext, serverPort: number): Promise<Proxy> {
  const port = await freePort();
  const site = readFileSync(join(deploy, "Caddyfile"), "utf8")
    // Plain HTTP under any name: a certificate needs a name in the world.
    .replace(`${PUBLIC} {`, `http://:${port} {`)
    .replace("127.0.0.1:3000", `127.0.0.1:${serverPort}`);
  await startCaddy(t, `{\n\tadmin off\n\tauto_https off\n}\n${site}`, port);
  return { url: `http://127.0.0.1:${port}`, origin: `http://${PUBLIC}:${port}` };
}
