import { Cluster } from "ioredis";
import { type Epochs, textOfEpochs } from "../epochs.ts";
import type { Connection } from "./connection.ts";
import { createDepartures, type Heard } from "./departures.ts";
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
type Standing = { term: string; connection: object; lookedAt: number; isSure: boolean; head: string };

const OK: AppendOutcome = { state: "ok" };

/** What goes along with a batch. `looks`: the script looks at the stream as a whole, and gives it time to live again. */
type Along = { fence: string; epochs: Epochs; named: [names: string, resume: string]; looks: boolean };

/**
 * How batches are written. A script looks at the stream, writes and tells who follows, all at once. It is four times as dear as the
 * writing alone, so where the writer knows its stream, tokens are written by Redis' own command, which is refused where another has
 * taken over, whose entries have higher ids, and where the stream is gone; who follows is told when Redis has answered.
 */
export function createAppends({ redis }: Connection, keys: Keys, { ttlMs, wall }: StreamStoreOptions) {
  const runScript = defineScript<string>(redis, "chatwaitAppend", 3, APPEND);
  /** A cluster's nodes come and go behind its back: there the script looks each time. */
  const one = redis instanceof Cluster ? undefined : redis;
  const { soon, atOnce, send, keepOrder } = createDepartures(one);
  const standings = new WeakMap<Writer, Standing>();

  function standingOf(writer: Writer): Standing | undefined {
    const standing = standings.get(writer);
    const isTrue = standing?.isSure && standing.connection === one?.stream && wall() - standing.lookedAt < LOOK_MS;
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
    const connection = one?.stream;
    // Names go along only where they may have to be written: a start may be large, and tokens are many.
    const named: Along["named"] =
      batch.first === 1 ? [JSON.stringify(told), JSON.stringify(writer.resume) ?? ""] : ["", ""];
    const said = await run(id, batch, { fence: writer.fence, epochs, named, looks: !standing });
    const outcome = outcomeOf(said) as AppendOutcome;
    if (outcome.state !== "ok") standings.delete(writer);
    else if (!standing && connection) {
      const term = said.slice("ok ".length);
      standings.set(writer, { term, connection, lookedAt: wall(), isSure: true, head: headOf(keys.log(id)) });
    }
    return outcome;
  }

  /** Whether all of it is there. Redis refuses where another has taken over, and where there is no such stream. */
  function add(standing: Standing, { first, events }: Batch): Promise<boolean> {
    return new Promise((resolve, reject) => {
      let due = events.length;
      let isWhole = true;
      const heard: Heard = (error, reply) => {
        if (error && error.name !== "ReplyError") return reject(error);
        if (error || reply === null) isWhole = false;
        if (--due === 0) resolve(isWhole);
      };
      events.forEach((event, index) => {
        send(textOfAdding(standing, first + index, event), heard);
      });
    });
  }

  /** Tells those who follow what is in the store from `first` on. Where that gets lost, the next batch shows the hole. */
  function tell(id: string, epochs: Epochs, first: number, events: readonly string[] = []) {
    const text = [`${first} 0 ${textOfEpochs(epochs)}`, ...events].join("\n");
    if (one) atOnce(() => send(textOf("publish", keys.bell(id), text), () => {}));
    else redis.publish(keys.bell(id), text).catch(() => {});
  }

  /** Without an answer nobody knows whether Redis has the batch: then that is thrown, and the script finds out. */
  function append(id: string, writer: Writer, batch: WrittenBatch): Promise<AppendOutcome> {
    const standing = batch.sealed || batch.events.length === 0 ? undefined : standingOf(writer);
    if (!standing) return byScript(id, writer, batch);
    standing.isSure = false;
    return add(standing, batch).then((isWhole) => {
      standing.isSure = isWhole;
      if (!isWhole) return byScript(id, writer, batch);
      // Not before it is there: nobody may hear what a writer says that another has followed.
      if (!batch.isUnheard) tell(id, writer.names.epochs, batch.first, batch.events);
      return OK;
    });
  }

  async function giveBack(id: string, epochs: Epochs, batch: Batch): Promise<GivenBack> {
    const along: Along = { fence: "", epochs, named: ["", ""], looks: true };
    return outcomeOf(await run(id, { ...batch, freesKeys: false }, along));
  }

  return { soon, append, giveBack, tell };
}

/** All that adding an entry to a stream begins with, in one piece: the text of a command costs by its pieces. */
const headOf = (key: string): string =>
  ["*6\r\n$4\r\nxadd\r\n$", Buffer.byteLength(key), "\r\n", key, "\r\n$10\r\nNOMKSTREAM\r\n"].join("");

function textOfAdding({ term, head }: Standing, seq: number, event: string): string {
  const entry = `${term}-${seq}`;
  return `${head}$${entry.length}\r\n${entry}\r\n$1\r\ne\r\n$${Buffer.byteLength(event)}\r\n${event}\r\n`;
}

const textOf = (...words: string[]): string =>
  `*${words.length}\r\n${words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`).join("")}`;

type GivenBack = AppendOutcome | { state: "gone" };

function outcomeOf(said: string): GivenBack {
  const [state, value] = said.split(" ");
  if (state === "ok") return OK;
  if (state === "lost") return { state, seq: Number(value) };
  return { state: state as "fenced" | "gone" };
}
