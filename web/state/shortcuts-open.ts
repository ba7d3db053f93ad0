import { signal } from "@preact/signals";

/** Whether the dialog of the keyboard shortcuts is shown. */
export const shortcutsOpen = signal(false);
