import type { Clock } from "../../clock.ts";
import { type Lease, NOWHERE } from "./lease.ts";
import type { LettingGo } from "./letting-go.ts";
import type { OwnStreams } from "./own-streams.ts";
import type { ProducedLog } from "./produced-log.ts";
import type { Retries } from "./retries.ts";
import type { Command } from "./server-store.ts";
import type { SharedStore } from "./shared-store.ts";
import type { TakingOver } from "./taking-over.ts";

export type HandOverOptions = {
  store: SharedStore;
  clock: Clock;
  own: OwnStreams;
  lease: Pick<Lease, "nextFence" | "leave" | "given">;
  lettingGo: LettingGo;
  /** How many streams may run here. */
  maxStreams: number;
  persist: Retries["persist"];
  pause: Retries["pause"];
  /** Goes on with a stream that the store has given to this server under `fence`. */
  goOn(id: string, fence: string): Promise<void>;
  sizeIfAble: TakingOver["sizeIfAble"];
};

export type HandOver = {
  /** Gives away, until closed, what can be gone on with elsewhere. */
  begin(): Promise<void>;
  /** Another server gives one away. */
  take(command: Command & { type: "take" }): Promise<void>;
  /**
   * Gives away a stream that is this server's, and that it cannot go on with: all others are asked, and whoever can takes it. False
   * where nobody did within 2 s.
   */
  passOn(id: string): Promise<boolean>;
  /** What became of one that was given away. */
  taken(command: Command & { type: "taken" }): void;
  close(): void;
};

/** A server that has not answered by then is asked for nothing more; ms. */
const ANSWER_MS = 2000;
/** How often it is looked for what could not be given away before; ms. */
const AGAIN_MS = 500;
/** Given away at once: each may be a call to a model for its new server. */
const AT_ONCE = 32;
/** How often a stream may be given away: not a death, but each time its model may be asked again. */
const MOST_MOVES = 8;

/**
 * How a server that is about to close gives its running streams to others (R-DRAIN). Its writer stops, what it wrote gets into the
 * store, and then the one who takes it makes it its own there, by a script: however late an answer is, one server writes.
 */
export function createHandOver(options: HandOverOptions): HandOver {
  const { store, clock, own, lease, lettingGo, maxStreams, persist, pause, goOn } = options;
  const { serverId, local, produced } = own;
  const answers = new Map<string, (isTaken?: boolean) => void>();
  const silent = new Set<string>();
  // To offer a stream it is stopped, and its model asked again where nobody takes it: nobody is asked twice.
  const refused = new Map<string, Set<string>>();
  const stores = () => lease.given() || NOWHERE;
  let turns = 0;
  let arriving = 0;
  let arrivingBytes = 0;
  let leaving = false;
  let closed = false;

  async function others(): Promise<string[]> {
    const servers = await store.servers().catch(() => []);
    const able = servers.filter(({ id, isDead, isLeaving }) => id !== serverId && !isDead && !isLeaving);
    return able.map(({ id }) => id).filter((id) => !silent.has(id));
  }

  async function giveAll() {
    const targets = await others();
    if (targets.length === 0) return;
    const logs = [...produced.values()];
    const work = async () => {
      for (let log = logs.pop(); log && !closed; log = logs.pop()) await give(log, targets);
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
  }

  async function give(log: ProducedLog, all: readonly string[]) {
    const refusedBy = refused.get(log.id) ?? new Set();
    const targets = all.filter((target) => !refusedBy.has(target));
    if (targets.length === 0 || !local.handOver(log.id)) return;
    refused.set(log.id, refusedBy);
    // A store that has just lost it is given it first: of what is not there, nobody can be the next writer.
    log.check();
    await log.drained();
    const first = turns++;
    for (let index = 0; index < targets.length; index++) {
      const target = targets[(first + index) % targets.length] as string;
      // It may have been stopped meanwhile, or given up.
      if (closed || produced.get(log.id) !== log) return;
      if (!silent.has(target) && (await offer(target, log.id))) return lettingGo.handedOver(log);
      refusedBy.add(target);
    }
    if (!closed) await takeBack(log);
  }

  /** Whether the other server has taken it. */
  async function offer(target: string, id: string): Promise<boolean> {
    await store.send(target, { type: "take", id, server: serverId, stores: stores() }).catch(() => {});
    const isTaken = await answerOf(target, id);
    if (isTaken !== undefined) return isTaken;
    if (leaving) silent.add(target);
    // It may have taken it, and its answer be lost.
    return (await store.ownerOf(id).catch(() => serverId)) !== serverId;
  }

  function answerOf(target: string, id: string): Promise<boolean | undefined> {
    if (closed) return Promise.resolve(undefined);
    return new Promise((resolve) => {
      const key = `${target} ${id}`;
      const answer = (isTaken?: boolean) => {
        takeBackTimer();
        answers.delete(key);
        resolve(isTaken);
      };
      const takeBackTimer = clock.after(ANSWER_MS, answer);
      answers.set(key, answer);
    });
  }

  /** Nobody wants it: it goes on here for as long as there is time, unless somebody took it in the last moment. */
  async function takeBack(log: ProducedLog) {
    const { id } = log;
    const fence = lease.nextFence();
    await persist(
      async () => {
        const isOurs = await store.handOver(id, serverId, fence, { stores: stores(), most: Number.MAX_SAFE_INTEGER });
        await (isOurs ? goOn(id, fence) : lettingGo.handedOver(log));
      },
      () => closed || produced.get(id) !== log,
    );
  }

  /** Whether there is room for one more, and the models that it needs; if so, `take` is called, and is waited for. */
  async function whereAble(id: string, take: () => Promise<void>): Promise<boolean> {
    if (leaving || local.counts().running + arriving >= maxStreams) return false;
    arriving++;
    const size = await options.sizeIfAble(id).catch(() => undefined);
    const isAble = size !== undefined && local.hasRoom(arrivingBytes + size);
    arrivingBytes += isAble ? size : 0;
    if (isAble) await take();
    arrivingBytes -= isAble ? size : 0;
    arriving--;
    return isAble;
  }

  async function isOursNow({ id, server, stores }: Command & { type: "take" }, fence: string): Promise<boolean> {
    // Noted first: where this server dies in between, another finds it.
    await store.runs(serverId, id, true);
    const isOurs = await store.handOver(id, server, fence, { stores, most: MOST_MOVES });
    if (!isOurs) await store.runs(serverId, id, false);
    return isOurs;
  }

  return {
    async begin() {
      leaving = true;
      await lease.leave();
      while (!closed) {
        await giveAll();
        await pause(AGAIN_MS);
      }
    },
    async take(command) {
      const { id, server } = command;
      const answer = (isTaken: boolean) =>
        store.send(server, { type: "taken", id, server: serverId, isTaken }).catch(() => {});
      const fence = lease.nextFence();
      const takeIt = () =>
        persist(async () => {
          const isOurs = await isOursNow(command, fence);
          void answer(isOurs);
          if (isOurs) await goOn(id, fence);
        });
      if (!(await whereAble(id, takeIt))) await answer(false);
    },
    async passOn(id) {
      const targets = await others();
      const answered = await Promise.all(targets.map((target) => offer(target, id)));
      // It is left to those who see that this server's lease has run out.
      if (closed) throw new Error("This server is about to close.");
      return answered.includes(true);
    },
    taken: ({ id, server, isTaken }) => answers.get(`${server} ${id}`)?.(isTaken),
    close() {
      closed = true;
      for (const answer of [...answers.values()]) answer();
    },
  };
}
