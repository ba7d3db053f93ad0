import { type ComponentChild, h, type JSX } from "preact";
import { useMemo } from "preact/hooks";
import { CodeBlock } from "./code-block.ts";
import { DEEPEST, inlineNodes } from "./inline-nodes.ts";
import type { Token, Tokens } from "./lexer.ts";

/** The elements of blocks. One that turns out to be of another kind takes the place of what it was. */
export const blockNodes = (tokens: readonly Token[] = [], depth = 0): ComponentChild[] =>
  tokens.map((token, index) => h(Block, { key: index, token, depth }));

/** As long as its token is the same object, nothing of a block is looked at again. */
function Block({ token, depth }: { token: Token; depth: number }) {
  return useMemo(() => blockNode(token as Tokens.Generic, depth), [token, depth]);
}

function blockNode(token: Tokens.Generic, depth: number): JSX.Element | null {
  if (depth > DEEPEST) return plain(token.raw);
  switch (token.type) {
    case "space":
    case "def":
      return null;
    case "heading":
      return heading(token as Tokens.Heading);
    case "paragraph":
      return h("p", { dir: "auto" }, inlineNodes(token.tokens));
    case "text":
    case "checkbox":
      return h("span", { dir: "auto" }, inlineNodes([token]));
    case "code":
      return h(CodeBlock, { code: String(token["text"]), language: String(token["lang"] ?? "") });
    case "blockquote":
      return h("blockquote", null, blockNodes(token.tokens, depth + 1));
    case "list":
      return list(token as Tokens.List, depth);
    case "table":
      return table(token as Tokens.Table);
    case "hr":
      return h("hr", null);
    default:
      return plain(token.raw);
  }
}

const plain = (text: string) => h("p", { class: "md-plain", dir: "auto" }, text);

/** Headings of an answer stand below the title of the conversation. */
const heading = ({ depth, tokens }: Tokens.Heading) =>
  h(`h${Math.min(depth + 1, 6)}`, { class: `md-heading md-heading-${depth}`, dir: "auto" }, inlineNodes(tokens));

function list({ ordered, start, items }: Tokens.List, depth: number) {
  const children = items.map((item, index) => h(Item, { key: index, item, depth }));
  if (!ordered) return h("ul", null, children);
  return h("ol", start === "" || start === 1 ? null : { start }, children);
}

function Item({ item, depth }: { item: Tokens.ListItem; depth: number }) {
  return useMemo(() => {
    const look = item.task ? { class: "md-todo" } : {};
    return h("li", { dir: "auto", ...look }, blockNodes(item.tokens, depth + 1));
  }, [item, depth]);
}

function table({ header, rows, align }: Tokens.Table) {
  const cells = (of: "th" | "td", row: readonly Tokens.TableCell[]) =>
    row.map(({ tokens }, index) =>
      h(of, { key: index, dir: "auto", ...cellLook(of, align[index]) }, inlineNodes(tokens)),
    );
  return h(
    "div",
    { class: "md-table", tabIndex: 0, role: "group", "aria-label": "Table" },
    h("table", null, [
      h("thead", null, h("tr", null, cells("th", header))),
      h(
        "tbody",
        null,
        rows.map((row, index) => h("tr", { key: index }, cells("td", row))),
      ),
    ]),
  );
}

const cellLook = (of: "th" | "td", align: Tokens.Table["align"][number] | undefined) => ({
  ...(of === "th" ? { scope: "col" as const } : {}),
  ...(align ? { class: `md-${align}` } : {}),
});
