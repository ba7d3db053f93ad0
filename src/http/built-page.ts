import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { extname, join } from "node:path";

/** A file of the page, as it is sent. */
export type PageFile = { readonly body: Buffer; readonly type: string; readonly etag: string };

/** The page for people as it was built: held in memory, so that no path a client can think of reaches another file. */
export type BuiltPage = {
  readonly index: PageFile;
  /** By name; each name has a hash of the content in it. */
  readonly assets: ReadonlyMap<string, PageFile>;
};

/** Where the build lies. The package that is published keeps the layout of the sources. */
const BUILD = join(import.meta.dirname, "../../web/dist");

const TYPES: Record<string, string> = {
  ".css": "text/css; charset=utf-8",
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".png": "image/png",
  ".svg": "image/svg+xml",
  ".webmanifest": "application/manifest+json",
  ".woff2": "font/woff2",
};

/** Reads the built page; undefined where it was never built. */
export async function loadBuiltPage(folder = BUILD): Promise<BuiltPage | undefined> {
  try {
    return { index: await pageFile(join(folder, "index.html")), assets: await readAssets(join(folder, "assets")) };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

async function readAssets(folder: string): Promise<Map<string, PageFile>> {
  const names = (await readdir(folder)).filter((name) => extname(name) in TYPES);
  return new Map(await Promise.all(names.map(async (name) => [name, await pageFile(join(folder, name))] as const)));
}

async function pageFile(path: string): Promise<PageFile> {
  const body = await readFile(path);
  const hash = createHash("sha256").update(body).digest("base64url").slice(0, 22);
  return { body, type: TYPES[extname(path)] ?? "application/octet-stream", etag: `"${hash}"` };
}
