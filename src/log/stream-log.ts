import type { ErrorCode } from "../protocol/errors.ts";
import type { OpenDraft, StreamEvent, TerminalDraft } from "../protocol/events.ts";
import type { Slice } from "./frame-store.ts";

export type Away = "leaving" | "closing" | "storeless" | undefined;

/**
 * The port of a log: the events of one stream, numbered, encoded, bounded, sealed once. One writer, any number of readers.
 *
 * Reading is synchronous: what a reader may see is in this server's memory. A log that is shared between servers keeps a copy
 * here, shows an event only once the store has it, and rings its bell then; finding such a log may take time, and that
 * is the shelf's business.
 */
export type StreamLog = {
  readonly id: string;
  readonly kind: "chat" | "world";
  /** World: whose turn this is. */
  readonly world: string | undefined;
  /** RFC 3339, UTC. */
  readonly createdAt: string;
  /** Raised when events that were delivered could not be restored. */
  readonly epoch: number;
  /** The last event that readers may see. */
  readonly lastSeq: number;
  /** "Nothing more" and "nothing yet" are different facts. */
  readonly sealed: boolean;
  /**
   * Another server writes it, and this one is about to close: whoever can come back for the rest is to do so, and finds another
   * server. `closing`: so is everybody else. `storeless`: so is everybody, for this server has not heard of the store for too long.
   * Never in memory alone.
   */
  readonly away?: Away;
  /** Its readers have seen what the stream has lost: they are cut, and no other event follows (R-STORE). */
  readonly isVoid?: boolean;

  /**
   * Adds an event (R-SEQ: the log numbers it). Returns why it was refused, and then it is not in the log, or undefined.
   * A `message_end` is never refused. Throws once sealed.
   */
  append(draft: OpenDraft): ErrorCode | undefined;
  /** Adds the terminal event (R-ONE). Always has room. Throws when called twice. */
  seal(draft: TerminalDraft): void;

  /** Encoded events after `after`, and none after `upTo`; see `Slice`. */
  slice(after: number, maxBytes: number, upTo?: number): Slice | undefined;
  /** The event itself, to be read and not changed. `seq` must be within 1 and `lastSeq`. */
  event(seq: number): StreamEvent;
  /** Up to which seq a cursor of `epoch` is true of this log; -1 if of none. */
  sharedUpTo(epoch: number): number;
  /**
   * Whether event `seq`, or any, may have been delivered elsewhere and be missing for now: its store was replaced, and it is not known
   * yet what is lost, or has not answered whether it has that event.
   */
  mayLack?(seq?: number): boolean;
  /** Rings once in the same turn of the event loop after one or more events became visible. Returns its release. */
  listen(bell: () => void): () => void;
};
