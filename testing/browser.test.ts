import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { pathToFileURL } from "node:url";
import { findChromium } from "./browser.ts";

const harness = pathToFileURL(join(import.meta.dirname, "browser.ts")).href;

/** Runs one test of a page with this script as a test file of its own; what it printed, and whether it passed. */
function runTest(t: TestContext, script: string, env: Record<string, string> = {}) {
  const folder = mkdtempSync(join(tmpdir(), "chatwait-browser-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const page = `data:text/html,<link rel=icon href=data:,><script>${script}</script>`;
  const file = join(folder, "page.test.ts");
  writeFileSync(
    file,
    `import { browserTests } from ${JSON.stringify(harness)};
     browserTests()("the page", async (t, open) => { await open(${JSON.stringify(page)}); });`,
  );
  const { status, stdout } = spawnSync(process.execPath, ["--test", "--test-reporter=tap", file], {
    env: { PATH: process.env["PATH"], ...env },
    encoding: "utf8",
  });
  return { passed: status === 0, stdout };
}

const skip = findChromium() === undefined && "Chromium is not installed; CHATWAIT_CHROMIUM names another place.";

test("a page that does nothing wrong passes, one that does fails its test with what it did", { skip }, (t) => {
  assert.ok(runTest(t, "document.title = 'fine'").passed);
  const { passed, stdout } = runTest(t, "console.error('boom')");
  assert.equal(passed, false);
  assert.match(stdout, /console error: boom/);
});

test("where there is no browser, a test of a page is skipped and says why", (t) => {
  const { passed, stdout } = runTest(t, "", { CHATWAIT_CHROMIUM: "/nowhere/chromium" });
  assert.ok(passed);
  assert.match(stdout, /ok 1 - the page # SKIP Chromium is not installed/);
});
