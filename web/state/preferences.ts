import { effect, type Signal, signal } from "@preact/signals";
import type { Shelf } from "./storage.ts";

/** A choice about the page itself that is remembered; what is stored and not among `choices` counts as the first of them. */
export function remembered<T extends string>(shelf: Shelf, name: string, choices: readonly [T, ...T[]]): Signal<T> {
  const key = `chatwait/${name}`;
  const stored = shelf.getItem(key);
  const choice = signal<T>(choices.find((known) => known === stored) ?? choices[0]);
  effect(() => {
    const chosen = choice.value;
    try {
      if (chosen !== (shelf.getItem(key) ?? choices[0])) shelf.setItem(key, chosen);
    } catch {
      // No room for so little: then it is not remembered.
    }
  });
  return choice;
}
