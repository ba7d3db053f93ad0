import { type ErrorCode, isRetryable } from "../../protocol/errors.ts";
import type { StreamLog } from "../stream-log.ts";
import { jsonFrom } from "./event-json.ts";
import type { OwnStreams } from "./own-streams.ts";
import type { SharedStore } from "./shared-store.ts";
import type { Writer } from "./stream-store.ts";

/**
 * Gives a store that has lost something what this server has written. Resolves when all of it is there that was ever shown to
 * anybody; rejects where the store went away in between.
 */
export function createRestoring(store: SharedStore, own: OwnStreams): () => Promise<void> {
  const { serverId, local, produced, ended } = own;
  let last: Promise<void> = Promise.resolve();

  async function restoreRunning(): Promise<void> {
    const logs = [...produced.values()];
    for (const log of logs) log.check();
    const running = logs.filter(({ sealed }) => !sealed);
    await Promise.all(running.map(({ id }) => store.runs(serverId, id, true)));
    await Promise.all(logs.map((log) => log.drained()));
  }

  async function restoreEnded(): Promise<void> {
    for (const [id, writer] of [...ended]) {
      const here = await local.find(id);
      if (here.state !== "kept" || (await giveAgain(here.log, writer))) continue;
      // Another server has gone on with it: what stands here is no longer what it is.
      own.remove(id);
    }
  }

  /** Whether the store has that log now. */
  async function giveAgain(log: StreamLog, writer: Writer): Promise<boolean> {
    const end = log.event(log.lastSeq);
    const freesKeys = end.type === "error" && isRetryable(end.error_code as ErrorCode);
    for (let first = log.lastSeq + 1; ; ) {
      const events = jsonFrom(log, first);
      const outcome = await store.append(log.id, writer, { first, events, sealed: true, freesKeys });
      if (outcome.state !== "lost") return outcome.state === "ok";
      first = outcome.seq + 1;
    }
  }

  return () => {
    // One after the other: what is asked for now looks at the store as it is now.
    const next = last.then(restoreRunning).then(restoreEnded);
    last = next.catch(() => {});
    return next;
  };
}
