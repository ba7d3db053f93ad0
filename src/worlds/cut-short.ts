import type { StreamEvent } from "../protocol/events.ts";

/** What an agent has said of a message, and whether it thought before. */
export type CutShort = { text: string; thought: boolean };

/** Of an agent that has said nothing. */
export const UNSAID: CutShort = { text: "", thought: false };

/** What agents have said of messages that have no end, each of one at most (R-VOICES). */
export function cutShort(events: readonly StreamEvent[]): Map<string, CutShort> {
  const cut = new Map<string, CutShort>();
  const speakers = new Map<string, string>();
  for (const event of events) {
    if (event.type === "message_start") speakers.set(event.message_id, event.sender);
    const agent =
      event.type === "system" ? event.agent : speakers.get("message_id" in event ? (event.message_id ?? "") : "");
    if (agent === undefined) continue;
    const said = cut.get(agent) ?? UNSAID;
    if (event.type === "token") cut.set(agent, { ...said, text: said.text + event.text });
    else if (event.type === "system" && event.code === "thinking") cut.set(agent, { ...said, thought: true });
    else if (event.type === "message_end") cut.delete(agent);
  }
  return cut;
}
