import { type ReadonlySignal, signal } from "@preact/signals";
import type { Message } from "../../client/types.ts";

/** What is drawn of a stream, not more often than there are frames. */
export type Shown = {
  readonly messages: ReadonlySignal<readonly Message[]>;
  readonly beat: ReadonlySignal<number>;
  readonly pulse: ReadonlySignal<number>;
  /** Something has come: shows it with the next frame. */
  news(): void;
  /** There is nothing more to come: shows all of it now. */
  end(): void;
};

type ShownSettings = {
  now: () => number;
  frame: (run: () => void) => () => void;
  /** The messages as they are now. */
  current: () => readonly Message[];
};

/** How often, in ms, figures change at most. */
const PULSE_MS = 250;

export function createShown({ now, frame, current }: ShownSettings): Shown {
  const messages = signal(renewed([], current()));
  const beat = signal(0);
  const pulse = signal(0);
  let pulsedAt = now();
  let cancel: (() => void) | undefined;

  function show() {
    cancel = undefined;
    messages.value = renewed(messages.peek(), current());
    beat.value++;
    if (now() - pulsedAt < PULSE_MS) return;
    pulsedAt = now();
    pulse.value++;
  }

  return {
    messages,
    beat,
    pulse,
    news() {
      cancel ??= frame(show);
    },
    end() {
      cancel?.();
      show();
      pulse.value++;
    },
  };
}

/** The messages as they are now; what has not changed stays the same object, so that it need not be drawn again. */
function renewed(shown: readonly Message[], current: readonly Message[]): readonly Message[] {
  return current.map((message, index) => {
    const before = shown[index];
    const same = before && before.content.length === message.content.length && before.reason === message.reason;
    return same && before.message_id === message.message_id ? before : { ...message };
  });
}
