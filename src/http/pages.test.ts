import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { ERRORS } from "../protocol/errors.ts";
import { eventSchemas } from "../protocol/events.ts";
import { docsPage } from "./docs-page.ts";
import { homePage } from "./home-page.ts";
import { openApiDocument } from "./openapi.ts";
import { escapeHtml, html, pageCsp } from "./page.ts";

const document = openApiDocument({ version: "0.1.0" });
const docs = docsPage(document);
const home = homePage({ baseUrl: "http://127.0.0.1:3000", defaultModel: "builtin:chat" });

const VOID = new Set(["meta", "link", "br"]);

/** Checks that every element that is opened is closed, in order: what an unescaped `<` would break. */
function assertWellFormed(page: string): void {
  const open: string[] = [];
  const text = page.replace(/<!doctype html>/i, "").replace(/<style>[\s\S]*?<\/style>/, "");
  for (const [tag, end, name = ""] of text.matchAll(/<(\/?)([a-z0-9]+)(?:\s[^<>]*)?>/g)) {
    if (VOID.has(name)) continue;
    if (end) assert.equal(open.pop(), name, tag);
    else open.push(name);
  }
  assert.deepEqual(open, []);
  assert.doesNotMatch(text.replace(/<\/?[a-z0-9]+(?:\s[^<>]*)?>/g, ""), /[<>]/);
}

test("what is put into HTML is escaped, what is HTML already is not", () => {
  const bold = html`<b>${"<&>"}</b>`;
  assert.equal(html`<p title="${`"'`}">${bold}${[bold, bold]}${7}</p>`.html.match(/&lt;&amp;&gt;/g)?.length, 3);
  assert.equal(html`<p title="${`"'`}"></p>`.html, '<p title="&quot;&#39;"></p>');
  assert.equal(escapeHtml("<script>"), "&lt;script&gt;");
});

test("both pages are well-formed, and ask no other host and no script for anything", () => {
  for (const page of [docs, home]) {
    assertWellFormed(page);
    assert.doesNotMatch(page, /<script|<img|<iframe|<form|\son[a-z]+=|\sstyle=/);
    for (const [, target = ""] of page.matchAll(/\s(?:href|src)="([^"]*)"/g)) assert.match(target, /^(?:\/|#|data:,$)/);
  }
});

test("the security policy names the hash of the style that stands in the page, and allows no script", () => {
  for (const page of [docs, home]) {
    const style = /<style>([\s\S]*?)<\/style>/.exec(page)?.[1] ?? "";
    assert.ok(pageCsp.includes(`'sha256-${createHash("sha256").update(style).digest("base64")}'`));
  }
  assert.match(pageCsp, /default-src 'none'/);
  assert.doesNotMatch(pageCsp, /script-src|unsafe/);
});

test("the page of the interface shows every operation, event, object and error, and every link in it leads somewhere", () => {
  const ids = new Set([...docs.matchAll(/\sid="([^"]*)"/g)].map((match) => match[1]));
  const operations = Object.values(document.paths).flatMap((methods) => Object.values(methods));
  for (const { operationId } of operations) assert.ok(ids.has(operationId), operationId);
  for (const code of Object.keys(ERRORS)) assert.ok(ids.has(`error-${code}`), code);
  for (const type of Object.keys(eventSchemas)) assert.ok(docs.includes(`<h3><code>${type}</code></h3>`), type);
  for (const name of ["ChatStart", "WaitReply", "Snapshot"]) assert.ok(ids.has(`schema-${name}`), name);
  for (const [, target] of docs.matchAll(/href="#([^"]*)"/g)) assert.ok(ids.has(target), target);
});

test("a Host that would break out of the page or of a shell is not repeated", () => {
  for (const host of ["<b>", "a'b", "a$(reboot)", "a`id`", "a b", 'a"b', "a;b", "a\nb", "user@a"]) {
    const page = homePage({ baseUrl: `http://${host}`, defaultModel: "builtin:chat" });
    assert.ok(page.includes("curl http://127.0.0.1:3000/chat/wait"), host);
    assert.ok(!page.includes(host), host);
  }
  for (const baseUrl of ["http://localhost:8080", "https://chat.example.org", "http://[::1]:3000"]) {
    assert.ok(homePage({ baseUrl, defaultModel: "builtin:chat" }).includes(`curl ${baseUrl}/chat/wait`), baseUrl);
  }
});

test("the name of the model is escaped", () => {
  assert.ok(homePage({ baseUrl: "http://a", defaultModel: "x:<b>" }).includes("x:&lt;b&gt;"));
});
