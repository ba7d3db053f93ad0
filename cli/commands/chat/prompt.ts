import { createInterface } from "node:readline";
import { Writable } from "node:stream";
import type { Io, Output } from "../../io.ts";

/** The line on which somebody writes, with its history. What is typed while an answer is printed appears when it is over. */
export type Prompt = {
  /** The next message, of one or several lines; undefined once somebody has left. */
  next(label: string): Promise<string | undefined>;
  /** Who gets these keys from now on, until the returned function is called; else Ctrl-C clears the line, or leaves. */
  during(keys: Keys): () => void;
  /** Whether it was Ctrl-C that ended it. */
  readonly interrupted: boolean;
  close(): void;
};

export type Keys = {
  /** Ctrl-C. */
  interrupt(): void;
  /** Ctrl-D: nothing more can be typed. */
  end(): void;
};

export function openPrompt({ stdin, stdout, clock, onSignal }: Io, complete: (line: string) => string[]): Prompt {
  const gate = gateTo(stdout);
  const terminal = createInterface({
    input: stdin,
    output: gate.output,
    terminal: true,
    historySize: 500,
    removeHistoryDuplicates: true,
    completer: (line: string): [string[], string] => [complete(line), line],
  });
  const ready: string[] = [];
  let partial: string[] = [];
  let closed = false;
  let interrupted = false;
  let keys: Keys | undefined;
  let waiting: { label: string; resolve(text: string | undefined): void } | undefined;

  function settle() {
    if (!waiting || (ready.length === 0 && !closed)) return;
    const { resolve } = waiting;
    waiting = undefined;
    gate.open = false;
    resolve(ready.shift());
  }

  /** Lines that came at once were pasted: one message, unless the first is a command. What is left on the line belongs to it. */
  function flush() {
    const isPaste = partial.length > 1 && !partial[0]?.startsWith("/");
    if (isPaste && terminal.line !== "") return show("… ");
    ready.push(...(isPaste ? [partial.join("\n")] : partial));
    partial = [];
    settle();
  }

  function show(label: string) {
    // How many lines it believes to stand above: they were never shown, and it would go up and clear the answer instead.
    Object.assign(terminal, { prevRows: 0 });
    terminal.setPrompt(label);
    terminal.prompt(true);
  }

  let timer: (() => void) | undefined;
  let continued: string[] = [];
  terminal.on("line", (line) => {
    if (line.endsWith("\\")) {
      continued.push(line.slice(0, -1));
      if (waiting) show("… ");
      return;
    }
    partial.push([...continued, line].join("\n"));
    continued = [];
    timer ??= clock.after(0, () => {
      timer = undefined;
      flush();
    });
  });

  function interrupt() {
    if (keys) return keys.interrupt();
    if (terminal.line === "" && continued.length === 0 && partial.length === 0) {
      interrupted = true;
      return terminal.close();
    }
    continued = [];
    partial = [];
    terminal.write(null, { ctrl: true, name: "e" });
    terminal.write(null, { ctrl: true, name: "u" });
    if (waiting) show(waiting.label);
  }
  terminal.on("SIGINT", interrupt);
  const release = onSignal("SIGINT", interrupt);
  // After Ctrl-Z and fg: readline has paused the input by then, and nothing would keep the program running.
  terminal.on("SIGCONT", () => terminal.resume());

  terminal.on("close", () => {
    closed = true;
    timer?.();
    release();
    if (waiting) stdout.write("\n");
    settle();
    keys?.end();
  });

  return {
    next(label) {
      const { promise, resolve } = Promise.withResolvers<string | undefined>();
      waiting = { label, resolve };
      const typedAhead = ready[0];
      gate.open = true;
      if (typedAhead !== undefined) stdout.write(`${label}${typedAhead}\n`);
      else if (!closed) show(label);
      settle();
      return promise;
    },
    during(next) {
      keys = next;
      return () => {
        keys = undefined;
      };
    },
    get interrupted() {
      return interrupted;
    },
    close: () => terminal.close(),
  };
}

/** What readline echoes goes to the terminal only while somebody is asked to write. */
function gateTo(stdout: Output): { open: boolean; output: Writable } {
  const gate = {
    open: false,
    output: new Writable({
      write(chunk, _encoding, done) {
        if (gate.open) stdout.write(chunk);
        done();
      },
      decodeStrings: false,
    }),
  };
  Object.defineProperty(gate.output, "columns", { get: () => stdout.columns });
  return gate;
}
