import { type ReadonlySignal, signal } from "@preact/signals";

/** Where in the page the reader is; it stands in the hash, so that it needs nothing of the server. */
export type Route =
  | { view: "chat"; id?: string }
  | { view: "world"; world: string }
  | { view: "world-editor"; world: string }
  | { view: "nowhere" };

/** Reads a location's hash. Without any place in it, it is the chat's beginning. */
export function parseRoute(hash: string): Route {
  const [kind, name, more] = hash
    .replace(/^#?\/?/, "")
    .split("/")
    .map(decoded);
  if (kind === "c" && name) return { view: "chat", id: name };
  if (kind === "w" && name)
    return more === "edit" ? { view: "world-editor", world: name } : { view: "world", world: name };
  return { view: kind === "" || kind === "c" ? "chat" : "nowhere" };
}

export const chatHref = (id?: string): string => (id ? `#/c/${encodeURIComponent(id)}` : "#/");
export const worldHref = (world: string): string => `#/w/${encodeURIComponent(world)}`;
export const worldEditorHref = (world: string): string => `${worldHref(world)}/edit`;

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

const current = signal<Route>({ view: "chat" });

export const route: ReadonlySignal<Route> = current;

/** Follows the address of `page`; returns what lets go of it. */
export function followRoute(page: Window): () => void {
  const read = () => {
    current.value = parseRoute(page.location.hash);
  };
  read();
  page.addEventListener("hashchange", read);
  return () => page.removeEventListener("hashchange", read);
}

/** Goes somewhere; with `replace`, without a step in the history. */
export function goTo(href: string, { replace = false }: { replace?: boolean } = {}): void {
  if (replace) location.replace(href);
  else location.hash = href;
}
