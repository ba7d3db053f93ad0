import type { WorldEvent } from "../protocol/events.ts";

/** Whoever follows a world learns of a turn, but not the key to its stream (R-FEED). */
export function withoutKey(event: WorldEvent): WorldEvent {
  if (event.type !== "start") return event;
  const { stream_id: _key, ...told } = event;
  return told;
}
