import type { Connection, StreamEvent } from "../../../client/index.ts";
import type { Palette } from "../../colours.ts";
import { type Io, remark } from "../../io.ts";
import { printable } from "../../printable.ts";
import { createVoices, type Piece } from "./voices.ts";

/** Prints an answer while it is written. */
export type Printer = {
  take(event: StreamEvent): void;
  /** Tells that the connection broke, or why there is none; the text itself goes on exactly where it was. */
  connection(connection: Connection): void;
  /** Ends the line, whatever became of the answer. */
  close(): void;
};

export type PrinterOptions = {
  io: Io;
  out: Palette;
  err: Palette;
  /** Whether each message says whose it is. */
  named: boolean;
};

/** What a person need not hear: the text that stands still says it, and the text that goes on. */
const SILENT = new Set(["stalled", "resumed"]);

const ENDINGS: Readonly<Record<string, string>> = {
  length: "(cut off: this is as long as the model may answer)",
  content_filter: "(cut off by the model's content filter)",
  cancelled: "(stopped)",
  timeout: "(cut off: the model took too long)",
  error: "(cut off: the model failed)",
};

export function createPrinter({ io, out, err, named }: PrinterOptions): Printer {
  const voices = createVoices();
  const status = statusLine(io, err);
  // What goes to a terminal must not steer it; what goes into a file or a pipe is the answer to the byte.
  const fit = io.stdout.isTTY ? printable : (text: string) => text;
  let midLine = false;

  function write(text: string) {
    status.clear();
    io.stdout.write(text);
    midLine = !text.endsWith("\n");
  }

  /** A line of its own on stderr, also where both streams are one terminal and a text stands unfinished. */
  function aside(text: string) {
    if (io.readerGone.aborted) return;
    status.clear();
    if (midLine && io.stdout.isTTY) io.stdout.write("\n");
    remark(io, err.dim(printable(text)));
    midLine = midLine && !io.stdout.isTTY;
  }

  function print(piece: Piece) {
    if (piece.type === "begin" && named) write(`${out.named(printable(piece.sender))}: `);
    else if (piece.type === "text") write(fit(piece.text));
    else if (piece.type === "notice" && piece.code === "thinking") status.show("thinking …");
    else if (piece.type === "notice" && !SILENT.has(piece.code)) aside(`(${piece.text})`);
    else if (piece.type === "end") end(piece);
  }

  function end({ reason, errorCode = "model_failed" }: Extract<Piece, { type: "end" }>) {
    if (midLine) write("\n");
    // Of what is not the model's fault, the error that follows says more.
    const ending = reason === "error" && !errorCode.startsWith("model_") ? "(cut off)" : ENDINGS[reason];
    if (ending !== undefined) aside(ending);
    if (named && io.stdout.isTTY) write("\n");
  }

  status.show("…");
  return {
    take(event) {
      for (const piece of voices.take(event)) print(piece);
      const writing = voices.waiting();
      if (!midLine && writing.length > 0) status.show(`${writing.join(", ")} …`);
    },
    connection: tellOutages(aside),
    close() {
      status.clear();
      if (midLine) write("\n");
    },
  };
}

/** Says of each outage that the connection broke, and why no other comes about: each reason once. */
function tellOutages(tell: (text: string) => void): Printer["connection"] {
  const told = new Set<string>();
  let isOpen = false;
  return (connection) => {
    const wasOpen = isOpen;
    isOpen = connection.status === "open";
    if (connection.status !== "waiting") return;
    if (connection.attempt <= 1) told.clear();
    const text = wasOpen ? "(connection lost, reconnecting …)" : `(waiting: ${connection.cause})`;
    if (!told.has(text)) tell(text);
    told.add(text);
  };
}

/** A dim word on a terminal while there is nothing to read, which takes itself back. */
function statusLine({ stderr, stdout }: Io, { dim }: Palette) {
  const visible = stderr.isTTY && stdout.isTTY;
  let shown = false;
  function clear() {
    if (shown) stderr.write("\r\u001b[K");
    shown = false;
  }
  return {
    clear,
    show(text: string) {
      if (!visible) return;
      clear();
      stderr.write(dim(printable(text)));
      shown = true;
    },
  };
}
