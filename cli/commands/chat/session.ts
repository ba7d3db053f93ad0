import type { ChatRequest, Client, StartOptions, Stream, WorldChatStart } from "../../../client/index.ts";
import type { Call } from "../../command.ts";
import { textOption } from "../../command.ts";
import { saidOf } from "./answer.ts";
import { type Conversation, chatRequest, type Said, worldRequest } from "./conversation.ts";

/** One visit: where somebody is, and what was said there. */
export type Session = {
  /** Undefined in a chat. */
  readonly world: string | undefined;
  model: string | undefined;
  readonly instructions: string | undefined;
  /** Who speaks in a world. */
  readonly sender: string | undefined;
  readonly messages: readonly Said[];
  /** The last question, for /retry. */
  readonly question: string | undefined;
  /** Files that this visit has read or written. */
  readonly files: Set<string>;
  /** Goes into a world, or back into the chat. Each place keeps what was said in it. */
  move(world: string | undefined): void;
  restore(conversation: Conversation): void;
  /** As a file has it. */
  conversation(): Conversation;
  /** What would be sent for a question. */
  request(question: string): Request;
  forget(): void;
  /** Begins the answer; {@link Asked.keep} takes it into the conversation. */
  ask(client: Client, question: string, onConnection: Connecting): Asked;
  /** Takes the last question and its answers back. @returns the question */
  takeBack(): string | undefined;
};

type Connecting = NonNullable<StartOptions["onConnection"]>;
export type Request = { world: undefined; body: ChatRequest } | { world: string; body: WorldChatStart };
export type Asked = { stream: Stream; keep(): void };

type Place = { messages: Said[]; question: string | undefined; loaded: boolean };

export function createSession(call: Pick<Call, "values" | "io">): Session {
  const places = new Map<string, Place>();
  let world: string | undefined;
  let model = textOption(call, "model");
  let instructions = textOption(call, "instructions");
  const sender = textOption(call, "as");

  function here(): Place {
    const key = world?.toLowerCase() ?? "";
    const place = places.get(key) ?? { messages: [], question: undefined, loaded: false };
    places.set(key, place);
    return place;
  }

  function request(question: string): Request {
    const { messages, loaded } = here();
    // A world remembers by itself, but not what was loaded from a file.
    if (world !== undefined) return { world, body: worldRequest(question, loaded ? messages : [], sender) };
    return { world, body: chatRequest(question, messages, { model, instructions }) };
  }

  return {
    get world() {
      return world;
    },
    get model() {
      return model;
    },
    set model(next) {
      model = next;
    },
    get instructions() {
      return instructions;
    },
    sender,
    get messages() {
      return here().messages;
    },
    get question() {
      return here().question;
    },
    files: new Set(),
    move(next) {
      world = next;
    },
    restore(conversation) {
      ({ world } = conversation);
      model = conversation.model ?? model;
      instructions = conversation.instructions ?? instructions;
      const { messages } = conversation;
      const question = messages.findLast(({ role }) => role === "user")?.content;
      places.set(world?.toLowerCase() ?? "", { messages: [...messages], question, loaded: true });
    },
    conversation: () => ({
      ...(world === undefined ? {} : { world }),
      ...(world === undefined && model !== undefined ? { model } : {}),
      ...(world === undefined && instructions !== undefined ? { instructions } : {}),
      messages: here().messages,
    }),
    request,
    forget() {
      places.delete(world?.toLowerCase() ?? "");
    },
    ask(client, question, onConnection) {
      const place = here();
      const inWorld = world !== undefined;
      place.question = question;
      const said: Said = { role: "user", content: question, timestamp: new Date(call.io.clock.wall()).toISOString() };
      const stream = beginStream(client, request(question), { onConnection });
      return {
        stream,
        keep() {
          const answers = saidOf(stream.messages, inWorld).filter(({ content }) => content !== "");
          // What brought no answer would only confuse the next one; /retry still knows it.
          if (answers.length > 0)
            place.messages.push(sender === undefined || !inWorld ? said : { ...said, sender }, ...answers);
        },
      };
    },
    takeBack() {
      const place = here();
      const last = place.messages.findLastIndex(({ role, content }) => role === "user" && content === place.question);
      if (last >= 0) place.messages.length = last;
      return place.question;
    },
  };
}

/** Begins the answer to a request, wherever it goes. */
export const beginStream = (client: Client, { world, body }: Request, options: StartOptions): Stream =>
  world === undefined ? client.chat.stream(body, options) : client.world(world).stream(body, options);
