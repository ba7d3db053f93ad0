import { signal } from "@preact/signals";

/** Whether the sidebar is drawn over the page, where the window has no room for both. */
export const sidebarOpen = signal(false);
