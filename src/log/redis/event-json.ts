import type { EventDraft } from "../../protocol/events.ts";
import { oneLine } from "../../protocol/frames.ts";
import type { StreamLog } from "../stream-log.ts";

type Token = { message_id: string; text: string; turn_id?: string | undefined };

/** As {@link jsonOf} gives it, for a third of the time: tokens are nearly all there is. */
export function jsonOfToken({ message_id, text, turn_id }: Token, seq: number): string {
  const tail = turn_id === undefined ? "}" : `,"turn_id":"${turn_id}"}`;
  return `{"type":"token","seq":${seq},"message_id":"${message_id}","text":${oneLine(text)}${tail}`;
}

/** An event as it stands in the store, as in a frame: type and seq first, on one line. */
export const jsonOf = ({ type, seq, ...rest }: EventDraft & { seq: number }): string => oneLine({ type, seq, ...rest });

/** Those of a log from `first` on. */
export const jsonFrom = (log: StreamLog, first: number): string[] =>
  Array.from({ length: Math.max(0, log.lastSeq - first + 1) }, (_, index) => jsonOf(log.event(first + index)));
