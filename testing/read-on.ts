import { type Received, resumeStream, type SseConnection } from "./sse-client.ts";

/** Longer than R-TAKEOVER allows: what has not ended by then hangs. */
const PATIENCE_MS = 15_000;

/** What a connection still brings, to its end; one that hangs is cut, and lacks its end. */
export async function patientRest(connection: SseConnection): Promise<Received[]> {
  const timer = setTimeout(connection.cut, PATIENCE_MS);
  const rest = await connection.rest();
  clearTimeout(timer);
  return rest;
}

/** Reads a stream to its end on another server, behind what a connection brought before it was cut. Gives all events of both. */
export async function readOn(url: string, cut: SseConnection): Promise<Received[]> {
  await cut.closed;
  const before = [...cut.events];
  const connection = await resumeStream(url, before.at(-1)?.id ?? "");
  return [...before, ...(await patientRest(connection))];
}
