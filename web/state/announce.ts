import { type ReadonlySignal, signal } from "@preact/signals";

const said = signal("");

/** What the page's one live region says. */
export const announcement: ReadonlySignal<string> = said;

/** Says something to those who listen instead of look: changes of state only, never the text of an answer. */
export function announce(text: string): void {
  // The same text again would not be read; a no-break space makes it another one.
  said.value = said.value === text ? text + "\u00a0" : text;
}
