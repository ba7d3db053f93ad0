/** Joins pieces of text without keeping a node for each: a rope of 10,000 tokens costs more than its text. */
export type TextJoiner = { add(piece: string): void; join(): string };

// Small enough that few loose pieces wait, large enough that a long text is few chunks.
const CHUNK = 64;

export function textJoiner(): TextJoiner {
  let pieces: string[] = [];
  const chunks: string[] = [];
  return {
    add(piece) {
      pieces.push(piece);
      if (pieces.length < CHUNK) return;
      chunks.push(pieces.join(""));
      pieces = [];
    },
    join: () => chunks.join("") + pieces.join(""),
  };
}

/**
 * Cuts text between code points only: a high surrogate at the end of a piece waits for its other half (R-TEXT).
 * https://www.unicode.org/versions/latest/core-spec/chapter-3/#G2630
 */
export type CodePointGate = {
  /** What may be shown of the text so far: the piece, with the half that waited before it and without one that must wait. */
  pass(piece: string): string;
  /** The half that still waits, at the end of the text. */
  rest(): string;
};

export function codePointGate(): CodePointGate {
  let waiting = "";
  return {
    pass(piece) {
      const last = piece.charCodeAt(piece.length - 1);
      // The common case, without touching the text.
      if (waiting === "" && !isHighSurrogate(last)) return piece;
      const text = waiting + piece;
      waiting = isHighSurrogate(text.charCodeAt(text.length - 1)) ? text.slice(-1) : "";
      return waiting ? text.slice(0, -1) : text;
    },
    rest() {
      const half = waiting;
      waiting = "";
      return half;
    },
  };
}

const isHighSurrogate = (unit: number) => unit >= 0xd800 && unit <= 0xdbff;
