import { type ComponentChild, h } from "preact";
import { decodeEntities } from "./entities.ts";
import type { Dressed, Token, Tokens } from "./lexer.ts";
import { safeLink } from "./safe-link.ts";

/** Beyond this, what is nested is shown as it was written. */
export const DEEPEST = 24;

/** The elements of a run of text. Only elements named here are made, with the attributes that stand here. */
export function inlineNodes(tokens: readonly Token[] = [], depth = 0): ComponentChild[] {
  if (depth > DEEPEST) return tokens.map(({ raw }) => raw);
  const inside = (token: { tokens?: Token[] | undefined }) => inlineNodes(token.tokens, depth + 1);
  return tokens.map((token) => inlineNode(token as Tokens.Generic, inside));
}

function inlineNode(token: Tokens.Generic, inside: (token: Tokens.Generic) => ComponentChild[]): ComponentChild {
  switch (token.type) {
    case "text":
      return token.tokens ? inside(token) : pieces(decodeEntities(String(token["text"])));
    case "escape":
      return String(token["text"]);
    case "strong":
    case "em":
    case "del":
      return h(token.type, null, inside(token));
    case "dressed":
      return h((token as unknown as Dressed).tag, null, inside(token));
    case "codespan":
      return h("code", null, String(token["text"]));
    case "br":
      return h("br", null);
    case "link":
      return outwardLink(String(token["href"]), inside(token));
    case "image":
      return picture(String(token["href"]), decodeEntities(String(token["text"])));
    case "checkbox":
      return checkbox(token["checked"] === true);
    default:
      return token.raw;
  }
}

/**
 * Text in nodes of a few words each, always cut at the same places: as a text grows, only its last node changes, and what a reader
 * has selected before it stays selected.
 */
const pieces = (text: string): string[] => text.match(PIECE) ?? [];
const PIECE = /.{24,}?\s|.+$/gs;

function outwardLink(href: string, children: ComponentChild[], className?: string): ComponentChild {
  const address = safeLink(href);
  const look = className ? { class: className } : {};
  if (address === undefined) return h("span", look, children);
  return h("a", { ...look, href: address, rel: "noopener noreferrer", target: "_blank" }, children);
}

/** Pictures are not loaded: whoever draws one would learn that it was read. */
const picture = (href: string, alt: string): ComponentChild =>
  outwardLink(href, [alt === "" ? "Picture" : `Picture: ${alt}`], "md-picture");

export const checkbox = (checked: boolean): ComponentChild =>
  h("input", { type: "checkbox", class: "md-task", checked, disabled: true, "aria-label": checked ? "Done" : "To do" });
