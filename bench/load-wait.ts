import { connect } from "node:net";

/**
 * Requests as fast as they are answered, over kept connections, one at a time on each. The requests are bytes made once and
 * the answers are read no further than their length says, so that the server is what limits the rate.
 */
export type Hammer = { port: number; path: string; body: string; connections: number; ms: number };
export type Hammered = { answers: number; ms: number };

export async function hammer({ port, path, body, connections, ms }: Hammer): Promise<Hammered> {
  const head = `POST ${path} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nContent-Type: application/json\r\n`;
  const bytes = Buffer.from(`${head}Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
  const from = performance.now();
  const counts = await Promise.all(Array.from({ length: connections }, () => repeat(port, bytes, from + ms)));
  return { answers: counts.reduce((sum, count) => sum + count, 0), ms: performance.now() - from };
}

/** Sends the same request again and again until `deadline`; resolves with the number of answers. */
function repeat(port: number, bytes: Uint8Array, deadline: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: "127.0.0.1", noDelay: true });
    let pending = "";
    let count = 0;
    socket.on("error", reject);
    socket.on("close", () => reject(new Error("The server closed a connection that was to be kept.")));
    socket.on("connect", () => socket.write(bytes));
    socket.on("data", (chunk) => {
      pending += chunk.toString("latin1");
      const length = answerLength(pending);
      if (length === undefined || pending.length < length) return;
      if (!isGood(pending)) {
        socket.destroy(new Error(`An answer was not as it should be: ${pending}`));
        return;
      }
      pending = pending.slice(length);
      count++;
      if (performance.now() < deadline) {
        socket.write(bytes);
        return;
      }
      socket.removeAllListeners("close").destroy();
      resolve(count);
    });
  });
}

const isGood = (answer: string) => answer.startsWith("HTTP/1.1 200") && answer.includes('"role":"assistant"');

/** How long an answer is with its head; undefined while the head has not come. */
export function answerLength(text: string): number | undefined {
  const headEnd = text.indexOf("\r\n\r\n");
  if (headEnd < 0) return undefined;
  const length = /\r\ncontent-length: (\d+)/i.exec(text.slice(0, headEnd))?.[1];
  if (length === undefined) throw new Error(`An answer came without its length: ${text.slice(0, headEnd)}`);
  return headEnd + 4 + Number(length);
}
