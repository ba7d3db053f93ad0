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
 * `maxOutputTokens` and for the usage; both count the whole answer, also when it is continued; input is counted in words.
 */
export function createBuiltin({ clock, wordsPerSecond }: { clock: Clock; wordsPerSecond: number }): PushModel {
  return pushModel("builtin", "chat", (options, sink) => {
    let stopped = false;
    let stop = clock.after(0, () => {
      const pieces = prepared(options, clock, sink);
      if (!pieces || stopped) return;
      sink.part({ type: "stream-start", warnings: [] });
      if (stopped) return;
      const send = (delta: string) => sink.part({ type: "text-delta", id: "0", delta });
      stop = pace(pieces.rest, { clock, perSecond: wordsPerSecond }, send, () => {
        sink.part(pieces.finish);
        if (!stopped) sink.end();
      });
    });
    return () => {
      stopped = true;
      stop();
    };
  });
}

type Prepared = { rest: readonly string[]; finish: Part };

function prepared(options: CallOptions, clock: Clock, sink: PartSink): Prepared | undefined {
  try {
    return answer(options, requestOf(options, clock));
  } catch (error) {
    sink.end(error);
    return undefined;
  }
}

function answer(options: CallOptions, request: Request): Prepared {
  const all = piecesOf(reply(request));
  const kept = all.slice(0, options.maxOutputTokens ?? all.length);
  const delivered = chatwaitOption(options, "continueFrom") ?? "";
  const text = kept.join("");
  if (!text.startsWith(delivered)) throw new Error("The answer does not begin with the text to continue from.");
  const usage = { input: countWords(options.prompt), output: kept.length };
  const reason = kept.length < all.length ? "length" : "stop";
  return { rest: piecesOf(text.slice(delivered.length)), finish: finishPart(reason, usage) };
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

/** Words of the whole prompt, counted without taking it apart: it may be a megabyte. */
function countWords(prompt: LanguageModelV4Prompt): number {
  let words = 0;
  for (const entry of prompt) {
    const text = textOf(entry);
    for (let at = 0, inWord = false; at < text.length; at++) {
      const space = text.charCodeAt(at) <= 32;
      if (!space && !inWord) words++;
      inWord = !space;
    }
  }
  return words;
}

function chatwaitOption(options: CallOptions, name: string): string | undefined {
  const value = options.providerOptions?.["chatwait"]?.[name];
  return typeof value === "string" ? value : undefined;
}
