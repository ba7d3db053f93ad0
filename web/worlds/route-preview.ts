import { type ReadonlySignal, signal } from "@preact/signals";
import type { RouteQuery } from "../../client/types.ts";
import type { Routed } from "./words.ts";

/** Whom the message that is being written would wake: undefined where that is not known (yet). */
export type RoutePreview = {
  readonly routed: ReadonlySignal<(Routed & { text: string }) | undefined>;
  /** The text is now this; a blank one wakes nobody, and asks nobody. */
  write(text: string): void;
  /** Those are there now; where others are, what was found out is asked again. */
  renew(present: string): void;
  leave(): void;
};

export type RoutePreviewSettings = {
  ask: (query: RouteQuery) => Promise<Routed>;
  after: (ms: number, run: () => void) => () => void;
};

/** So long, in ms, after the last key the server is asked. */
const PAUSE_MS = 180;

/** Asks while somebody types, but not for each key, and never twice at once; the answer to an older text is not shown. */
export function createRoutePreview({ ask, after }: RoutePreviewSettings): RoutePreview {
  const routed = signal<Routed & { text: string }>();
  let wanted = "";
  let present: string | undefined;
  let cancel: (() => void) | undefined;
  let asking = false;

  function soon() {
    cancel?.();
    cancel = wanted.trim() === "" ? undefined : after(PAUSE_MS, () => void find());
  }

  async function find() {
    cancel = undefined;
    if (asking) return;
    asking = true;
    const text = wanted;
    const found = await ask({ message: text }).catch(() => undefined);
    asking = false;
    if (text === wanted) routed.value = found && { ...found, text };
    else if (!cancel) soon();
  }

  return {
    routed,
    write: (text) => {
      if (text === wanted) return;
      wanted = text;
      if (text.trim() === "") routed.value = undefined;
      soon();
    },
    renew: (now) => {
      if (now !== present) soon();
      present = now;
    },
    leave: () => {
      cancel?.();
      wanted = "";
      routed.value = undefined;
    },
  };
}
