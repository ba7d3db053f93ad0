import type { Clock } from "../../clock.ts";
import { failure, isFailure } from "../../protocol/errors.ts";
import type { LogSpec, TakenOver } from "../shelf.ts";
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
  /** Goes on with the stream. */
  onTakenOver(taken: TakenOver): void;
};

/** A stream that has killed three servers will kill the fourth (R-TAKEOVER). */
const MOST_TAKEOVERS = 2;

/** Goes on with streams of other servers. The store has given each of them to this server already, under `fence`. */
export function createTakingOver({ store, clock, own, persist, onTakenOver }: TakingOverOptions) {
  /** The events so far are put into a log of our own, and the writer goes on where they end. */
  async function goOn(id: string, writer: Writer, events: readonly string[]) {
    const { kind, world, createdAt, epochs, cancelOnLeave = false } = writer.names;
    let cancel: LogSpec["cancel"] = () => {};
    let handOver: LogSpec["handOver"];
    const setCancel: TakenOver["setCancel"] = (...given) => {
      [cancel, handOver] = given;
    };
    const losses = epochs.length > 0 ? { epochs } : {};
    const about = { id, kind, createdAt, cancelOnLeave, ...(world === undefined ? {} : { world }), ...losses };
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

  /** `times`: of how many deaths it is the last; 0 where nobody has died. */
  return async function takeOver(id: string, fence: string, times: number): Promise<void> {
    await persist(async () => {
      const found = await store.read(id, 0);
      if (!found || found.batch.sealed) return;
      const { names, batch } = found;
      if (times > MOST_TAKEOVERS) return endLost(id, { fence, names });
      const resume = await store.resumeOf(id);
      try {
        await goOn(id, { fence, names, resume }, batch.events);
        if (times > 0) own.fates.takenOver++;
      } catch (error) {
        if (!isFailure(error)) throw error;
        await endLost(id, { fence, names });
      }
    });
  };
}
