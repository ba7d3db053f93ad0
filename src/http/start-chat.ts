import type { Clock } from "../clock.ts";
import { fitContext, promptOf } from "../generation/context.ts";
import { cancelGeneration, type Generation, type GenerationObserver, generate } from "../generation/generate.ts";
import { newMessageId, newStreamId } from "../ids.ts";
import type { Shelf } from "../log/shelf.ts";
import type { CallDeps } from "../models/call.ts";
import type { CallOptions } from "../models/model.ts";
import type { OfferedModel, Registry } from "../models/registry.ts";
import { failure } from "../protocol/errors.ts";
import type { ChatStart } from "../protocol/requests.ts";
import { handOver } from "./hand-over-chat.ts";
import { type Bind, type KeyedStart, type Started, startOnce } from "./start-once.ts";

export type ChatStarterDeps = {
  shelf: Shelf;
  registry: Registry;
  clock: Clock;
  call: CallDeps;
  observe: GenerationObserver;
  /** CHATWAIT_INSTRUCTIONS: what a request says takes its place. */
  instructions: string | undefined;
};

/** What another server needs to go on with an answer. */
export type ChatResume = {
  start: ChatStart;
  modelId: string;
  messageId: string;
  instructions: string | undefined;
};

export type StartRequest = {
  start: ChatStart;
  /** The idempotency key, if there is one. */
  keyed: KeyedStart | undefined;
  /** Throws where the client may not start anything now. Not asked when it attaches to what runs already. */
  admit(): Promise<void>;
};

/**
 * Starts an answer, or finds the one that the idempotency key started (R-IDEMPOTENT).
 * @throws Failure `unknown_model`, `idempotency_key_reused`, `overloaded`, or what `admit` throws
 */
export function chatStarter(deps: ChatStarterDeps): (request: StartRequest) => Promise<Started> {
  const { shelf } = deps;

  async function begin({ start, admit }: StartRequest, offered: OfferedModel, bind: Bind): Promise<Started> {
    await admit();
    // What the shelf calls back before there is a generation, the generation is told as soon as there is one.
    let generation: Generation | undefined;
    const messageId = newMessageId();
    const { instructions } = deps;
    const log = await shelf.create({
      id: newStreamId(),
      kind: "chat",
      cancel: (cause) => generation && cancelGeneration(generation, cause),
      cancelOnLeave: start.on_disconnect === "cancel",
      // A start may be a mebibyte: one that nobody else will need is not held on to.
      ...(shelf.isShared
        ? {
            resume: { start, modelId: offered.id, messageId, instructions } satisfies ChatResume,
            handOver: () => handOver(offered, generation),
          }
        : {}),
    });
    bind(log.id);
    generation = generate({
      log,
      modelId: offered.id,
      model: offered.model,
      options: callOptions(start, offered, log.createdAt, instructions),
      messageId,
      deps: deps.call,
      observe: deps.observe,
    });
    return { log, replayed: false };
  }

  return (request) => {
    const id = request.start.model ?? deps.registry.defaultId;
    const model = deps.registry.get(id);
    if (!model) throw failure("unknown_model", unknownModel(id));
    return startOnce(shelf, request.keyed, (bind) => begin(request, model, bind));
  };
}

const unknownModel = (id: string) =>
  `This server does not offer the model "${id.length > 100 ? `${id.slice(0, 100)}…` : id}". GET /models lists what it offers.`;

/** The call that a start leads to: the same on each server. */
export function callOptions(start: ChatStart, model: OfferedModel, createdAt: string, fallback?: string): CallOptions {
  const instructions = start.instructions ?? fallback ?? "";
  const maxTokens = start.max_tokens ?? undefined;
  const asked = { role: "user" as const, content: start.message };
  const said = start.context?.messages;
  const messages = said
    ? fitContext([...said, asked], { window: model.contextWindow, instructions, maxTokens })
    : [asked];
  const options: CallOptions = {
    prompt: promptOf(messages, instructions),
    // The built-in model is a function of what it is told, the time included.
    providerOptions: { chatwait: { createdAt } },
  };
  if (maxTokens !== undefined) options.maxOutputTokens = maxTokens;
  if (typeof start.temperature === "number") options.temperature = start.temperature;
  return options;
}
