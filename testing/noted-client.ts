import { chatWaitError } from "../client/errors.ts";
import type { Client, Message, SavedStream, Stream, StreamEvent } from "../client/types.ts";

/** What a stream of a {@link notedClient} says next: an event, or the error that ends it. */
export type Said = StreamEvent | Error;

export type NotedClient = {
  client: Client;
  /** What was asked of the client and done to its streams, in order. */
  done: string[];
  /** One for each stream so far. */
  says: ((said: Said) => void)[];
};

/** A client without a server: its streams say what the test says, and are of one stream with these messages. */
export function notedClient(messages: Message[]): NotedClient {
  const done: string[] = [];
  const says: ((said: Said) => void)[] = [];

  function stream(name: string, seq: number): Stream {
    const { stream, say } = toldStream(messages, seq, (what) => void done.push(`${name} ${what}`));
    says.push(say);
    return stream;
  }

  const asks = (place: string) => ({
    stream(request: object) {
      done.push(`${place} ${JSON.stringify(request)}`);
      return stream("asked", 0);
    },
  });
  const client: Pick<Client, "restore"> & { chat: unknown; world: unknown } = {
    chat: asks("chat"),
    world: asks,
    restore({ seq }) {
      done.push(`restore ${seq}`);
      return stream("resumed", seq);
    },
  };
  return { client: client as Client, done, says };
}

function toldStream(messages: Message[], from: number, note: (what: string) => void) {
  const waiting: Said[] = [];
  let seq = from;
  let hasLeft = false;
  let wake = () => {};

  async function* events(): AsyncGenerator<StreamEvent> {
    for (;;) {
      const said = waiting.shift();
      if (said instanceof Error) throw said;
      if (hasLeft) throw chatWaitError("aborted", "Left.");
      if (!said) {
        await new Promise<void>((woken) => {
          wake = woken;
        });
        continue;
      }
      seq = said.seq;
      yield said;
      if (said.type === "done" || said.type === "error") return;
    }
  }

  const save = (): SavedStream | undefined =>
    seq === 0 ? undefined : { v: 1, path: "/chat/streaming/a", lastEventId: `a.0.${seq}`, seq, messages };
  const used: Pick<Stream, "messages" | "save" | "stop" | "detach"> = {
    messages: from > 0 ? messages : [],
    save,
    stop: async () => note("stop"),
    detach() {
      note("detach");
      hasLeft = true;
      wake();
    },
  };
  const say = (said: Said) => {
    waiting.push(said);
    wake();
  };
  return { stream: { ...used, [Symbol.asyncIterator]: events } as unknown as Stream, say };
}
