import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { after, type TestContext, test } from "node:test";
import { type Browser, type BrowserContext, type BrowserContextOptions, chromium, type Page } from "playwright-core";
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
export function findChromium(): string | undefined {
  const named = process.env["CHATWAIT_CHROMIUM"];
  return (named ? [named] : PLACES).find((place) => existsSync(place));
}

/** What the tests of one file share: a browser, started with the first test and closed after the last. */
export function browserTests(): BrowserTest {
  const executablePath = findChromium();
  const skip = executablePath === undefined && "Chromium is not installed; CHATWAIT_CHROMIUM names another place.";
  let launched: Promise<Browser> | undefined;
  after(async () => (await launched)?.close());
  return (name, run) => {
    test(name, { skip }, async (t) => {
      launched ??= chromium.launch({ executablePath: executablePath as string, args: ARGS, chromiumSandbox: false });
      const pages = watchedPages(await launched);
      try {
        await run(t, pages.open);
      } catch (error) {
        for (const finding of pages.findings()) t.diagnostic(finding);
        throw error;
      } finally {
        // Before what the test itself closes afterwards: a page would complain of a server that has gone.
        await pages.close();
      }
      assert.deepEqual(pages.findings(), []);
    });
  };
}

type WatchedPages = { open: Open; close(): Promise<void>; findings(): readonly string[] };

function watchedPages(browser: Browser): WatchedPages {
  const findings: string[][] = [];
  const opened: { page: Page; context: BrowserContext }[] = [];

  const open: Open = async (url, { allow = [], origins = [], beside, ...options } = {}) => {
    const context = beside?.context() ?? (await browser.newContext({ locale: "en-GB", ...options }));
    context.setDefaultTimeout(PATIENCE_MS);
    // What tsx compiles calls this for functions with a name, also in what is sent to the page.
    if (!beside) await context.addInitScript("globalThis.__name ??= (named) => named");
    const page = await context.newPage();
    opened.push({ page, context });
    findings.push(watchPage(page, { allow, origins: [new URL(url).origin, ...origins] }));
    await page.goto(url);
    return page;
  };

  async function close() {
    // Whatever is still on its way to us is told before the page is gone.
    for (const { page } of opened) if (!page.isClosed()) await page.evaluate(() => {}).catch(() => {});
    await Promise.all([...new Set(opened.map(({ context }) => context))].map((context) => context.close()));
  }
  return { open, close, findings: () => findings.flat() };
}
