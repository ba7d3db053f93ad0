/** Feeds of worlds as they stand in the store, and as they are told of: see `feed-scripts.ts`. */

/** Events of a feed as JSON, the first of them number `first`. */
export type FeedPiece = { first: number; events: readonly string[] };

/** What is published of a feed as it is written; `batch` is the number that its server gave it. */
export type FeedNews = FeedPiece & { id: string; sealed: boolean; server: string; batch: number };

export type FeedState = {
  id: string;
  /** Number of its last event. */
  seq: number;
  createdAt: string;
  sealed: boolean;
  /** Ids that it had. */
  gone: readonly string[];
  /** The last batch of each server that is in it. */
  batches: ReadonlyMap<string, number>;
  /** In order, but not always without a hole: what is before one is gone. `age`: how long ago they came, ms. */
  kept: readonly (FeedPiece & { age: number })[];
};

/** `meta`: names and values of the hash. `entries`: of the stream. */
export function stateOf(meta: readonly string[], entries: readonly [string, string[]][], now: number): FeedState {
  const fields = pairsOf(meta);
  const named = (prefix: string) =>
    [...fields].flatMap(([name, value]) =>
      name.startsWith(prefix) ? [[name.slice(prefix.length), value] as const] : [],
    );
  return {
    id: fields.get("id") ?? "",
    seq: Number(fields.get("seq")),
    createdAt: fields.get("created") ?? "",
    sealed: fields.has("sealed"),
    gone: named("gone:").map(([id]) => id),
    batches: new Map(named("w:").map(([server, batch]) => [server, Number(batch)])),
    kept: entries.map(([, entry]) => keptOf(pairsOf(entry), now)),
  };
}

function keptOf(entry: Map<string, string>, now: number): FeedState["kept"][number] {
  return {
    first: Number(entry.get("f")),
    events: linesOf(entry.get("e")),
    age: Math.max(0, now - Number(entry.get("t"))),
  };
}

/** What is published: `id first sealed server batch`, and an event a line; or a word that says what is wrong. */
export function newsOf(message: string): FeedNews | undefined {
  const [head = ""] = message.split("\n", 1);
  const [id = "", first, sealed, server = "", batch] = head.split(" ");
  if (batch === undefined) return undefined;
  const events = linesOf(message.slice(head.length + 1));
  return { id, first: Number(first), sealed: sealed === "1", server, batch: Number(batch), events };
}

/** A batch may have no events: it says that some were lost. */
const linesOf = (text = ""): string[] => (text === "" ? [] : text.split("\n"));

/** Names and values in turn. */
export function pairsOf(flat: readonly string[]): Map<string, string> {
  const pairs = new Map<string, string>();
  for (let at = 0; at < flat.length; at += 2) pairs.set(flat[at] as string, flat[at + 1] as string);
  return pairs;
}
