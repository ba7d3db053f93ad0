import { effect, type Signal, signal } from "@preact/signals";
import type { Shelf } from "./storage.ts";

/** What a person chose for the page itself, kept beside the conversations. */

export type Theme = "auto" | "light" | "dark";

/** A choice that is remembered; what is stored and not among `choices` counts as the first of them. */
export function remembered<T extends string>(shelf: Shelf, name: string, choices: readonly [T, ...T[]]): Signal<T> {
  const key = `chatwait/${name}`;
  const stored = shelf.getItem(key);
  const choice = signal<T>(choices.find((known) => known === stored) ?? choices[0]);
  effect(() => {
    try {
      if (shelf.getItem(key) !== choice.value) shelf.setItem(key, choice.value);
    } catch {
      // No room for so little: then it is not remembered.
    }
  });
  return choice;
}
