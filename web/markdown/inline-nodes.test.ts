import assert from "node:assert/strict";
import { test } from "node:test";
import type { ComponentChild, VNode } from "preact";
import { xssCorpus } from "../../testing/xss-corpus.ts";
import { decodeEntities } from "./entities.ts";
import { inlineNodes } from "./inline-nodes.ts";
import { lex, type Token, type Tokens } from "./lexer.ts";
import { safeLink } from "./safe-link.ts";

/** The elements and texts that a line of Markdown becomes, written as HTML would be. */
function shown(child: ComponentChild): string {
  if (Array.isArray(child)) return child.map(shown).join("");
  if (child === null || child === undefined || typeof child !== "object") return String(child ?? "");
  const { type, props } = child as VNode<Record<string, unknown>>;
  const { children, ...attributes } = props;
  const written = Object.entries(attributes).map(([name, value]) => ` ${name}=${value}`);
  return `<${type}${written.join("")}>${shown(children as ComponentChild)}</${type}>`;
}

const inline = (text: string): string => shown(inlineNodes((lex(text).tokens[0] as Tokens.Paragraph).tokens));

test("what dresses words is an element of ours", () => {
  const line = inline(
    "*a* **b** ~~c~~ `d < &lt;` <kbd>e</kbd> H<sub>2</sub>O f<br>g &amp; &lt;h&gt; &#233; &copy; &unknown;",
  );
  assert.equal(
    line,
    "<em>a</em> <strong>b</strong> <del>c</del> <code>d < &lt;</code> <kbd>e</kbd> H<sub>2</sub>O f<br></br>g & <h> é © &unknown;",
  );
});

test("other tags are text that can be read, and so are those with attributes", () => {
  for (const text of [
    "<script>x</script>",
    "<b onclick=x>y</b>",
    "<img src=x>",
    "<details>",
    "<br onload=x>",
    "<kbd><i></kbd>",
  ])
    assert.equal(inline(text), text);
});

test("a link leads out and says so to the browser; one that does not is its text", () => {
  assert.equal(
    inline("[a](https://a.example/b?c=1&amp;d)"),
    "<a href=https://a.example/b?c=1&d rel=noopener noreferrer target=_blank>a</a>",
  );
  assert.equal(inline("[a](/chat)"), "<span>a</span>");
  assert.equal(
    inline("![a *cat*](https://a.example/c.png)"),
    "<a class=md-picture href=https://a.example/c.png rel=noopener noreferrer target=_blank>Picture: a *cat*</a>",
  );
  assert.equal(inline("![](data:image/png;base64,xx)"), "<span class=md-picture>Picture</span>");
});

const addresses: [href: string, safe: string | undefined][] = [
  ["https://a.example", "https://a.example/"],
  ["HTTP://A.example/x y", "http://a.example/x%20y"],
  ["mailto:a@b.example", "mailto:a@b.example"],
  ["javascript:x()", undefined],
  ["JAVASCRIPT&colon;x()", undefined],
  ["java&#10;script:x()", undefined],
  [" \u0001javascript:x()", undefined],
  ["java\tscript:x()", undefined],
  ["data:text/html,x", undefined],
  ["//a.example", undefined],
  ["/docs", undefined],
  ["#/c/1", undefined],
  ["ftp://a.example", undefined],
  ["", undefined],
];

for (const [href, safe] of addresses) {
  test(`the address ${JSON.stringify(href)} is ${safe ?? "none"}`, () => assert.equal(safeLink(href), safe));
}

test("a reference is decoded once", () => {
  assert.equal(decodeEntities("&amp;lt; &#38;gt; &#x26;amp;"), "&lt; &gt; &amp;");
  assert.equal(
    decodeEntities("&#0; &#xD800; &#99999999; &constructor; &toString;"),
    "\ufffd \ufffd &#99999999; &constructor; &toString;",
  );
});

const TAGS = /^(?:a|b|br|code|del|em|i|input|ins|kbd|mark|p|s|small|span|strong|sub|sup|u)$/;
const ATTRIBUTES = /^(?:aria-label|checked|children|class|dir|disabled|href|rel|target|type)$/;

test("no text of a known attack becomes anything but these elements with these attributes", () => {
  let elements = 0;
  const check = (child: ComponentChild): void => {
    if (Array.isArray(child)) for (const one of child) check(one);
    else if (child !== null && typeof child === "object") checkElement(child as VNode<Record<string, unknown>>);
  };
  const checkElement = ({ type, props }: VNode<Record<string, unknown>>) => {
    elements++;
    assert.match(String(type), TAGS);
    for (const name of Object.keys(props)) assert.match(name, ATTRIBUTES);
    if (props["href"] !== undefined) assert.match(String(props["href"]), /^(?:https?|mailto):/);
    check(props["children"] as ComponentChild);
  };
  const walk = (tokens: readonly Token[] = []): void => {
    for (const token of tokens) {
      if (token.type !== "paragraph") check(inlineNodes([token]));
      walk("tokens" in token ? token.tokens : []);
    }
  };
  for (const attack of xssCorpus("https://beacon.example")) walk(lex(attack).tokens);
  assert.ok(elements > 30, `${elements} elements`);
});
