import type { ServerResponse } from "node:http";
import { STALL_MS } from "../readers/live-frames.ts";

/**
 * Calls `taken` once a whole response has left for its client, or its connection has closed: until then it costs memory, and
 * whoever it belongs to counts as a reader. A client that takes nothing for 60 s is closed (R-SLOW); Node's own time-out knows
 * of a write that is on its way in part, which nothing else tells.
 */
export function whenTaken(response: ServerResponse, taken: () => void): void {
  if (!response.socket || response.socket.writableLength === 0) taken();
  else response.setTimeout(STALL_MS, () => response.destroy()).once("close", taken);
}
