/**
 * Who is woken when there is more to read. Mostly one reader, which stands here by itself: a Set for it would be 0.2 KiB a
 * stream. Further ones are in a Set, for thousands may come and go.
 */
export type Bells = { first: Bell | undefined; further: Set<Bell> | undefined; ringing: boolean };
type Bell = { ring(): void };

/** Nobody listens yet. */
export const createBells = (): Bells => ({ first: undefined, further: undefined, ringing: false });

/** Has `ring` called whenever the bells ring, until the release is called. */
export function hang(bells: Bells, ring: () => void): () => void {
  const bell = { ring };
  if (!bells.first) bells.first = bell;
  else {
    bells.further ??= new Set();
    bells.further.add(bell);
  }
  return () => {
    if (bells.first === bell) bells.first = undefined;
    else bells.further?.delete(bell);
  };
}

const RESOLVED = Promise.resolve();

/** All that was appended in one turn of the event loop is one wake-up of its readers, and so one write to each. */
export function ringSoon(bells: Bells): void {
  if (bells.ringing || (!bells.first && !bells.further?.size)) return;
  bells.ringing = true;
  // Not by `queueMicrotask`: for each call of it Node makes an AsyncResource (decisions/013).
  void RESOLVED.then(() => ring(bells));
}

function ring(bells: Bells): void {
  bells.ringing = false;
  bells.first?.ring();
  // One that is released meanwhile stays silent: a Set does not visit what was taken out of it.
  if (bells.further) for (const bell of bells.further) bell.ring();
}
