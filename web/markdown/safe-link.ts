import { decodeEntities } from "./entities.ts";

const ALLOWED = new Set(["http:", "https:", "mailto:"]);

/** The address of a link that a model wrote, as the browser will read it; undefined where it leads anywhere but out. */
export function safeLink(href: string): string | undefined {
  const written = decodeEntities(href);
  // An address without a scheme would be one of this server.
  if (!URL.canParse(written)) return undefined;
  const url = new URL(written);
  return ALLOWED.has(url.protocol) ? url.href : undefined;
}
