import type { Connection, Message, SavedStream, Stream, StreamEvent } from "../client/types.ts";

/** A stream of the client library that says what a test makes it say. */
export type ScriptedStream = Stream & {
  /** Lets events come; settles when the reader has taken them. */
  say(...events: StreamEvent[]): Promise<void>;
  /** Ends the iteration, or with an error makes it throw. */
  end(error?: Error): Promise<void>;
  connect(connection: Connection): void;
  /** What was asked of it: "stop", "drop", "detach". */
  readonly asked: string[];
};

type Script = { onConnection?: ((connection: Connection) => void) | undefined; saved?: SavedStream };

/** Lets whoever waits for what is settled already go on. */
const settle = () => new Promise<void>((done) => setImmediate(done));

export function scriptedStream({ onConnection, saved }: Script = {}): ScriptedStream {
  const queue: StreamEvent[] = [];
  const messages: Message[] = saved ? saved.messages.map((message) => ({ ...message })) : [];
  const asked: string[] = [];
  let over: { error?: Error } | undefined;
  let wake = () => {};
  let seq = saved?.seq ?? 0;
  let connection: Connection = { status: "connecting", attempt: 1 };

  async function* events(): AsyncGenerator<StreamEvent, void> {
    while (true) {
      for (let event = queue.shift(); event; event = queue.shift()) {
        seq = event.seq;
        fold(messages, event);
        yield event;
      }
      if (over?.error) throw over.error;
      if (over) return;
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  }

  const iterator = events();
  const unused = () => {
    throw new Error("No test asks for this.");
  };
  return {
    [Symbol.asyncIterator]: () => iterator,
    id: "stream",
    get seq() {
      return seq;
    },
    messages,
    get connection() {
      return connection;
    },
    text: unused,
    async result() {
      for await (const _event of iterator);
      return {
        stream_id: "stream",
        reason: messages.at(-1)?.reason ?? "",
        content: messages.at(-1)?.content ?? "",
        messages,
      };
    },
    stop: async () => void asked.push("stop"),
    detach: () => void asked.push("detach"),
    drop: () => void asked.push("drop"),
    save: () =>
      seq === 0 || over
        ? undefined
        : {
            v: 1,
            path: "/chat/streaming/stream",
            lastEventId: `stream.0.${seq}`,
            seq,
            messages: structuredClone(messages),
          },
    asked,
    async say(...said) {
      queue.push(...said);
      wake();
      await settle();
    },
    async end(error) {
      over = error ? { error } : {};
      wake();
      await settle();
    },
    connect(next) {
      connection = next;
      onConnection?.(next);
    },
  };
}

function fold(messages: Message[], event: StreamEvent): void {
  if (event.type === "message_start") {
    const { message_id, sender, role } = event;
    messages.push({ message_id, sender, role, content: "" });
  }
  const message = messages.find((one) => "message_id" in event && one.message_id === event.message_id);
  if (message && event.type === "token") message.content += event.text;
  if (message && event.type === "message_end") Object.assign(message, { content: event.content, reason: event.reason });
}

/** The events of an answer to the end, from its pieces. */
export function answerOf(pieces: readonly string[], reason: "stop" | "cancelled" = "stop"): StreamEvent[] {
  const content = pieces.join("");
  const of = { message_id: "m", sender: "assistant" };
  const timestamp = "2026-01-02T03:04:05.000Z";
  return [
    { type: "start", seq: 1, stream_id: "stream", kind: "chat", created_at: timestamp, model: "builtin:chat" },
    { type: "message_start", seq: 2, ...of, role: "assistant" },
    ...pieces.map((text, index): StreamEvent => ({ type: "token", seq: index + 3, message_id: "m", text })),
    { type: "message_end", seq: pieces.length + 3, ...of, content, timestamp, reason },
    { type: "done", seq: pieces.length + 4, reason },
  ];
}
