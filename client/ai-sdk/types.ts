import type { UIMessage } from "ai";
import type { ChatRequest, Client, ClientOptions, WorldChatStart } from "../types.ts";
import type { PositionStorage } from "./positions.ts";

/** What stands in the `metadata` of an answer: some of it as the answer begins, the rest when it is over. */
export type AnswerMetadata = {
  model?: string;
  world?: string;
  /** Why it ended: `stop`, `length`, `content_filter`, `cancelled`, …; in a world how the turn ended. Missing while it runs. */
  reason?: string;
  usage?: { inputTokens: number; outputTokens: number; totalTokens: number };
  /** In a world: each agent that was woken, with its last outcome. */
  agents?: { agent: string; outcome: string }[];
};

/** A notice for people, such as `thinking`. It comes as a transient part `data-notice`, to `onData` and into no message. */
export type Notice = { code: string; message: string; agent?: string };

/** The messages of a chat over this transport. */
export type ChatWaitUIMessage = UIMessage<AnswerMetadata, { notice: Notice }>;

/** What is about to be asked, for {@link ChatTransportOptions.prepare}. */
export type Asked<M extends UIMessage, R> = {
  /** What would be sent without `prepare`. */
  request: R;
  messages: M[];
  chatId: string;
  trigger: "submit-message" | "regenerate-message";
  messageId: string | undefined;
  metadata: unknown;
};

type Prepare<M extends UIMessage, R> = (asked: Asked<M, R>) => R | PromiseLike<R>;

/** Chat: one model answers. The fields are those of the request (PROTOCOL.md, section 3). */
export type ChatSettings<M extends UIMessage> = Pick<
  ChatRequest,
  "model" | "instructions" | "temperature" | "max_tokens"
> & {
  world?: never;
  /** Has the last word on what is sent. */
  prepare?: Prepare<M, ChatRequest>;
};

/** A world: several agents answer, each in a text part of its own. The world remembers what was said, so no context is sent. */
export type WorldSettings<M extends UIMessage> = Pick<WorldChatStart, "sender"> & {
  world: string;
  /** Has the last word on what is sent. */
  prepare?: Prepare<M, WorldChatStart>;
};

export type HeaderValues = Record<string, string> | Headers;

export type ConnectionOptions = Omit<ClientOptions, "headers"> & {
  /** Sent with each request; a function is asked anew for each message. */
  headers?: HeaderValues | (() => HeaderValues | PromiseLike<HeaderValues>);
  /** A client to use instead of one made of `baseUrl`, `headers` and the rest. */
  client?: Client;
  /**
   * Where the positions of running answers are kept, by chat id, so that a reload finds them. By default `sessionStorage`,
   * memory where there is none.
   */
  storage?: PositionStorage;
  /**
   * What an abort is. `useChat` aborts when its `stop` is called, and also when its component unmounts. `stop`, the default, ends
   * the answer at the server; with `detach` it goes on being written, and is ended by {@link ChatWaitTransport.stop} alone.
   */
  onAbort?: "stop" | "detach";
};

export type ChatTransportOptions<M extends UIMessage = ChatWaitUIMessage> = ConnectionOptions &
  (ChatSettings<M> | WorldSettings<M>);
