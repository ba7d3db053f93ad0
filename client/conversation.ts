import { chatWaitError } from "./errors.ts";
import { fitting } from "./fitting.ts";
import type {
  Client,
  Conversation,
  ConversationMessage,
  ConversationOptions,
  Message,
  ResumeOptions,
  Stream,
} from "./types.ts";

const MAX_MESSAGES = 200;
const MAX_BYTES = 2 ** 18;

/**
 * A conversation over a client's chat.
 *
 * ```ts
 * const conversation = createConversation(createClient());
 * for await (const text of conversation.send("Who was Ada Lovelace?").text()) show(text);
 * const { message } = await conversation.ask("And when was she born?");
 * ```
 */
export function createConversation(
  client: Pick<Client, "chat" | "restore">,
  options: ConversationOptions = {},
): Conversation {
  const { from = [], defaults, maxMessages = MAX_MESSAGES, maxBytes = MAX_BYTES, timestamp = timeNow } = options;
  const saved = "v" in from ? from : { messages: from, running: undefined };
  let settled = saved.messages;
  let unfinished = saved.running;
  let running: Stream | undefined;
  let isBusy = false;

  /** What was said, with what there is of an answer that has not ended. */
  const all = () => [...settled, ...(running?.messages ?? unfinished?.messages ?? []).map(plain)];

  function settle() {
    settled = all();
    running = unfinished = undefined;
    isBusy = false;
  }

  function begin() {
    if (isBusy) throw chatWaitError("busy", "The last question is still being answered.");
    settle();
    isBusy = true;
  }

  /** Writes a question down; what comes after `index` is forgotten. */
  function question(text: string, index = settled.length) {
    begin();
    const before = settled.slice(0, index);
    settled = [...before, { role: "user", content: text, timestamp: timestamp() }];
    return { ...defaults, message: text, context: { messages: fitting(before, maxMessages, maxBytes) } };
  }

  function follow(open: (options: ResumeOptions) => Stream, options: ResumeOptions = {}): Stream {
    running = open({
      ...options,
      onConnection(connection) {
        if (connection.status === "closed") settle();
        options.onConnection?.(connection);
      },
    });
    return running;
  }

  const conversation: Conversation = {
    get messages() {
      return all();
    },
    get running() {
      return running;
    },
    send: (text, options) => conversation.edit(all().length, text, options),
    edit(index, text, options) {
      const request = question(text, index);
      return follow((following) => client.chat.stream(request, following), options);
    },
    retry(options) {
      const index = settled.findLastIndex(({ role }) => role === "user");
      return conversation.edit(Math.max(index, 0), settled[index]?.content ?? "", options);
    },
    async ask(text, options) {
      const request = question(text);
      try {
        const reply = await client.chat.wait(request, options);
        settled = [...settled, plain(reply.message)];
        return reply;
      } finally {
        isBusy = false;
      }
    },
    resume(options) {
      const stream = unfinished;
      if (!stream || isBusy) return undefined;
      isBusy = true;
      unfinished = undefined;
      return follow((following) => client.restore(stream, following), options);
    },
    toJSON() {
      const stream = running?.save() ?? unfinished;
      return { v: 1, messages: stream ? [...settled] : all(), ...(stream && { running: stream }) };
    },
  };
  return conversation;
}

const plain = ({ role, content, timestamp }: Message | ConversationMessage): ConversationMessage => ({
  ...{ role, content },
  ...(timestamp && { timestamp }),
});

const timeNow = () => new Date().toISOString();
