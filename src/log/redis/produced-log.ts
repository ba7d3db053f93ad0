import { type ErrorCode, isRetryable } from "../../protocol/errors.ts";
import type { EventDraft } from "../../protocol/events.ts";
import { createBells, hang, ringSoon } from "../bells.ts";
import type { StreamLog } from "../stream-log.ts";
import { jsonOf, jsonOfToken } from "./event-json.ts";
import { createOutbox, type Outbox, type OutboxOptions } from "./outbox.ts";
import type { SharedNames } from "./stream-store.ts";

/** A log that is written here, and that readers see as far as the store has it (R-ANY). */
export type ProducedLog = StreamLog &
  Pick<Outbox, "drained" | "check" | "keep" | "tell" | "stop"> & {
    readonly names: SharedNames;
    /** Shows another log from now on, which begins with all that this one has shown. What is still written here is dropped. */
    become(other: StreamLog): void;
  };

export type ProducedLogOptions = Omit<OutboxOptions, "id" | "event" | "onStored"> & {
  /** All of it, also what is still on its way. */
  inner: StreamLog;
  /** Its end is in the store. */
  onEnd(): void;
};

/** Shows of `inner` what has arrived in the store. */
export function createProducedLog({ inner, onEnd, ...outboxOptions }: ProducedLogOptions): ProducedLog {
  const bells = createBells();
  let shown = inner;
  const outbox = createOutbox({
    ...outboxOptions,
    id: inner.id,
    event: (seq) => jsonOf(inner.event(seq)),
    onStored(seq, sealed) {
      if (shown !== inner) return;
      const hadEnded = log.sealed;
      log.lastSeq = seq;
      log.sealed = sealed;
      ringSoon(bells);
      if (sealed && !hadEnded) onEnd();
    },
  });

  function push(draft: EventDraft, sealed?: { freesKeys: boolean }) {
    const seq = inner.lastSeq;
    outbox.push(draft.type === "token" ? jsonOfToken(draft, seq) : jsonOf({ ...draft, seq }), sealed);
  }

  function mirror() {
    if (log.sealed || log.isVoid) return;
    log.lastSeq = shown.lastSeq;
    log.sealed = shown.sealed;
    log.away = shown.away;
    log.isVoid = shown.isVoid ?? false;
    log.epoch = shown.epoch;
    ringSoon(bells);
  }

  const log: { -readonly [Field in keyof ProducedLog]: ProducedLog[Field] } = {
    id: inner.id,
    kind: inner.kind,
    world: inner.world,
    createdAt: inner.createdAt,
    epoch: inner.epoch,
    lastSeq: outboxOptions.stored,
    sealed: false,
    away: undefined,
    isVoid: false,
    names: outboxOptions.writer.names,
    append(draft) {
      const refused = inner.append(draft);
      if (!refused) push(draft);
      return refused;
    },
    seal(draft) {
      inner.seal(draft);
      push(draft, { freesKeys: draft.type === "error" && isRetryable(draft.error_code as ErrorCode) });
    },
    slice(after, maxBytes) {
      return after >= log.lastSeq ? undefined : shown.slice(after, maxBytes, log.lastSeq);
    },
    event: (seq) => shown.event(seq),
    sharedUpTo: (epoch) => shown.sharedUpTo(epoch),
    mayLack: (seq = log.lastSeq + 1) => (shown === inner ? seq <= inner.lastSeq : (shown.mayLack?.(seq) ?? false)),
    listen: (bell) => hang(bells, bell),
    become(other) {
      outbox.stop();
      shown = other;
      const release = other.listen(() => {
        mirror();
        if (log.sealed || log.isVoid) release();
      });
      mirror();
      if (log.sealed || log.isVoid) release();
    },
    drained: outbox.drained,
    check: outbox.check,
    keep: outbox.keep,
    tell: outbox.tell,
    stop: outbox.stop,
  };
  return log;
}
