import type { UIMessage } from "ai";
import type { Client, Stream, WorldChatStart } from "../types.ts";
import { chatRequest, worldRequest } from "./request.ts";
import type { Asked, ChatSettings, WorldSettings } from "./types.ts";

type Question<M extends UIMessage> = Omit<Asked<M, unknown>, "request">;

/** Makes the request that a question is, and says how a client starts it. `body` are fields for this message alone. */
export type Ask<M extends UIMessage> = (question: Question<M>, body: object | undefined) => Promise<Start>;
export type Start = (client: Client) => Stream;

/** @throws TypeError where a world is given fields that its agents have */
export function asker<M extends UIMessage>(settings: ChatSettings<M> | WorldSettings<M>): Ask<M> {
  return settings.world === undefined ? askChat(settings) : askWorld(settings);
}

function askChat<M extends UIMessage>({ prepare = sent, ...settings }: ChatSettings<M>): Ask<M> {
  const { model, instructions, temperature, max_tokens } = settings;
  return async (question, body) => {
    const request = chatRequest(question.messages, { model, instructions, temperature, max_tokens });
    const prepared = await prepare({ ...question, request: { ...request, ...body } });
    return (client) => client.chat.stream(prepared);
  };
}

function askWorld<M extends UIMessage>({ world, sender, prepare = sent, ...others }: WorldSettings<M>): Ask<M> {
  const foreign = ["model", "instructions", "temperature", "max_tokens"].filter((field) => field in others);
  if (foreign.length > 0) throw new TypeError(`In a world each agent has its own "${foreign.join('", "')}".`);
  return async (question, body) => {
    const request: WorldChatStart = { ...worldRequest(question.messages, sender), ...body };
    const prepared = await prepare({ ...question, request });
    return (client) => client.world(world).stream(prepared);
  };
}

const sent = <R>({ request }: { request: R }): R => request;
