import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { TestContext } from "node:test";
import { browserTests } from "./browser.ts";
import { watchPage } from "./page-watch.ts";
import { until } from "./until.ts";

const browserTest = browserTests();
const CSP = "default-src 'none'; script-src 'unsafe-inline'; img-src * data:; require-trusted-types-for 'script'";

/** A page with this script, and nothing else. */
async function pageWith(t: TestContext, script: string): Promise<string> {
  const server = createServer((request, response) => {
    if (request.url !== "/") return void response.writeHead(404).end();
    response.writeHead(200, { "content-type": "text/html", "content-security-policy": CSP });
    response.end(`<!doctype html><link rel="icon" href="data:,"><body><script>${script}</script>`);
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  t.after(() => server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

const sins: [name: string, script: string, finding: RegExp][] = [
  ["throws", "throw new Error('boom')", /^page error: boom/],
  ["writes an error to the console", "console.error('boom')", /^console error: boom/],
  [
    "asks another origin",
    "new Image().src = 'http://127.0.0.1:1/x.png'",
    /^request to http:\/\/127\.0\.0\.1:1\/x\.png/,
  ],
  ["breaks its security policy", "fetch('/x').catch(() => {})", /^console error: .*Content Security Policy/],
  ["makes HTML of a text", "try { document.body.innerHTML = '<b>' } catch {}", /^console error: .*TrustedHTML/],
  ["opens a dialog", "alert('boom')", /^dialog: boom/],
  ["asks for what is not there", "new Image().src = '/x.png'", /^console error: .*404/],
];

for (const [name, script, finding] of sins) {
  browserTest(`a page that ${name} is found out, unless the test expects it`, async (t, open) => {
    const url = await pageWith(t, `addEventListener('click', () => { ${script} })`);
    const page = await open(url, { allow: [/./] });
    const findings = watchPage(page, { allow: [], origins: [new URL(url).origin] });
    const tolerant = watchPage(page, { allow: [/./], origins: [] });
    await page.mouse.click(5, 5);
    await until(() => findings.some((text) => finding.test(text)));
    assert.match(findings.join("\n"), finding);
    assert.deepEqual(tolerant, []);
  });
}

browserTest("a page that does nothing wrong passes, and a second tab shares what it stored", async (t, open) => {
  const url = await pageWith(t, "localStorage.setItem('a', '1')");
  const page = await open(url);
  const tab = await open(url, { beside: page });
  assert.equal(await tab.evaluate(() => localStorage.getItem("a")), "1");
});
