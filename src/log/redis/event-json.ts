import type { EventDraft } from "../../protocol/events.ts";
import { oneLine } from "../../protocol/frames.ts";
import type { StreamLog } from "../stream-log.ts";

/** An event as it stands in the store, as in a frame: type and seq first, on one line. */
export const jsonOf = ({ type, seq, ...rest }: EventDraft & { seq: number }): string => oneLine({ type, seq, ...rest });

/** Those of a log from `first` on. */
export const jsonFrom = (log: StreamLog, first: number): string[] =>
  Array.from({ length: Math.max(0, log.lastSeq - first + 1) }, (_, index) => jsonOf(log.event(first + index)));
