import type { StreamEvent } from "../../client/types.ts";

/** One line of the trace: an event of the stream, or something that happened to its connection. */
export type TraceLine = {
  /** Never the same twice in one trace. */
  key: number;
  /** Undefined where it is no event but of the connection. */
  seq: number | undefined;
  type: StreamEvent["type"] | "cut" | "resumed";
  /** ms since the trace began. */
  at: number;
  preview: string;
};

/** So many lines are kept, the latest ones; the panel says how many went before. */
export const MOST_LINES = 500;

const LONGEST_PREVIEW = 120;

export type Trace = {
  add(line: Omit<TraceLine, "key" | "preview"> & { preview: string }): void;
  /** Oldest first. */
  lines(): readonly TraceLine[];
  /** How many lines had to go. */
  dropped(): number;
};

/** Keeps the latest {@link MOST_LINES} lines. */
export function createTrace(): Trace {
  let kept: TraceLine[] = [];
  let added = 0;
  return {
    add(line) {
      const preview = shortened(line.preview);
      kept.push({ ...line, preview, key: added++ });
      // Cut in blocks: taking off the first of 500 for each token would move them all each time.
      if (kept.length > MOST_LINES * 1.5) kept = kept.slice(-MOST_LINES);
    },
    lines: () => kept.slice(-MOST_LINES),
    dropped: () => Math.max(0, added - MOST_LINES),
  };
}

const shortened = (text: string): string => {
  const line = text.replaceAll("\n", "⏎");
  return line.length > LONGEST_PREVIEW ? line.slice(0, LONGEST_PREVIEW).trimEnd() + "…" : line;
};

/** What an event says, in a few words. */
export function previewOf(event: StreamEvent): string {
  switch (event.type) {
    case "start":
      return event.model ?? event.world ?? event.kind;
    case "message_start":
      return event.sender;
    case "token":
      return event.text;
    case "message_end":
      return `${event.sender}, ${event.reason}, ${event.content.length} characters`;
    case "message":
      return `${event.sender}: ${event.content}`;
    case "system":
      return `${event.code}: ${event.message}`;
    case "done":
      return event.reason;
    case "error":
      return `${event.error_code}: ${event.message}`;
    default:
      return "";
  }
}
