import { chatWaitError, definedOnly } from "./errors.ts";
import { fitting } from "./fitting.ts";
import type { Chat, Conversation, ConversationMessage, ConversationOptions, Message, Stream } from "./types.ts";

const MAX_MESSAGES = 200;
const MAX_BYTES = 2 ** 18;

/**
 * A conversation over a client's chat.
 *
 * ```ts
 * const conversation = createConversation(createClient().chat);
 * for await (const text of conversation.send("Who was Ada Lovelace?").text()) show(text);
 * const { message } = await conversation.ask("And when was she born?");
 * ```
 */
export function createConversation(
  chat: Pick<Chat, "stream" | "wait">,
  {
    from = [],
    defaults,
    maxMessages = MAX_MESSAGES,
    maxBytes = MAX_BYTES,
    timestamp = () => new Date().toISOString(),
  }: ConversationOptions = {},
): Conversation {
  let settled = from;
  /** What is being answered. */
  let running: Pick<Stream, "messages"> | undefined;

  /** What was said, with what there is of an answer that has not ended. */
  const all = () => [...settled, ...(running?.messages ?? []).map(plain)];

  function settle() {
    settled = all();
    running = undefined;
  }

  function refuseWhileRunning() {
    if (running) throw chatWaitError("busy", "Still being answered.");
  }

  /** Writes a question down; what stood at `index` and after it is forgotten. */
  function question(message: string, index = settled.length) {
    refuseWhileRunning();
    const before = settled.slice(0, index);
    settled = [...before, { role: "user", content: message, timestamp: timestamp() }];
    return { ...defaults, message, context: { messages: fitting(before, maxMessages, maxBytes) } };
  }

  const conversation: Conversation = {
    get messages() {
      return all();
    },
    send: (text, options) => conversation.edit(settled.length, text, options),
    edit(index, text, options) {
      const request = question(text, index);
      return conversation.follow((following) => chat.stream(request, following), options);
    },
    retry(options) {
      const index = settled.findLastIndex(({ role }) => role === "user");
      return conversation.edit(Math.max(index, 0), settled[index]?.content ?? "", options);
    },
    async ask(text, options) {
      const request = question(text);
      running = { messages: [] };
      try {
        const reply = await chat.wait(request, options);
        settled = [...settled, reply.message];
        return reply;
      } finally {
        running = undefined;
      }
    },
    follow(open, options = {}) {
      refuseWhileRunning();
      const stream = open({
        ...options,
        onConnection(connection) {
          if (connection.status === "closed") settle();
          options.onConnection?.(connection);
        },
      });
      running = stream;
      return stream;
    },
    toJSON: () => settled,
  };
  return conversation;
}

const plain = ({ role, content, timestamp }: Message) =>
  definedOnly({ role, content, timestamp }) as ConversationMessage;
