import { readFileSync } from "node:fs";

/** One event as it stood on the wire. */
export type WireEvent = { id: string; data: Record<string, unknown> };

/** The complete events of a recorded response; what a cut left unfinished at the end is dropped, as every parser does. */
export function parseRecording(recording: string): WireEvent[] {
  const frames = recording.split("\n\n").slice(0, -1);
  return frames.flatMap((frame) => {
    const id = /^id: (.+)$/m.exec(frame)?.[1];
    const data = /^data: (.+)$/m.exec(frame)?.[1];
    return id !== undefined && data !== undefined ? [{ id, data: JSON.parse(data) as Record<string, unknown> }] : [];
  });
}

/**
 * Checks that recordings of one stream, each resumed after the one before, are together the whole of it: no hole, one end,
 * and tokens that add up to the message.
 * @returns a line for people
 * @throws Error naming the first thing that is wrong
 */
export function checkWhole(recordings: string[]): string {
  const events = recordings.flatMap(parseRecording).map(({ data }) => data);
  events.forEach((event, index) => {
    if (event["seq"] !== index + 1) throw new Error(`Event ${index + 1} has seq ${event["seq"]}.`);
    const isTerminal = event["type"] === "done" || event["type"] === "error";
    if (isTerminal !== (index === events.length - 1))
      throw new Error(`Event ${index + 1} is of type ${event["type"]}.`);
  });
  const text = events.map((event) => (event["type"] === "token" ? event["text"] : "")).join("");
  const message = events.find((event) => event["type"] === "message_end");
  if (message?.["content"] !== text) throw new Error("The tokens do not add up to the message.");
  if (events.at(-1)?.["type"] !== "done") throw new Error("The stream did not end with done.");
  return `${events.length} events in ${recordings.length} parts, ${text.length} characters, whole`;
}

function main([command, ...files]: string[]): void {
  const recordings = files.map((file) => readFileSync(file, "utf8"));
  const last = parseRecording(recordings.join("")).at(-1);
  if (command === "whole") console.log(checkWhole(recordings));
  else if (command === "last-id" && last) console.log(last.id);
  else throw new Error("Use: last-id FILE, or whole FILE…; the file needs an event.");
}

if (import.meta.main) main(process.argv.slice(2));
