import type { LanguageModelV4 } from "@ai-sdk/provider";
import { modelFailure } from "./failure.ts";
import { type Part, type PushModel, pushModel, pushOf } from "./model.ts";

/** So much of the beginning said again is no chance. */
const OPENING = 16;

/**
 * A model whose call goes on with `text`, and of whose answer only what is new is heard. It fails with `model_error`, before any
 * text, where the model thinks again or begins the answer anew: both would mix two answers. No usage is told, for what
 * was said before was counted by nobody.
 */
export function onlyTheRest(model: LanguageModelV4, text: string): PushModel {
  const push = pushOf(model);
  return pushModel(model.provider, model.modelId, (options, sink) => {
    const rest = restOf(text);
    let over = false;
    const refuse = (cause: string) => {
      over = true;
      cancel();
      sink.end(modelFailure("model_error", { cause }));
    };
    const say = (delta: string) => {
      if (delta !== "") sink.part({ type: "text-delta", id: "0", delta });
    };
    const cancel = push(options, {
      part(part) {
        if (over) return;
        if (part.type === "text-delta") {
          const delta = rest.take(part.delta);
          if (delta === undefined) refuse("begins anew");
          else say(delta);
        } else if (part.type === "finish") {
          say(rest.held());
          sink.part(uncounted(part));
        } else if (part.type.startsWith("reasoning") && !rest.hasBegun()) refuse("thinks again");
        else sink.part(part);
      },
      end: (error) => over || sink.end(error),
    });
    return cancel;
  });
}

const uncounted = (part: Extract<Part, { type: "finish" }>): Part => ({
  ...part,
  usage: { ...part.usage, outputTokens: { ...part.usage.outputTokens, total: undefined } },
});

/** Tells what is new in what a model says to go on with `text`. */
function restOf(text: string) {
  const kept = text.trimEnd();
  // Was shown, but not sent along: said again it is left out, said otherwise it is the model's own.
  let due = text.slice(kept.length);
  const opening = kept.trimStart().slice(0, OPENING);
  let held = "";
  let begun = false;
  return {
    hasBegun: () => begun,
    /** What may be shown now; undefined where the model says again what it began with. */
    take(delta: string): string | undefined {
      if (begun) return delta;
      const again = commonLength(due, delta);
      due = again === delta.length ? due.slice(again) : "";
      held += delta.slice(again);
      // A line feed before it, or none, makes the same beginning no other one.
      const heard = held.trimStart();
      if (held === "" || (heard.length < opening.length && opening.startsWith(heard))) return "";
      if (opening !== "" && heard.startsWith(opening)) return undefined;
      begun = true;
      return held;
    },
    /** What could not be told apart until the end. */
    held: () => (begun ? "" : held),
  };
}

function commonLength(one: string, other: string): number {
  let length = 0;
  while (length < one.length && one[length] === other[length]) length++;
  return length;
}
