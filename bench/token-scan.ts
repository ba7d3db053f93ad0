/**
 * Tokens that carry their time of birth. A token's text is `~<stamp>:<index>;`, where the stamp is microseconds of the
 * machine's monotonic clock, which all processes share. Whatever frame a server puts around a token, its JSON has the text
 * between quotes, so one scan reads every dialect without parsing any. A whole text repeated at the end of a stream is not
 * taken for a token, because several tokens stand between its quotes.
 */
export const tokenText = (stampUs: number, index: number): string => `~${stampUs}:${index};`;

/** Microseconds of the monotonic clock (CLOCK_MONOTONIC), comparable between processes of one machine. */
export function monotonicUs(): number {
  const [seconds, nanoseconds] = process.hrtime();
  return seconds * 1e6 + Math.floor(nanoseconds / 1000);
}

const QUOTE = 0x22;
const TILDE = 0x7e;
const COLON = 0x3a;
const SEMICOLON = 0x3b;
const DIGIT_0 = 0x30;

type State = "seeking" | "stamp" | "index" | "closing";

/** Scans the bytes of one response, split anywhere, and calls `onToken` for each token in them. */
export function tokenScanner(onToken: (stampUs: number, index: number) => void): (chunk: Uint8Array) => void {
  let state: State = "seeking";
  let before = 0;
  let stamp = 0;
  let index = 0;

  function step(byte: number) {
    const digit = byte - DIGIT_0;
    const isDigit = digit >= 0 && digit <= 9;
    if (state === "stamp" && isDigit) stamp = stamp * 10 + digit;
    else if (state === "stamp" && byte === COLON) state = "index";
    else if (state === "index" && isDigit) index = index * 10 + digit;
    else if (state === "index" && byte === SEMICOLON) state = "closing";
    else {
      if (state === "closing" && byte === QUOTE) onToken(stamp, index);
      state = "seeking";
    }
  }

  function begin() {
    state = "stamp";
    stamp = 0;
    index = 0;
  }

  return (chunk) => {
    let at = 0;
    while (at < chunk.length) {
      if (state === "seeking") {
        const found = chunk.indexOf(TILDE, at);
        if (found < 0) break;
        const previous = found > 0 ? chunk[found - 1] : before;
        if (previous === QUOTE) begin();
        at = found + 1;
      } else {
        // A byte that ends a false start cannot begin a token: a quote stands before each.
        step(chunk[at++] as number);
      }
    }
    before = chunk.at(-1) ?? before;
  };
}
