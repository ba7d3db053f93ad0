/**
 * Readers on other servers of what is written here: while there is any, one of them counts as a reader of ours, so that the stream
 * is neither abandoned nor ended. `attach` counts it until what it returns is called, and is undefined where the stream is not here
 * (any more). It calls `ended` when the stream has: its readers elsewhere have it whole, and say nothing when they go.
 */
export function remoteReaders(attach: (id: string, ended: () => void) => (() => void) | undefined) {
  const held = new Map<string, { servers: Set<string>; release: () => void }>();

  function open(id: string) {
    const release = attach(id, () => letGo(id));
    if (!release) return undefined;
    const entry = { servers: new Set<string>(), release };
    held.set(id, entry);
    return entry;
  }

  function letGo(id: string) {
    held.get(id)?.release();
    held.delete(id);
  }

  function drop(id: string, server: string) {
    const entry = held.get(id);
    if (entry?.servers.delete(server) && entry.servers.size === 0) letGo(id);
  }

  return {
    has: (id: string): boolean => held.has(id),
    /** So many read the stream on that server. */
    set(id: string, server: string, count: number) {
      if (count === 0) return drop(id, server);
      (held.get(id) ?? open(id))?.servers.add(server);
    },
    /** A server that has died reads nothing. */
    keepOnly(living: ReadonlySet<string>) {
      for (const [id, { servers }] of held) for (const server of servers) if (!living.has(server)) drop(id, server);
    },
    /** The stream is not here any more. */
    forget: letGo,
    close() {
      for (const { release } of held.values()) release();
      held.clear();
    },
  };
}
