import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { after, type TestContext, test } from "node:test";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import { watchPage } from "./page-watch.ts";

/** How a page is opened, beyond what the browser does by itself. */
export type Opening = Pick<BrowserContextOptions, "colorScheme" | "viewport" | "hasTouch" | "reducedMotion"> & {
  /** Complaints of the browser that belong to the test, such as the status of a request that must fail. */
  allow?: readonly RegExp[];
  /** Origins besides its own that the page may speak to: none by default. */
  origins?: readonly string[];
  /** A page of the same profile as this one: it shares what is stored, as a second tab does. */
  beside?: Page;
};

/** Opens a page of its own, in a profile of its own. The test fails if it complains of anything or asks another origin for anything. */
export type Open = (url: string, opening?: Opening) => Promise<Page>;

/** A test with a browser. It is skipped, and says so, where there is none. */
export type BrowserTest = (name: string, run: (t: TestContext, open: Open) => Promise<void>) => void;

/** For what a page does in its own time: far longer than any machine needs, short enough that a test which hangs says why. */
const PATIENCE_MS = 15_000;

const ARGS = [
  ...[
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-dev-shm-usage",
  ],
  ...["--disable-component-update", "--disable-sync", "--force-color-profile=srgb"],
  // Nothing can leave this machine, whatever a test finds out about a page.
  "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1",
];

const PLACES = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

/** The program: the one that CHATWAIT_CHROMIUM names, or that of the system. */
export const findChromium = (): string | undefined =>
  [process.env["CHATWAIT_CHROMIUM"], ...PLACES].find((place) => place !== undefined && existsSync(place));

/** What the tests of one file share: a browser, started with the first test and closed after the last. */
export function browserTests(): BrowserTest {
  const executablePath = findChromium();
  const skip = executablePath === undefined && "Chromium is not installed; CHATWAIT_CHROMIUM names another place.";
  let launched: Promise<Browser> | undefined;
  after(async () => (await launched)?.close());
  return (name, run) => {
    test(name, { skip }, async (t) => {
      launched ??= chromium.launch({ executablePath: executablePath as string, args: ARGS, chromiumSandbox: false });
      await run(t, opener(t, await launched));
    });
  };
}

const opener =
  (t: TestContext, browser: Browser): Open =>
  async (url, { allow = [], origins = [], beside, ...options } = {}) => {
    const context = beside?.context() ?? (await browser.newContext({ locale: "en-GB", ...options }));
    context.setDefaultTimeout(PATIENCE_MS);
    // What tsx compiles calls this for functions with a name, also in what is sent to the page.
    if (!beside) await context.addInitScript("globalThis.__name ??= (named) => named");
    const page = await context.newPage();
    const findings = watchPage(page, { allow, origins: [new URL(url).origin, ...origins] });
    t.after(async () => {
      // Whatever is still on its way to us is told before the page is gone.
      if (!page.isClosed()) await page.evaluate(() => {}).catch(() => {});
      await (beside ? page.close() : context.close());
      assert.deepEqual(findings, []);
    });
    await page.goto(url);
    return page;
  };
