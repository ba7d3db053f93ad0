import type { Page } from "playwright-core";

export type WatchOptions = {
  /** Complaints that are expected. */
  allow: readonly RegExp[];
  /** The origins that may be asked for something. */
  origins: readonly string[];
};

/**
 * Notes what a page should never do: throw, write to the console that something is wrong (the browser itself does so where the
 * security policy is broken), or speak to another origin. The list grows as it happens.
 */
export function watchPage(page: Page, { allow, origins }: WatchOptions): string[] {
  const findings: string[] = [];
  const note = (finding: string) => {
    if (!allow.some((pattern) => pattern.test(finding))) findings.push(finding);
  };
  page.on("pageerror", (error) => note(`page error: ${error.message}`));
  page.on("console", (message) => {
    const type = message.type();
    if (type === "error" || type === "warning") note(`console ${type}: ${message.text()} (${message.location().url})`);
  });
  page.on("request", (request) => {
    const { origin, protocol } = new URL(request.url());
    if (!LOCAL.has(protocol) && !origins.includes(origin)) note(`request to ${request.url()}`);
  });
  page.on("websocket", (socket) => note(`socket to ${socket.url()}`));
  page.on("dialog", (dialog) => {
    note(`dialog: ${dialog.message()}`);
    // Another watcher may have answered it.
    dialog.dismiss().catch(() => {});
  });
  page.on("popup", (popup) => note(`popup: ${popup.url()}`));
  return findings;
}

/** Schemes with which nothing is sent. */
const LOCAL = new Set(["data:", "blob:", "about:"]);
