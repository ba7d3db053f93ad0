export type Bell = {
  /** Calls `ring` whenever it rings, until the release is called. */
  listen(ring: () => void): () => void;
  ringSoon(): void;
};

/** A bell that rings once for all that happens in one turn of the event loop. */
export function createBell(): Bell {
  const listeners = new Set<{ ring(): void }>();
  let ringing = false;
  return {
    listen(ring: () => void): () => void {
      const listener = { ring };
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    ringSoon() {
      if (ringing || listeners.size === 0) return;
      ringing = true;
      queueMicrotask(() => {
        ringing = false;
        for (const listener of listeners) listener.ring();
      });
    },
  };
}
