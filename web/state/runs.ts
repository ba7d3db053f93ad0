import { type ReadonlySignal, signal } from "@preact/signals";
import type { Run } from "./run.ts";

/** The latest run of each conversation, by the conversation's id. */
export type Runs = {
  readonly all: ReadonlySignal<ReadonlyMap<string, Run>>;
  of(id: string): Run | undefined;
  show(id: string, run: Run): void;
  forget(id: string): void;
};

/** Of those that are over, so many are kept for their traces, the latest ones. */
const MOST_OVER = 20;

export function createRuns(): Runs {
  const all = signal<ReadonlyMap<string, Run>>(new Map());
  const others = (id: string) => [...all.peek()].filter(([other]) => other !== id);
  return {
    all,
    of: (id) => all.peek().get(id),
    show(id, run) {
      const rest = others(id);
      const over = rest.filter(([, { active }]) => !active.peek());
      const gone = new Set(over.slice(0, Math.max(0, over.length - MOST_OVER)));
      all.value = new Map([...rest.filter((entry) => !gone.has(entry)), [id, run]]);
    },
    forget(id) {
      all.value = new Map(others(id));
    },
  };
}
