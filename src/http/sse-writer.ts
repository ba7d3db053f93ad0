import type { OutgoingHttpHeaders, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { FrameSink } from "../readers/live-frames.ts";

export const SSE_HEADERS: OutgoingHttpHeaders = {
  "content-type": "text/event-stream",
  "cache-control": "no-cache, no-transform",
  "x-accel-buffering": "no",
};

/**
 * Frames onto a response. `drained` is called when a full connection has room again, `gone` once when it has closed,
 * however it closed.
 */
export function sseWriter(response: ServerResponse, { drained, gone }: { drained(): void; gone(): void }): FrameSink {
  let written = 0;
  // A response closes only once; `once` would wrap the listener, 0.2 KiB for as long as the stream lasts.
  response.on("close", gone);

  return {
    write(frames) {
      const ready = written === 0 ? response.write(frames, "latin1") : sendChunk(response, frames);
      written += frames.length;
      if (!ready) (response.socket ?? response).once("drain", drained);
      return ready;
    },
    progress: () => written - unsent(response),
    end: () => void response.end(),
    cut: () => void response.destroy(),
  };
}

/**
 * Each chunk of chunked encoding is one write of our own: through `response.write` it is four buffers and a writev
 * (decisions/010). While an earlier response still holds the connection (pipelining), or without chunks (HTTP/1.0), the
 * response writes itself.
 */
function sendChunk(response: ServerResponse, frames: string): boolean {
  const { socket } = response;
  return socket && response.chunkedEncoding
    ? socket.write(chunkOf(frames), "latin1")
    : response.write(frames, "latin1");
}

const chunkOf = (frames: string) => `${frames.length.toString(16)}\r\n${frames}\r\n`;

const unsent = ({ socket, writableLength }: ServerResponse): number =>
  (socket as Socket | null)?.writableLength ?? writableLength;
