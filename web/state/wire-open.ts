import { signal } from "@preact/signals";

/** Whether the wire panel is shown. */
export const wireOpen = signal(false);
