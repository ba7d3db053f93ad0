import assert from "node:assert/strict";
import { once } from "node:events";
import { type Agent, request } from "node:http";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { after, before, describe, test } from "node:test";
import fc from "fast-check";
import { tapChunks } from "./chunk-tap.ts";
import { upstreamAgent } from "./upstream.ts";

const HEAD = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
const chunk = (payload: string, extension = "") =>
  `${Buffer.byteLength(payload).toString(16)}${extension}\r\n${payload}\r\n`;

/** Answers each request with the next pieces, each in a packet of its own; then the connection stays open. */
const script: (readonly string[])[] = [];
let connections = 0;
const server = createServer({ noDelay: true }, (socket) => {
  connections++;
  socket.on("error", () => {});
  socket.on("data", () => void say(socket, script.shift() ?? []));
});
async function say(socket: Socket, pieces: readonly string[]) {
  for (const piece of pieces) {
    socket.write(piece, "latin1");
    for (let turn = 0; turn < 3; turn++) await new Promise(setImmediate);
  }
}

let agent: Agent;
before(async () => {
  agent = upstreamAgent("http://127.0.0.1");
  await once(server.listen(0, "127.0.0.1"), "listening");
});
after(() => {
  agent.destroy();
  server.close();
});

type Heard = { body: string; tapped: number; byResponse: number };

/** One answer that is sent in these pieces, as whoever taps it hears it; `most` chunks are taken past node:http. */
async function ask(pieces: readonly string[], most = Number.POSITIVE_INFINITY): Promise<Heard> {
  script.push(pieces);
  const call = request({ agent, host: "127.0.0.1", port: (server.address() as AddressInfo).port });
  const heard: Heard = { body: "", tapped: 0, byResponse: 0 };
  await new Promise<void>((resolve, reject) => {
    call.on("error", reject).on("close", resolve);
    call.on("response", (response) => {
      response.on("error", reject);
      response.on("data", (bytes: Buffer) => {
        heard.body += bytes.toString("latin1");
        heard.byResponse++;
      });
      tapChunks(response, (payload) => {
        heard.body += payload.toString("latin1");
        return ++heard.tapped < most;
      });
    });
    call.end();
  });
  return heard;
}

/** Cuts a text at these places. */
function pieces(text: string, cuts: readonly number[]): string[] {
  const places = [...new Set(cuts.map((cut) => cut % text.length))].sort((a, b) => a - b);
  return [0, ...places].map((from, n) => text.slice(from, places[n] ?? text.length)).filter((piece) => piece !== "");
}

describe("tapChunks", () => {
  test("chunks that come whole are taken past the response", async () => {
    assert.deepEqual(await ask([HEAD, chunk("one"), chunk("two") + chunk("three"), "0\r\n\r\n"]), {
      body: "onetwothree",
      tapped: 3,
      byResponse: 0,
    });
  });

  test("also those that come with the head, and after one that came in pieces", async () => {
    const { body, tapped } = await ask([`${HEAD}${chunk("one")}a\r\n01234`, `56789\r\n${chunk("three")}`, "0\r\n\r\n"]);
    assert.deepEqual([body, tapped], ["one0123456789three", 2]);
  });

  test("whoever wants no more is given the rest by the response", async () => {
    const heard = await ask([HEAD, chunk("one") + chunk("two"), chunk("three"), "0\r\n\r\n"], 1);
    assert.deepEqual(heard, { body: "onetwothree", tapped: 1, byResponse: 2 });
  });

  test("however an answer is cut, its body is whole and in order, and its connection serves the next", async () => {
    connections = 0;
    agent.destroy();
    const payload = fc.string({ minLength: 1, maxLength: 40 }).map((text) => text.replace(/[^ -~]/g, "\r\n"));
    const chunks = fc.array(fc.tuple(payload, fc.constantFrom("", "", "", ";x=1")), { maxLength: 8 });
    const cuts = fc.array(fc.nat(2000), { maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(chunks, cuts, fc.integer({ min: 1, max: 10 }), async (chunks, cuts, most) => {
        const text = `${HEAD}${chunks.map((each) => chunk(...each)).join("")}0\r\n\r\n`;
        assert.equal((await ask(pieces(text, cuts), most)).body, chunks.map(([payload]) => payload).join(""));
      }),
      { numRuns: 200 },
    );
    assert.equal(connections, 1);
  });

  test("what is no chunk fails as it does without a tap", async () => {
    await assert.rejects(ask([HEAD, chunk("one"), "zzz\r\n"]), { code: "HPE_INVALID_CHUNK_SIZE" });
    await assert.rejects(ask([HEAD, "3\r\nfour\r\n"]), { code: /^HPE_/ });
  });
});
