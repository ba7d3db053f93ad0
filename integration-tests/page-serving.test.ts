import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { cp, mkdtemp, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import { loadBuiltPage } from "../src/http/built-page.ts";
import { builtPageCsp } from "../src/http/page-routes.ts";
import { browserTests } from "../testing/browser.ts";
import { serverFor } from "../testing/driven-server.ts";
import { builtPage, pageApp } from "../testing/page-app.ts";
import { assertProblem } from "../testing/problem.ts";
import { requestJson } from "../testing/sse-client.ts";

// How the page gets to the browser: what is served, to whom, and under which policy.

/** All scripts and styles together, gzipped: what a first visit costs. */
const MOST_BYTES = 88 * 1024;

test("/ is the page, under a policy that lets nothing in but itself", async (t) => {
  const { url } = await pageApp(t);
  const answer = await requestJson(url);
  assert.equal(answer.status, 200);
  assert.match(answer.text, /<title>ChatWait<\/title>/);
  assert.equal(answer.headers["content-type"], "text/html; charset=utf-8");
  assert.equal(answer.headers["cache-control"], "no-cache");
  assert.equal(answer.headers["content-security-policy"], builtPageCsp);
  assert.match(builtPageCsp, /^default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'/);
  assert.match(builtPageCsp, /require-trusted-types-for 'script'; trusted-types 'none'$/);
  assert.doesNotMatch(builtPageCsp, /unsafe|\*|http/);
  assert.equal(answer.headers["x-content-type-options"], "nosniff");
  assert.doesNotMatch(answer.text, /<script(?![^>]*\ssrc=)|<style|\sstyle=|\son[a-z]+=|https?:/);
});

/** The addresses that the page names, as it names them. */
async function assetPaths(page: string): Promise<string[]> {
  const { text } = await requestJson(page);
  return [...text.matchAll(/(?:src|href)="\.(\/assets\/[^"]+)"/g)].map(([, path = ""]) => path);
}

test("R-VERSION: the page and what it loads stand under /v1 too, with or without a slash at the end", async (t) => {
  const { url } = await pageApp(t);
  const [whole, versioned, slashed] = await Promise.all(["/", "/v1", "/v1/"].map((path) => requestJson(url + path)));
  assert.equal(versioned?.text, whole?.text);
  assert.equal(slashed?.text, whole?.text);
  const paths = await assetPaths(url);
  assert.ok(paths.length >= 3, paths.join());
  for (const path of paths) {
    for (const prefix of ["", "/v1"]) assert.equal((await requestJson(url + prefix + path)).status, 200, path);
  }
});

test("an asset is kept for good under its hashed name, with the type that the browser insists on", async (t) => {
  const { url } = await pageApp(t);
  const types: Record<string, string> = { js: "text/javascript", css: "text/css", svg: "image/svg+xml" };
  for (const path of await assetPaths(url)) {
    const { headers } = await requestJson(url + path);
    assert.equal(headers["cache-control"], "public, max-age=31536000, immutable");
    assert.match(path, /-[\w-]{8}\.\w+$/);
    assert.equal(headers["content-type"]?.split(";")[0], types[path.split(".").at(-1) ?? ""], path);
  }
});

test("whoever has the page already gets 304 and no body", async (t) => {
  const { url } = await pageApp(t);
  for (const path of ["/", ...(await assetPaths(url))]) {
    const { etag = "" } = (await requestJson(url + path)).headers;
    assert.match(etag, /^"[\w-]{22}"$/);
    for (const known of [etag, `W/${etag}`, `"other", ${etag}`, "*"]) {
      const again = await requestJson(url + path, { headers: { "if-none-match": known } });
      assert.deepEqual([again.status, again.text, again.headers.etag], [304, "", etag], known);
    }
    assert.equal((await requestJson(url + path, { headers: { "if-none-match": '"other"' } })).status, 200);
  }
});

test("HEAD is GET without the body, and other methods are refused", async (t) => {
  const { url } = await pageApp(t);
  for (const path of ["/", ...(await assetPaths(url))]) {
    const whole = await requestJson(url + path);
    const head = await requestJson(url + path, { method: "HEAD" });
    assert.deepEqual([head.status, head.text], [200, ""]);
    for (const name of ["content-length", "content-type", "etag", "cache-control"])
      assert.equal(head.headers[name], whole.headers[name], name);
    const posted = await requestJson(url + path, { body: {} });
    assertProblem(posted, "method_not_allowed");
    assert.equal(posted.headers.allow, "GET, HEAD");
  }
});

test("an asset that is not there is 404 as JSON, and no path leads out of the folder", async (t) => {
  const { url } = await pageApp(t);
  for (const path of [
    "nothing.js",
    "",
    "%2e%2e%2findex.html",
    "..%2f..%2fpackage.json",
    ".stamp",
    "__proto__",
    "a/b.js",
  ])
    assertProblem(await requestJson(`${url}/assets/${path}`), "not_found");
});

test("R-DOOR: a link from elsewhere opens the page; another site may neither embed its scripts nor read it", async (t) => {
  const { url } = await pageApp(t);
  const from = (mode: string, dest: string) => ({
    headers: { "sec-fetch-site": "cross-site", "sec-fetch-mode": mode, "sec-fetch-dest": dest },
  });
  const [script = ""] = await assetPaths(url);
  assert.equal((await requestJson(url, from("navigate", "document"))).status, 200);
  assertProblem(await requestJson(url, from("no-cors", "empty")), "origin_not_allowed");
  assertProblem(await requestJson(url + script, from("no-cors", "script")), "origin_not_allowed");
  const own = { headers: { "sec-fetch-site": "same-origin", "sec-fetch-mode": "cors", origin: url } };
  assert.equal((await requestJson(url + script, own)).status, 200);
  assert.match(builtPageCsp, /frame-ancestors 'none'/);
});

test("where the page was never built, / says how to ask, and everything else works", async (t) => {
  const folder = await mkdtemp(join(tmpdir(), "chatwait-page-"));
  t.after(() => rm(folder, { recursive: true }));
  assert.equal(await loadBuiltPage(folder), undefined);
  assert.equal(await loadBuiltPage(join(folder, "nothing")), undefined);
  const app = await serverFor(t);
  assert.match((await requestJson(app.url)).text, /curl http:\/\/127\.0\.0\.1/);
  assertProblem(await requestJson(`${app.url}/assets/index.js`), "not_found");
  assert.equal((await requestJson(`${app.url}/models`)).status, 200);
});

test("a program whose page was never built starts all the same, and says so in one line", async (t) => {
  const folder = await mkdtemp(join(tmpdir(), "chatwait-page-"));
  const root = join(import.meta.dirname, "..");
  for (const part of ["src", "package.json"]) await cp(join(root, part), join(folder, part), { recursive: true });
  await symlink(join(root, "node_modules"), join(folder, "node_modules"));
  const env = {
    PATH: process.env["PATH"],
    PORT: "0",
    CHATWAIT_DATA_DIR: join(folder, "data"),
    OLLAMA_HOST: "127.0.0.1:1",
  };
  const program = spawn(process.execPath, ["src/main.ts"], { cwd: folder, env, stdio: ["ignore", "pipe", "inherit"] });
  t.after(async () => {
    program.kill("SIGKILL");
    await rm(folder, { recursive: true });
  });
  let log = "";
  for await (const text of program.stdout.setEncoding("utf8")) {
    log += text;
    if (/listening/.test(log) && /not built/.test(log)) break;
  }
  assert.equal(log.match(/not built/g)?.length, 1, log);
  const url = /"url":"([^"]+)"/.exec(log)?.[1] ?? "";
  assert.match((await requestJson(url)).text, /curl http:\/\/127\.0\.0\.1/);
});

test("what a first visit loads is small", async () => {
  const { index, assets } = await builtPage();
  const bytes = [index, ...assets.values()].reduce((sum, { body }) => sum + gzipSync(body).length, 0);
  assert.ok(bytes < MOST_BYTES, `${(bytes / 1024).toFixed(1)} KiB`);
});

const browserTest = browserTests();

browserTest("the page opens at / and under /v1, with nothing that the browser objects to", async (t, open) => {
  const { url } = await pageApp(t);
  for (const path of ["/", "/v1", "/v1/"]) {
    const page = await open(url + path);
    await page.getByRole("textbox", { name: "Message" }).waitFor();
  }
});

/** What would make HTML or code of a text. */
const SINKS = [
  "document.body.innerHTML = '<b>x</b>'",
  "document.body.insertAdjacentHTML('beforeend', '<b>x</b>')",
  "document.createElement('script').src = '/x.js'",
  "document.createRange().createContextualFragment('<b>x</b>')",
  "new DOMParser().parseFromString('<b>x</b>', 'text/html')",
  "setTimeout('1')",
  "trustedTypes.createPolicy('mine', {})",
];

browserTest("no code of the page may turn a text into HTML or run it, not even by mistake", async (t, open) => {
  const { url } = await pageApp(t);
  const page = await open(url, { allow: [/Trusted|Content Security Policy|violates/] });
  await page.getByRole("textbox", { name: "Message" }).waitFor();
  for (const sink of SINKS) {
    const outcome = await page.evaluate(
      `(() => { try { ${sink}; return "allowed"; } catch (error) { return error.name; } })()`,
    );
    assert.equal(outcome, "TypeError", sink);
  }
});
