import type { LanguageModelV4Prompt } from "@ai-sdk/provider";
import type { Clock } from "../clock.ts";
import { pace, piecesOf } from "./builtin/pace.ts";
import { reply } from "./builtin/reply.ts";
import type { Message, Request } from "./builtin/turn.ts";
import { type CallOptions, type Part, type PartSink, type PushModel, pushModel } from "./model.ts";

/**
 * `builtin:chat`, the conversationalist that needs no key and no network. What it says is a pure function of the
 * instructions, the messages and `providerOptions.chatwait.createdAt` (RFC 3339; the clock's time where absent), and is
 * streamed at `wordsPerSecond` (0: at once). `providerOptions.chatwait.continueFrom` is the text already delivered: only
 * the rest is streamed, and the call fails where the answer does not begin with it. One piece of text is one token, for
 * `maxOutputTokens` and for the usage; both count the whole answer, also when it is continued.
 */
export function createBuiltin({ clock, wordsPerSecond }: { clock: Clock; wordsPerSecond: number }): PushModel {
  return pushModel("builtin", "chat", (options, sink) => {
    const request = requestOf(options, clock);
    let stop = clock.after(0, () => {
      try {
        stop = answer(request, options, { clock, perSecond: wordsPerSecond }, sink);
      } catch (error) {
        sink.end(error);
      }
    });
    return () => stop();
  });
}

function answer(
  request: Request,
  options: CallOptions,
  speed: { clock: Clock; perSecond: number },
  sink: PartSink,
): () => void {
  const all = piecesOf(reply(request));
  const kept = all.slice(0, options.maxOutputTokens ?? all.length);
  const delivered = chatwaitOption(options, "continueFrom") ?? "";
  const text = kept.join("");
  if (!text.startsWith(delivered)) throw new Error("The answer does not begin with the text to continue from.");
  const usage = { input: countPieces(options.prompt), output: kept.length };
  sink.part({ type: "stream-start", warnings: [] });
  const end = () => {
    sink.part(finishPart(kept.length < all.length ? "length" : "stop", usage));
    sink.end();
  };
  return pace(
    piecesOf(text.slice(delivered.length)),
    speed,
    (delta) => sink.part({ type: "text-delta", id: "0", delta }),
    end,
  );
}

function finishPart(unified: "stop" | "length", { input, output }: { input: number; output: number }): Part {
  return {
    type: "finish",
    finishReason: { unified, raw: unified },
    usage: {
      inputTokens: { total: input, noCache: input, cacheRead: undefined, cacheWrite: undefined },
      outputTokens: { total: output, text: output, reasoning: undefined },
    },
  };
}

function requestOf(options: CallOptions, clock: Clock): Request {
  const createdAt = Date.parse(chatwaitOption(options, "createdAt") ?? "");
  return {
    instructions: options.prompt.flatMap((entry) => (entry.role === "system" ? [entry.content] : [])).join("\n"),
    messages: options.prompt.flatMap(messageOf),
    createdAt: new Date(Number.isNaN(createdAt) ? clock.wall() : createdAt).toISOString(),
  };
}

function messageOf(entry: LanguageModelV4Prompt[number]): Message[] {
  if (entry.role !== "user" && entry.role !== "assistant") return [];
  return [{ role: entry.role, content: textOf(entry) }];
}

function textOf(entry: LanguageModelV4Prompt[number]): string {
  if (typeof entry.content === "string") return entry.content;
  return entry.content.map((part) => (part.type === "text" ? part.text : "")).join("");
}

const countPieces = (prompt: LanguageModelV4Prompt): number =>
  prompt.reduce((sum, entry) => sum + piecesOf(textOf(entry)).length, 0);

function chatwaitOption(options: CallOptions, name: string): string | undefined {
  const value = options.providerOptions?.["chatwait"]?.[name];
  return typeof value === "string" ? value : undefined;
}
