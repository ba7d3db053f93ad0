import type { ErrorDetail } from "../src/protocol/errors.ts";
import type { StreamEvent, Usage } from "../src/protocol/events.ts";
import type { ChatStart } from "../src/protocol/requests.ts";
import type {
  Agent,
  AgentCreate,
  AgentPatch,
  RouteQuery,
  World,
  WorldChatStart,
  WorldCreate,
  WorldMessage,
  WorldPatch,
} from "../src/protocol/world-requests.ts";

export type {
  Agent,
  AgentCreate,
  AgentPatch,
  ErrorDetail,
  RouteQuery,
  StreamEvent,
  Usage,
  World,
  WorldChatStart,
  WorldCreate,
  WorldMessage,
  WorldPatch,
};

/** What `POST /chat/wait` and `POST /chat/streaming` take (PROTOCOL.md, section 3). */
export type ChatRequest = ChatStart;

/** What the client needs of its surroundings. All of it has a default; tests pass their own. */
export type Surroundings = {
  fetch: (url: string, init: RequestInit) => Promise<Response>;
  /** Milliseconds on a clock that never goes back. */
  now: () => number;
  /** Calls `run` after `ms`; what it returns takes that back. */
  after: (ms: number, run: () => void) => () => void;
  /** From 0 up to, but not, 1: the jitter of reconnects. */
  random: () => number;
  /** An idempotency key, never the same twice. */
  newKey: () => string;
  /** Calls `wake` when a reconnect may have become worth while: the network is back, the page is looked at again. */
  onWake: (wake: () => void) => () => void;
};

export type ClientOptions = {
  /** Where the server is, with a path where it stands below one. A page's own origin by default, elsewhere `http://127.0.0.1:3000`. */
  baseUrl?: string | URL;
  /** Sent with each request: what a gateway in front of the server wants to see. */
  headers?: Record<string, string>;
  /** Silence, in ms, after which a connection counts as dead: 2.5 heartbeats by default (25000). Not below 2000. */
  idleMs?: number;
  /**
   * How long, in ms, to try to reach the server again before the stream is given up: 300000 by default, as long as the server
   * keeps it. Three times as long where connections stand and bring nothing, for a proxy may keep an answer until it is complete;
   * a tenth where nothing has ever answered this client there, for then the server may not run, or be elsewhere.
   */
  giveUpMs?: number;
  /** The longest `Retry-After`, in ms, that is waited for without asking the caller: 30000 by default. */
  longestRetryAfterMs?: number;
  surroundings?: Partial<Surroundings>;
};

/** How the connection of a stream stands; for people to look at, no program needs it. */
export type Connection =
  | { status: "connecting"; attempt: number }
  | { status: "open"; resumed?: Resumed }
  /** The next attempt is made in `retryInMs`; `cause` says in a few words for people why. */
  | { status: "waiting"; attempt: number; retryInMs: number; cause: string }
  | { status: "closed" };

/** What a reconnect brought. */
export type Resumed = {
  /** The cursor: everything up to this `seq` was there already. */
  after: number;
  /** Events that were ready at the server and came with the first bytes. */
  replayed: number;
  /** From the last byte before the cut to the first event after it. */
  gapMs: number;
};

export type StartOptions = {
  /** Only detaches: the answer goes on being written. Use {@link Stream.stop} to end it. */
  signal?: AbortSignal;
  /** Made for each start where none is given, so that a repeated POST never asks the model twice. */
  idempotencyKey?: string;
  onConnection?: (connection: Connection) => void;
};

export type ResumeOptions = Omit<StartOptions, "idempotencyKey">;

/** A message as it stands: whole once `reason` is there. */
export type Message = {
  message_id: string;
  sender: string;
  role: "user" | "assistant";
  content: string;
  timestamp?: string;
  reason?: string;
  error_code?: string;
  usage?: Usage;
  in_reply_to?: string;
  /** In a feed: the turn that it is of. */
  turn_id?: string;
};

/**
 * The events of one answer or one turn, each exactly once and in order, across as many connections as it takes.
 * Iterate it once. It ends after the terminal event; leaving the loop early only detaches.
 * Pass over events of a type that you do not know: a later server may send more.
 * A refused start, and a stream that cannot be resumed, throw a {@link ChatWaitError}; a terminal `error` event is yielded.
 */
export type Stream = AsyncIterable<StreamEvent> & {
  /** The key to the stream, once `start` has come. */
  readonly id: string | undefined;
  /** The `seq` of the last event that came; 0 before the first. */
  readonly seq: number;
  /** The messages so far, as the events that came make them. */
  readonly messages: readonly Message[];
  readonly connection: Connection;
  /** The pieces of text alone. Throws a {@link ChatWaitError} where the stream ends with `error`. */
  text(): AsyncIterable<string>;
  /** Reads to the end. Throws a {@link ChatWaitError} where the stream ends with `error`. */
  result(): Promise<Result>;
  /**
   * Ends the answer for everybody; also before the first event. The iteration then ends with `done` / `cancelled`. What was never
   * begun is then never asked for, and its iteration is empty. Rejects where the server could not be told.
   */
  stop(): Promise<void>;
  /** Leaves without stopping: the answer goes on being written, and can be resumed. */
  detach(): void;
  /** Cuts the connection, as a tunnel would. The stream resumes by itself. */
  drop(): void;
  /** What {@link Client.restore} takes, as plain JSON; undefined before `start` and after the end. */
  save(): SavedStream | undefined;
};

export type Result = {
  stream_id: string;
  reason: string;
  /** The text of the last message; of a chat, the answer. */
  content: string;
  messages: readonly Message[];
  usage?: Usage;
  /** Of a turn: each agent that was woken, with its last outcome. */
  agents?: { agent: string; outcome: string }[];
  /** Of a turn: its public name, where its `start` was read. */
  turn_id?: string;
};

/** A running stream on paper: keep it where a reload finds it. The id in it is the key to the stream. */
export type SavedStream = {
  v: 1;
  /** Like `/chat/streaming/ID` or `/worlds/NAME/chat/ID`. */
  path: string;
  /** The id of the last event, as the server gave it. */
  lastEventId: string;
  seq: number;
  messages: Message[];
};

/** What a stream is resumed from: its id alone reads it from the beginning. */
export type Position = string | { streamId: string; lastEventId?: string };

export type WaitReply = {
  stream_id: string;
  message_id: string;
  message: { role: "assistant"; content: string; timestamp: string };
  reason: string;
  model: string;
  usage?: Usage;
};

export type Snapshot = {
  stream_id: string;
  kind: "chat" | "world";
  status: "running" | "completed" | "cancelled" | "failed";
  last_seq: number;
  messages: Message[];
  reason?: string;
  usage?: Usage;
  error_code?: string;
};

export type TurnReply = {
  stream_id: string;
  turn_id: string;
  reason: string;
  /** The text of the last message. */
  content: string;
  messages: Message[];
  agents: { agent: string; outcome: string }[];
};

export type WaitOptions = Omit<StartOptions, "onConnection">;

export type Chat = {
  /** Asks, and answers when the answer is complete, however long it takes and however often the connection breaks. */
  wait(request: ChatRequest, options?: WaitOptions): Promise<WaitReply>;
  stream(request: ChatRequest, options?: StartOptions): Stream;
  resume(position: Position, options?: ResumeOptions): Stream;
  stop(streamId: string): Promise<Snapshot>;
  snapshot(streamId: string): Promise<Snapshot>;
};

/** One world: a room with agents. */
export type WorldChat = {
  readonly name: string;
  wait(request: WorldChatStart, options?: WaitOptions): Promise<TurnReply>;
  stream(request: WorldChatStart, options?: StartOptions): Stream;
  resume(position: Position, options?: ResumeOptions): Stream;
  stop(streamId: string): Promise<Snapshot>;
  snapshot(streamId: string): Promise<Snapshot>;
  /** All that happens in the world from now on, or from after `lastEventId`. Ends only when the world is deleted or the caller leaves. */
  feed(options?: ResumeOptions & { lastEventId?: string }): Stream;
  /** Says something and does not wait for answers; the feed, or the turn's stream, tells them. */
  publish(message: WorldMessage, options?: WaitOptions): Promise<{ message_id: string; turn_id: string }>;
  /** Who would be woken, and why; wakes nobody. */
  route(query: RouteQuery): Promise<{ agents: { agent: string; why: string }[]; unknown: string[] }>;
};

/** The definitions of worlds and agents. */
export type Worlds = {
  list(): Promise<World[]>;
  get(world: string): Promise<World & { agents: Agent[] }>;
  create(world: WorldCreate): Promise<World>;
  update(world: string, patch: WorldPatch): Promise<World>;
  delete(world: string): Promise<void>;
  agents: {
    list(world: string): Promise<Agent[]>;
    get(world: string, agent: string): Promise<Agent>;
    create(world: string, agent: AgentCreate): Promise<Agent>;
    update(world: string, agent: string, patch: AgentPatch): Promise<Agent>;
    delete(world: string, agent: string): Promise<void>;
  };
};

export type ModelList = { default: string; models: { id: string; context_window: number }[] };

export type Client = {
  chat: Chat;
  world(name: string): WorldChat;
  worlds: Worlds;
  models(): Promise<ModelList>;
  /** Goes on with a saved stream, of chat or of a world, where it was: its messages so far are there, the rest follows. */
  restore(saved: SavedStream, options?: ResumeOptions): Stream;
};

/** One entry of a conversation, as `context` takes it. */
export type ConversationMessage = { role: "user" | "assistant"; content: string; timestamp?: string };

export type ConversationOptions = {
  /** Messages to begin with, oldest first: what {@link Conversation.toJSON} gave. */
  from?: readonly ConversationMessage[];
  /** What goes with each question: instructions, model, temperature and the like. */
  defaults?: Omit<ChatRequest, "message" | "context">;
  /** The most messages that are sent along: 200 by default, which is as many as a server takes. */
  maxMessages?: number;
  /** The most bytes of messages that are sent along, as JSON: 262144 by default, a quarter of what a server takes. */
  maxBytes?: number;
  /** The present, for a question: RFC 3339. */
  timestamp?: () => string;
};

/**
 * Keeps what was said, and sends as much of its end along as fits. One question at a time: another one while an answer is still
 * being written throws a {@link ChatWaitError} `busy`.
 */
export type Conversation = {
  /** All that was said, oldest first; also what there is so far of an answer that is being written. */
  readonly messages: readonly ConversationMessage[];
  /** Asks, and streams the answer; it is kept when the stream ends, however it ends, with what there is of it. */
  send(text: string, options?: StartOptions): Stream;
  /** Asks, and waits for the whole answer. */
  ask(text: string, options?: WaitOptions): Promise<WaitReply>;
  /** Asks the last question again; what came after it is forgotten. */
  retry(options?: StartOptions): Stream;
  /** Says something else in place of the message at `index`; it and all that came after it is forgotten. */
  edit(index: number, text: string, options?: StartOptions): Stream;
  /**
   * Takes a stream as the answer to the last question; so an answer goes on after a reload:
   * `conversation.follow((options) => client.restore(saved, options))`.
   */
  follow(open: (options: ResumeOptions) => Stream, options?: ResumeOptions): Stream;
  /** What was said, without an answer that is still being written: that is what {@link Stream.save} is for. */
  toJSON(): readonly ConversationMessage[];
};

/**
 * What every failure is: `name` is "ChatWaitError", `code` is the server's `error_code` (PROTOCOL.md, section 5) or one of the
 * client's own: `network` (not reached, or lost for longer than `giveUpMs`), `bad_response` (no ChatWait server answers there, or a
 * hole in the events that no resume could fill), `aborted` (the caller's signal), `busy` (a
 * {@link Conversation} that is still being answered).
 */
export type ChatWaitError = Error & {
  readonly name: "ChatWaitError";
  readonly code: string;
  /** Of HTTP; undefined where there was no answer, and in a stream that failed after it began. */
  readonly status?: number;
  readonly retryable: boolean;
  readonly requestId?: string;
  readonly details?: ErrorDetail[];
  /** From `Retry-After`. */
  readonly retryAfterMs?: number;
  readonly streamId?: string;
};
