import { Command } from "ioredis";
import { type Epochs, textOfEpochs } from "../epochs.ts";
import type { Connection } from "./connection.ts";
import { createDepartures } from "./departures.ts";
import type { Keys } from "./keys.ts";
import { defineScript } from "./scripts.ts";
import { APPEND } from "./stream-scripts.ts";
import type { AppendOutcome, Batch, StreamStoreOptions, Writer, WrittenBatch } from "./stream-store.ts";

/** A forgotten id is told from an unknown one for an hour (R-ABANDON). */
export const TOMBSTONE_MS = 3_600_000;
/** How often a stream that is written is given its time to live again, and looked at as a whole. */
const LOOK_MS = 10_000;

/**
 * What a writer knows of its stream: under which term it writes, and that it was whole when it was last looked at, over this
 * connection. Over another it may be another store, that has lost the last writes.
 */
type Standing = { term: string; connection: object; lookedAt: number };

const OK: AppendOutcome = { state: "ok" };
const UTF8 = { replyEncoding: "utf8" } as const;

/** What goes along with a batch. `looks`: the script looks at the stream as a whole, and gives it time to live again. */
type Along = { fence: string; epochs: Epochs; named: [names: string, resume: string]; looks: boolean };

/**
 * How batches are written. A script looks at the stream, writes and tells who follows, all at once. It is four times as dear as the
 * writing alone, so where the writer knows its stream and nobody follows, tokens are written by Redis' own command: it is
 * refused where another has taken over, whose entries have higher ids, and where the stream is gone.
 */
export function createAppends({ redis }: Connection, keys: Keys, { ttlMs, wall }: StreamStoreOptions) {
  const runScript = defineScript<string>(redis, "chatwaitAppend", 3, APPEND);
  const { soon, send, keepOrder } = createDepartures(redis);
  const standings = new WeakMap<Writer, Standing>();

  function standingOf(writer: Writer): Standing | undefined {
    const standing = standings.get(writer);
    const isTrue = standing && standing.connection === redis.stream && wall() - standing.lookedAt < LOOK_MS;
    return isTrue ? standing : undefined;
  }

  function run(id: string, batch: WrittenBatch, { fence, epochs, named, looks }: Along): Promise<string> {
    const { first, sealed, freesKeys, isUnheard } = batch;
    const flags = [sealed ? 1 : 0, freesKeys ? 1 : 0, isUnheard && !sealed ? "" : keys.bell(id)];
    const lives = looks ? [ttlMs, ttlMs + TOMBSTONE_MS, wall() + ttlMs + TOMBSTONE_MS] : ["", "", ""];
    const where = [keys.log(id), keys.meta(id), keys.gone(id)];
    keepOrder();
    return runScript(...where, fence, first, ...flags, ...lives, ...named, textOfEpochs(epochs), ...batch.events);
  }

  async function byScript(id: string, writer: Writer, batch: WrittenBatch): Promise<AppendOutcome> {
    const { epochs, ...told } = writer.names;
    const standing = batch.sealed || batch.first === 1 ? undefined : standingOf(writer);
    const connection = redis.stream;
    // Names go along only where they may have to be written: a start may be large, and tokens are many.
    const named: Along["named"] =
      batch.first === 1 ? [JSON.stringify(told), JSON.stringify(writer.resume) ?? ""] : ["", ""];
    const said = await run(id, batch, { fence: writer.fence, epochs, named, looks: !standing });
    const outcome = outcomeOf(said) as AppendOutcome;
    if (outcome.state !== "ok") standings.delete(writer);
    else if (!standing) standings.set(writer, { term: said.slice("ok ".length), connection, lookedAt: wall() });
    return outcome;
  }

  /** Whether Redis has taken the batch. Without an answer nobody knows: then that is thrown, and the script finds out. */
  async function byCommand(id: string, { term }: Standing, { first, events }: Batch): Promise<boolean> {
    const add = (event: string, index: number) =>
      send(new Command("xadd", [keys.log(id), "NOMKSTREAM", `${term}-${first + index}`, "e", event], UTF8));
    try {
      const added = await (events.length === 1 ? add(events[0] as string, 0) : Promise.all(events.map(add)));
      return added !== null && !(Array.isArray(added) && added.includes(null));
    } catch (error) {
      if ((error as Error).name === "ReplyError") return false;
      throw error;
    }
  }

  async function append(id: string, writer: Writer, batch: WrittenBatch): Promise<AppendOutcome> {
    const isPlain = !batch.sealed && batch.isUnheard && batch.events.length > 0;
    const standing = isPlain ? standingOf(writer) : undefined;
    if (!standing) return byScript(id, writer, batch);
    standings.delete(writer);
    if (!(await byCommand(id, standing, batch))) return byScript(id, writer, batch);
    standings.set(writer, standing);
    return OK;
  }

  async function giveBack(id: string, epochs: Epochs, batch: Batch): Promise<GivenBack> {
    const along: Along = { fence: "", epochs, named: ["", ""], looks: true };
    return outcomeOf(await run(id, { ...batch, freesKeys: false }, along));
  }

  return { soon, append, giveBack };
}

type GivenBack = AppendOutcome | { state: "gone" };

function outcomeOf(said: string): GivenBack {
  const [state, value] = said.split(" ");
  if (state === "ok") return OK;
  if (state === "lost") return { state, seq: Number(value) };
  return { state: state as "fenced" | "gone" };
}
