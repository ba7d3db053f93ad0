/**
 * Where things are in Redis. What belongs to one stream has its id as the hash tag, so that a script touches one slot of a
 * cluster (https://redis.io/docs/latest/operate/oss_and_stack/reference/cluster-spec/#hash-tags):
 *
 * - `P{id}:log`    Redis Stream: entry `<term>-<seq>`, field `e`, the event as JSON on one line; a term for each writer that it had
 * - `P{id}:meta`   hash: names, epochs, resume, owner, fence, term, seq when it was last looked at, takeovers, moves, sealed, freed
 * - `P{id}:gone`   that there was such a stream: a forgotten id is told from one that never was
 * - `P{id}:bell`   channel: each batch as it is written
 * - `Pserver:ID`   that a server lives, and whether it is leaving; `Pserver:ID:running` the streams it writes, `Pserver:ID:commands` the channel to it
 * - `Pservers`     hash: all servers that live, or whose streams are still to be taken over, and to which Redis each has given
 *                  everything
 * - `Pclaim:KEY`   hash: an idempotency key's fingerprint, who claimed it, and its stream
 * - `Pclaims`      channel: which key was bound or let go
 * - `Pworlds`      hash: a copy of each world as JSON, by its name in small letters; `#` tells this store from one that was emptied
 * - `Pserver:ID:calls` channel: what other servers ask it, and answer it
 * - `Pturn:TURN`   where a turn runs, by its public name
 * - `Pworlds:news` channel: what servers say to each other about worlds
 * - `P{w:WORLD}:memory` list: what was said in a world of late, by its name in small letters
 * - `P{w:WORLD}:feed`, `P{w:WORLD}:feed:meta` stream and hash: a world's feed (`src/worlds/redis/feed-scripts.ts`)
 * - `P{w:WORLD}:feed:told`, `P{w:WORLD}:feed:told:before` hashes: how far it has which turn
 * - `P{w:WORLD}:feed:bell` channel: what is added to it
 *
 * In a database other than 0, `@` and its number end the name of each channel: all databases hear what any of them publishes.
 */
export type Keys = {
  log(id: string): string;
  meta(id: string): string;
  gone(id: string): string;
  bell(id: string): string;
  claim(key: string): string;
  readonly claims: string;
  server(id: string): string;
  running(serverId: string): string;
  commands(serverId: string): string;
  calls(serverId: string): string;
  readonly servers: string;
  readonly worlds: string;
  turn(turnId: string): string;
  readonly worldNews: string;
  memory(world: string): string;
  feed(world: string): string;
  feedMeta(world: string): string;
  feedTold(world: string): string;
  feedToldBefore(world: string): string;
  feedBell(world: string): string;
};

/** The names below `prefix`, `chatwait:` for one, in the database with that number. */
export function keysUnder(prefix: string, database = 0): Keys {
  const of = (part: string) => (id: string) => `${prefix}{${id}}:${part}`;
  const ofWorld = (part: string) => (world: string) => `${prefix}{w:${world.toLowerCase()}}:${part}`;
  const at = database === 0 ? "" : `@${database}`;
  return {
    ...{ log: of("log"), meta: of("meta"), gone: of("gone"), bell: of(`bell${at}`) },
    claim: (key) => `${prefix}claim:${key}`,
    claims: `${prefix}claims${at}`,
    server: (id) => `${prefix}server:${id}`,
    running: (id) => `${prefix}server:${id}:running`,
    commands: (id) => `${prefix}server:${id}:commands${at}`,
    calls: (id) => `${prefix}server:${id}:calls${at}`,
    servers: `${prefix}servers`,
    worlds: `${prefix}worlds`,
    turn: (id) => `${prefix}turn:${id}`,
    worldNews: `${prefix}worlds:news${at}`,
    memory: ofWorld("memory"),
    ...{ feed: ofWorld("feed"), feedMeta: ofWorld("feed:meta"), feedBell: ofWorld(`feed:bell${at}`) },
    ...{ feedTold: ofWorld("feed:told"), feedToldBefore: ofWorld("feed:told:before") },
  };
}
