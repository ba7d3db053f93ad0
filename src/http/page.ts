import { createHash } from "node:crypto";
import { pageStyle } from "./page-style.ts";

/** Text that is HTML already. Only {@link html} makes it, so that everything else is escaped. */
export type Html = { readonly html: string };

type Value = string | number | Html | Html[];

/** Writes HTML: what is put in is escaped, unless it was made by this function itself. */
export function html(strings: TemplateStringsArray, ...values: Value[]): Html {
  const text = strings.map((part, index) => part + (index < values.length ? shown(values[index] as Value) : ""));
  return { html: text.join("") };
}

function shown(value: Value): string {
  if (Array.isArray(value)) return value.map((item) => item.html).join("");
  return typeof value === "object" ? value.html : escapeHtml(String(value));
}

const ENTITIES: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };

/** Safe in an element's text and in a quoted attribute. */
export const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (char) => ENTITIES[char] ?? char);

const styleHash = createHash("sha256").update(pageStyle).digest("base64");

/** `Content-Security-Policy` of our pages: nothing but their own style, which the hash names. No script, no other host. */
export const pageCsp = [
  "default-src 'none'",
  `style-src 'sha256-${styleHash}'`,
  "img-src data:",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

/** A whole page around `body`. */
export function page(title: string, body: Html): string {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex">
<title>${title}</title>
<link rel="icon" href="data:,">
<style>${{ html: pageStyle }}</style>
</head>
<body>
${body}
</body>
</html>
`.html;
}
