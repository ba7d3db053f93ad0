import type { Clock } from "../../clock.ts";
import { failure, isFailure } from "../../protocol/errors.ts";
import type { StreamEvent } from "../../protocol/events.ts";
import { frameOfJson } from "../../protocol/frames.ts";
import type { LogSpec, Takeable, TakenOver } from "../shelf.ts";
import { endInStore, fillFrom } from "./lost-streams.ts";
import type { OwnStreams } from "./own-streams.ts";
import type { Retries } from "./retries.ts";
import type { SharedStore } from "./shared-store.ts";
import type { Writer } from "./stream-store.ts";

export type TakingOverOptions = {
  store: SharedStore;
  clock: Clock;
  own: OwnStreams;
  persist: Retries["persist"];
  /** Whether this server has the models that the stream needs. */
  canGoOn(stream: Takeable): Promise<boolean>;
  /** Gives a stream of this server to another one that can go on with it; false where there is none. */
  passOn(id: string): Promise<boolean>;
  /** Goes on with the stream. */
  onTakenOver(taken: TakenOver): void;
};

export type TakingOver = {
  /** Goes on with a stream. `times`: of how many deaths it is the last; 0 where nobody has died. */
  takeOver(id: string, fence: string, times: number): Promise<void>;
  /** How many bytes a stream of another server would take here; undefined where this one could not go on with it. */
  sizeIfAble(id: string): Promise<number | undefined>;
};

/** A stream that has killed three servers will kill the fourth (R-TAKEOVER). */
const MOST_TAKEOVERS = 2;

/** Goes on with streams of other servers. The store has given each of them to this server already, under `fence`. */
export function createTakingOver(options: TakingOverOptions): TakingOver {
  const { store, clock, own, persist, canGoOn, passOn, onTakenOver } = options;

  /** The events so far are put into a log of our own, and the writer goes on where they end. */
  async function goOn(id: string, writer: Writer, events: readonly StreamEvent[]) {
    const { kind, world, createdAt, epochs, cancelOnLeave = false } = writer.names;
    let cancel: LogSpec["cancel"] = () => {};
    let handOver: LogSpec["handOver"];
    const setCancel: TakenOver["setCancel"] = (...given) => {
      [cancel, handOver] = given;
    };
    const losses = epochs.length > 0 ? { epochs } : {};
    const about = {
      id,
      kind,
      createdAt,
      cancelOnLeave,
      isLeft: true,
      ...(world === undefined ? {} : { world }),
      ...losses,
    };
    own.remove(id);
    const inner = await own.local.create({
      ...about,
      cancel: (cause) => cancel(cause),
      handOver: () => handOver?.() ?? false,
    });
    const refused = fillFrom(inner, events);
    if (refused) {
      inner.seal(refused);
      own.remove(id);
      throw failure("generation_lost");
    }
    const log = own.produce(inner, writer, events.length);
    onTakenOver({ log, resume: writer.resume, setCancel });
  }

  async function endLost(id: string, writer: Writer) {
    await endInStore(store, { id, writer, code: "generation_lost", clock });
    await store.runs(own.serverId, id, false);
  }

  const isAble = (stream: Takeable) => canGoOn(stream).catch(() => false);

  /** What nobody can go on with is begun here all the same: it has its end then, and of a turn those speak who can. */
  async function goOnSomewhere(id: string, writer: Writer, events: readonly string[]) {
    const stream = streamOf(writer, events);
    const canBeHere = own.local.hasRoom(sizeOf(id, events)) && (await isAble(stream));
    if (canBeHere || !(await passOn(id))) await goOn(id, writer, stream.events);
    else await store.runs(own.serverId, id, false);
  }

  return {
    async takeOver(id, fence, times) {
      await persist(async () => {
        const found = await store.read(id, 0);
        if (!found || found.batch.sealed) return store.runs(own.serverId, id, false);
        const { names, batch } = found;
        if (times > MOST_TAKEOVERS) return endLost(id, { fence, names });
        const resume = await store.resumeOf(id);
        try {
          await goOnSomewhere(id, { fence, names, resume }, batch.events);
          if (times > 0) own.fates.takenOver++;
        } catch (error) {
          // One that closes leaves it to those who see that its lease has run out.
          if (!isFailure(error) || error.code === "shutting_down") throw error;
          await endLost(id, { fence, names });
        }
      });
    },
    async sizeIfAble(id) {
      const [found, resume] = await Promise.all([store.read(id, 0), store.resumeOf(id)]);
      if (!found || found.batch.sealed) return undefined;
      const { names, batch } = found;
      const stream = streamOf({ names, resume }, batch.events);
      return (await isAble(stream)) ? sizeOf(id, batch.events) : undefined;
    },
  };
}

const streamOf = ({ names, resume }: Pick<Writer, "names" | "resume">, events: readonly string[]): Takeable => ({
  kind: names.kind,
  resume,
  events: events.map((event) => JSON.parse(event) as StreamEvent),
});

/** Bytes of the frames. */
const sizeOf = (id: string, events: readonly string[]): number =>
  events.reduce((sum, event, index) => sum + Buffer.byteLength(frameOfJson(`${id}.0.`, index + 1, event)), 0);
