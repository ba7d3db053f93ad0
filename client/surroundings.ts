import type { Surroundings } from "./types.ts";

/** What only some of the places have in which the client runs: pages, workers, Node. */
type Place = {
  location?: { origin: string };
  document?: { hidden: boolean };
  addEventListener?: EventTarget["addEventListener"];
};

const place = globalThis as Place;

/** The page's own server; elsewhere, the one on this machine. */
export const defaultBaseUrl = (): string => place.location?.origin ?? "http://127.0.0.1:3000";

/** The real surroundings, in a browser as in Node. */
export const realSurroundings: Surroundings = {
  fetch: (url, init) => fetch(url, init),
  now: () => performance.now(),
  after(ms, run) {
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  },
  random: Math.random,
  // `randomUUID` is missing on pages that came over plain HTTP.
  newKey: () => crypto.getRandomValues(new Uint32Array(4)).join("-"),
  onWake(wake) {
    const listening = new AbortController();
    // Nobody looks at a hidden page: it is woken when it is shown.
    const seen = () => place.document?.hidden || wake();
    for (const type of ["online", "visibilitychange"]) place.addEventListener?.(type, seen, listening);
    return () => listening.abort();
  },
};
