import type { Clock } from "../../clock.ts";

/** So many words are sent in one turn of the event loop at most; a long answer lets others in between. */
const SLICE = 500;

/** A word with the white space before it, or a part of a very long one; never half a character. */
const PIECE = /\s{0,48}\S{1,48}|\s{1,48}/gu;

/** The tokens of a text: joined, they are the text, whatever it contains. */
export function piecesOf(text: string): string[] {
  return text.match(PIECE) ?? [];
}

/**
 * Sends pieces at `perSecond` on a schedule counted from the first one, so that late timers do not add up; 0 sends them at
 * once, in slices. One timer at a time; the first piece never goes before this returned.
 *
 * @returns what stops it: nothing is sent afterwards, `done` included.
 */
export function pace(
  pieces: readonly string[],
  { clock, perSecond }: { clock: Clock; perSecond: number },
  send: (piece: string) => void,
  done: () => void,
): () => void {
  const gap = perSecond > 0 ? 1000 / perSecond : 0;
  let next = 0;
  let stopped = false;
  let begunAt: number | undefined;
  let cancel = clock.after(0, step);
  function step() {
    begunAt ??= clock.now();
    const elapsed = clock.now() - begunAt;
    const due = gap === 0 ? pieces.length : Math.floor(elapsed / gap + 1e-6) + 1;
    for (const until = Math.min(due, next + SLICE, pieces.length); next < until && !stopped; next++) {
      send(pieces[next] ?? "");
    }
    if (stopped) return;
    if (next >= pieces.length) done();
    else cancel = clock.after(Math.max(begunAt + next * gap - clock.now(), 0), step);
  }
  return () => {
    stopped = true;
    cancel();
  };
}
