import type { StreamEvent } from "../protocol/events.ts";

/** How far an answer is that another server was writing. */
export type Begun = {
  started: boolean;
  speaking: boolean;
  thought: boolean;
  /** The text so far, and in how many pieces it came. */
  text: string;
  pieces: number;
};

/** Reads it from the events of a chat. */
export function begunIn(events: readonly StreamEvent[]): Begun {
  const begun: Begun = { started: false, speaking: false, thought: false, text: "", pieces: 0 };
  const pieces: string[] = [];
  for (const event of events) {
    if (event.type === "start") begun.started = true;
    else if (event.type === "message_start") begun.speaking = true;
    else if (event.type === "system" && event.code === "thinking") begun.thought = true;
    else if (event.type === "token") pieces.push(event.text);
  }
  begun.text = pieces.join("");
  begun.pieces = pieces.length;
  return begun;
}
