import type { StreamEvent } from "../protocol/events.ts";
import type { Epochs } from "./epochs.ts";
import type { StreamLog } from "./stream-log.ts";

/**
 * The port of the shelf: where logs are kept. It owns their lifetime: how long an ended one stays, when a running one counts
 * as abandoned, how many there may be, and which start an idempotency key belongs to. Asynchronous where a store that is
 * shared between servers has to be asked.
 */
export type Shelf = {
  /** Its streams outlive this server: whoever creates one says what another server needs to go on with it. */
  readonly isShared?: true;
  /**
   * Puts a new, empty log on the shelf.
   * @throws Failure `overloaded` where a limit is reached, `shutting_down` once it is closed
   */
  create(spec: LogSpec): Promise<StreamLog>;
  find(id: string): Promise<Found>;
  /**
   * Counts a reader of a log until its release is called: only while one reads is a log kept from expiring.
   * @throws Failure `overloaded` where there are too many readers
   */
  attach(log: StreamLog): () => void;
  /**
   * Counts a reader of something that stands on no shelf, until its release is called.
   * @throws Failure `overloaded` where there are too many readers
   */
  countReader(): () => void;
  /** Asks the writer of a stream to end it, and resolves when the log is sealed. Does nothing when it is. */
  cancel(id: string, cause: CancelCause): Promise<void>;
  /**
   * Binds an idempotency key to a stream that is about to start (R-IDEMPOTENT). Whoever comes second waits for the first.
   * @throws Failure `idempotency_key_reused` where the key came with another fingerprint
   */
  claim(key: string, fingerprint: string): Promise<Claim>;
  counts(): ShelfCounts;
  /** Resolves when none of this server's streams runs. */
  idle(): Promise<void>;
  /** Ends this server's running streams, and forgets everything. */
  close(cause: CancelCause): Promise<void>;
};

export type LogSpec = {
  id: string;
  kind: StreamLog["kind"];
  world?: string;
  /** Ends the generation; must seal the log before it returns. Called at most once, and never after the log was sealed. */
  cancel(cause: CancelCause): void;
  /**
   * Stops the generation without an end where another server could go on with it, after which nothing is written but what `cancel`
   * writes. False where none could, or it has ended: then nothing has changed. For a shared shelf alone.
   */
  handOver?(): boolean;
  /** What another server needs to go on with the stream where this one dies: plain JSON. For a shared shelf alone. */
  resume?: unknown;
  /** RFC 3339: when it was begun, where that was on another server. */
  createdAt?: string;
  /** Where a store has lost something of it. */
  epochs?: Epochs;
  /** `on_disconnect: cancel`: stop when its last reader has been gone for 10 s. */
  cancelOnLeave?: boolean;
  /** Another server has begun it: whoever read it there has left with that server, and those who come back are new ones. */
  isLeft?: boolean;
};

/** A stream of a server that has died or that hands it over, for whoever goes on with it here. */
export type TakenOver = {
  /** What was written; whoever goes on writes here. */
  log: StreamLog;
  /** What the stream was created with. */
  resume: unknown;
  /** Both as in the spec of a log that is created. */
  setCancel(cancel: LogSpec["cancel"], handOver?: LogSpec["handOver"]): void;
};

/** A stream as whoever could go on with it sees it: what was written, and what it was created with. */
export type Takeable = { kind: StreamLog["kind"]; resume: unknown; events: readonly StreamEvent[] };

/** `stopped`: asked for. `left`: its last reader went, and it was to end with it. `abandoned`: nobody came back.
 * `lost`: it can be written here no longer, and what is written still is seen by nobody. `moved`: the same, for another server writes
 * it now. */
export type CancelCause = "stopped" | "left" | "abandoned" | "shutting_down" | "lost" | "moved";

/** A forgotten id is told from one that never was (R-HONEST). */
export type Found = { state: "kept"; log: StreamLog } | { state: "expired" } | { state: "unknown" };

export type Claim =
  | { state: "bound"; streamId: string; messageId?: string }
  /**
   * `bind` once the stream stands on the shelf, or `release` where the start was refused; after the one the other does nothing.
   * `messageId`: what the start published, where its stream alone does not tell. Several keys may be bound to one stream.
   */
  | { state: "free"; bind(streamId: string, messageId?: string): void; release(): void };

export type ShelfCounts = { running: number; kept: number; readers: number; bytes: number };
