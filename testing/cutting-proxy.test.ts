import assert from "node:assert/strict";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { describe, type TestContext, test } from "node:test";
import { type CuttingProxy, startCuttingProxy, type Treatment } from "./cutting-proxy.ts";
import { until } from "./until.ts";

const frame = (n: number) => `id: s.0.${n}\nevent: token\ndata: {"type":"token","seq":${n},"text":"é😀"}\n\n`;
const FRAMES = [1, 2, 3, 4, 5].map(frame);
const BODY = `retry: 1000\n\n${FRAMES.join("")}`;

type Upstream = {
  url: string;
  asked: string[];
  /** How many clients went before the end. */
  left: number;
  /** Goes to whoever reads at `/endless`. */
  push(text: string): void;
};

/** Answers a POST with what was posted, and a GET with a stream of five frames; at `/endless` it then stays open. */
async function upstream(t: TestContext): Promise<Upstream> {
  const seen = { asked: [] as string[], left: 0, push: (_text: string) => {} };
  const http = createServer(async (request: IncomingMessage, response: ServerResponse) => {
    seen.asked.push(`${request.method} ${request.url}`);
    response.on("close", () => {
      if (!response.writableFinished) seen.left++;
    });
    if (request.method === "POST") {
      const parts = await Array.fromAsync(request.setEncoding("utf8"));
      response.end(parts.join(""));
      return;
    }
    response.sendDate = false;
    response.writeHead(200, { "content-type": "text/event-stream", "x-request-id": "r1" });
    response.write("retry: 1000\n\n");
    for (const frame of FRAMES) response.write(frame);
    if (request.url === "/endless") seen.push = (text) => void response.write(text);
    else response.end();
  });
  await new Promise<void>((listening) => http.listen(0, "127.0.0.1", listening));
  t.after(() => {
    http.closeAllConnections();
    http.close();
  });
  return Object.assign(seen, { url: `http://127.0.0.1:${(http.address() as AddressInfo).port}` });
}

async function rig(t: TestContext, treatment: Treatment = {}): Promise<{ server: Upstream; proxy: CuttingProxy }> {
  const server = await upstream(t);
  const proxy = await startCuttingProxy(server.url, () => treatment);
  t.after(() => proxy.close());
  return { server, proxy };
}

type Raw = { text: string; packets: number; ended: "open" | "fin" | "reset" };

/** Sends a GET and looks at what comes, to the byte; it goes on growing until the connection has ended. */
function raw({ url }: CuttingProxy, path = "/"): { got: Raw; leave(): void } {
  const got: Raw = { text: "", packets: 0, ended: "open" };
  const socket = connect(Number(new URL(url).port), "127.0.0.1");
  socket.on("data", (bytes) => {
    got.text += bytes.toString("latin1");
    got.packets++;
  });
  socket.on("end", () => {
    got.ended = "fin";
  });
  socket.on("error", () => {
    got.ended = "reset";
  });
  socket.write(`GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`);
  return { got, leave: () => socket.destroy() };
}

async function ended({ got }: { got: Raw }): Promise<Raw> {
  await until(() => got.ended !== "open", "the connection ends");
  return got;
}

const didOf = ({ exchanges }: CuttingProxy) => exchanges.map(({ did }) => did.join(", "));

describe("startCuttingProxy", () => {
  test("passes on what it is not told to spoil: heads, bodies, both ways", async (t) => {
    const { server, proxy } = await rig(t);
    const response = await fetch(`${proxy.url}/a?b=c`);
    assert.deepEqual([response.status, response.headers.get("x-request-id")], [200, "r1"]);
    assert.equal(await response.text(), BODY);
    const posted = await fetch(`${proxy.url}/p`, { method: "POST", body: "héllo", headers: { "x-mine": "1" } });
    assert.equal(await posted.text(), "héllo");
    assert.deepEqual(server.asked, ["GET /a?b=c", "POST /p"]);
    const [, second] = proxy.exchanges;
    assert.deepEqual([second?.method, second?.path, second?.body], ["POST", "/p", "héllo"]);
    assert.equal(second?.headers["x-mine"], "1");
    await until(() => proxy.open() === 0);
    assert.deepEqual(didOf(proxy), ["asked, 200, whole", "asked, 200, whole"]);
  });

  test("cuts after exactly so many bytes, the head among them, by FIN and by RST", async (t) => {
    const whole = (await ended(raw((await rig(t, { bare: true })).proxy))).text;
    for (const how of ["fin", "reset"] as const) {
      for (const after of [0, 1, 30, whole.length - 1]) {
        const { server, proxy } = await rig(t, { ending: { after, how }, bare: true, pieceBytes: 64 });
        const got = await ended(raw(proxy, "/endless"));
        assert.equal(got.ended, how);
        // What a reset finds unread is gone with it.
        assert.ok(whole.startsWith(got.text) && (how === "reset" || got.text.length === after), `${got.text.length}`);
        assert.deepEqual(didOf(proxy), [`asked, 200, ${how} at ${after}`]);
        await until(() => server.left === 1, "the server notices");
      }
    }
  });

  test("cuts within a header, a frame and a character", async (t) => {
    const cutAt = async (after: "header" | "frame" | "character") =>
      (await ended(raw((await rig(t, { ending: { after, how: "fin" } })).proxy))).text;
    assert.match(await cutAt("header"), /\r\nc$/i);
    assert.match(await cutAt("frame"), /event: token\ndata: \{"ty$/);
    assert.match(await cutAt("character"), /"text":"\xc3$/);
  });

  test("sends a body that only the end of the connection ends", async (t) => {
    const { proxy } = await rig(t, { bare: true });
    const got = await ended(raw(proxy));
    const [head, body] = got.text.split("\r\n\r\n");
    assert.doesNotMatch(`${head}`, /chunked|content-length/i);
    assert.equal(Buffer.from(`${body}`, "latin1").toString(), BODY);
  });

  test("sends packets of one byte", async (t) => {
    const { proxy } = await rig(t, { pieceBytes: 1 });
    const got = await ended(raw(proxy));
    assert.ok(got.packets > got.text.length / 2, `${got.packets} packets for ${got.text.length} bytes`);
    assert.equal(await (await fetch(proxy.url)).text(), BODY);
  });

  test("stalls without closing, until it is told to go on", async (t) => {
    const { server, proxy } = await rig(t, { ending: { after: "character", how: "stall" } });
    const reading = raw(proxy);
    await until(() => /\xc3$/.test(reading.got.text));
    const before = reading.got.text.length;
    for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate);
    assert.deepEqual([reading.got.text.length, reading.got.ended, proxy.open()], [before, "open", 1]);
    proxy.exchanges[0]?.goOn();
    const got = await ended(reading);
    assert.ok(got.text.endsWith("0\r\n\r\n"));
    assert.deepEqual([didOf(proxy), server.left], [[`asked, 200, stall at ${before}, whole`], 0]);
  });

  test("stalls when it is told to, whatever comes then", async (t) => {
    const { server, proxy } = await rig(t);
    const reading = raw(proxy, "/endless");
    await until(() => reading.got.text.includes("s.0.5"));
    proxy.exchanges[0]?.stall();
    server.push("more");
    for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate);
    assert.doesNotMatch(reading.got.text, /more/);
    proxy.exchanges[0]?.goOn();
    await until(() => reading.got.text.includes("more"));
    reading.leave();
  });

  test("leaves the client with a silent connection when the server has gone", async (t) => {
    const { server, proxy } = await rig(t, { ending: { after: "frame", how: "server-gone" } });
    const reading = raw(proxy, "/endless");
    await until(() => server.left === 1);
    assert.deepEqual([reading.got.ended, proxy.open()], ["open", 1]);
    reading.leave();
    await until(() => proxy.open() === 0);
  });

  test("leaves the server with a reader that is none when the client has gone", async (t) => {
    const { server, proxy } = await rig(t, { ending: { after: "frame", how: "client-gone" } });
    assert.equal((await ended(raw(proxy, "/endless"))).ended, "reset");
    assert.deepEqual([server.left, proxy.open()], [0, 1]);
    proxy.cut();
    await until(() => server.left === 1 && proxy.open() === 0);
  });

  test("lets a request be lost, so that the server is never asked", async (t) => {
    const { server, proxy } = await rig(t, { lost: true });
    await assert.rejects(fetch(proxy.url));
    assert.deepEqual([server.asked, didOf(proxy)], [[], ["lost"]]);
  });

  test("answers by itself with a page of HTML", async (t) => {
    const { server, proxy } = await rig(t, { page: 502 });
    const response = await fetch(proxy.url);
    assert.deepEqual([response.status, response.headers.get("content-type")], [502, "text/html"]);
    assert.match(await response.text(), /502 Bad Gateway/);
    assert.deepEqual([server.asked, didOf(proxy)], [[], ["page 502, whole"]]);
  });

  test("holds a response back until it is whole", async (t) => {
    const { server, proxy } = await rig(t, { holds: true });
    assert.equal(await (await fetch(proxy.url)).text(), BODY);
    const reading = raw(proxy, "/endless");
    await until(() => server.asked.length === 2);
    for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate);
    assert.equal(reading.got.text, "");
    reading.leave();
    await until(() => server.left === 1 && proxy.open() === 0);
    assert.deepEqual(didOf(proxy)[1], "asked, 200, left");
  });

  test("leaves frames out, and lets them come again", async (t) => {
    const received = async (treatment: Treatment) => {
      const text = await (await fetch((await rig(t, treatment)).proxy.url)).text();
      return [...text.matchAll(/^id: s\.0\.(\d)$/gm)].map(([, n]) => Number(n));
    };
    assert.deepEqual(await received({ drops: { from: 1, frames: 2 } }), [1, 4, 5]);
    assert.deepEqual(await received({ repeats: { after: 2, frames: 2 } }), [1, 2, 3, 2, 3, 4, 5]);
  });

  test("refuses connections for a while; those that are open stay", async (t) => {
    const { proxy } = await rig(t);
    const reading = raw(proxy, "/endless");
    await until(() => reading.got.text.includes("s.0.5"));
    proxy.refuse();
    await assert.rejects(fetch(proxy.url), ({ cause }) => (cause as { code: string }).code === "ECONNREFUSED");
    assert.equal(reading.got.ended, "open");
    await proxy.accept();
    assert.equal(await (await fetch(proxy.url)).text(), BODY);
    proxy.cut("fin");
    assert.equal((await ended(reading)).ended, "fin");
  });

  test("tells the server of a client that leaves, and the client of a server that fails", async (t) => {
    const { server, proxy } = await rig(t);
    const reading = raw(proxy, "/endless");
    await until(() => reading.got.text.includes("s.0.5"));
    reading.leave();
    await until(() => server.left === 1 && proxy.open() === 0);
    const nobody = await startCuttingProxy("http://127.0.0.1:9");
    t.after(() => nobody.close());
    await assert.rejects(fetch(nobody.url));
    assert.deepEqual([didOf(proxy), didOf(nobody)], [["asked, 200, left"], ["asked, failed"]]);
  });

  test("ends everything when it is closed, whatever was open", async (t) => {
    const server = await upstream(t);
    const proxy = await startCuttingProxy(server.url, ({ index }) =>
      index === 0 ? {} : { ending: { after: 100, how: index === 1 ? "stall" : "client-gone" } },
    );
    for (let n = 0; n < 3; n++) raw(proxy, "/endless");
    await until(() => proxy.exchanges.length === 3 && proxy.exchanges.every(({ passed }) => passed >= 100));
    await proxy.close();
    await until(() => server.left === 3 && proxy.open() === 0);
    await assert.rejects(fetch(proxy.url));
  });
});
