import type { Surroundings } from "./types.ts";

/** What only some of the places have in which the client runs: pages, workers, Node. */
type Place = {
  location?: { origin: string };
  document?: { hidden: boolean };
  addEventListener?: EventTarget["addEventListener"];
};

const place = globalThis as Place;

/** The server that the page came from, if there is a page, and it came from one. */
export const pageOrigin = (): string | undefined => place.location?.origin.match(/^http.*/)?.[0];

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
