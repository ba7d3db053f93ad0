import { createHash } from "node:crypto";
import {
  chmodSync,
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";

/** Builds the page of `web/` into `web/dist`, where it was not built yet or its sources have changed since. */

const HELP = `node scripts/build-web.ts [--strict]
  --strict   fail where the page cannot be built; otherwise that is one line, and the server starts without the page`;

/** What the build depends on, and nothing else: a test that changes builds nothing. */
const SOURCES = ["web/**/*", "client/**/*.ts", "src/protocol/**/*.ts", "package-lock.json", "tsconfig.json"];
const NOT_SOURCES = /^web\/dist\/|\.test\.tsx?$/;

/** Kept beside the built files. A clone has no telling times of change, so the contents themselves are compared. */
const STAMP = ".stamp";

function stampOf(sources: string): string {
  const hash = createHash("sha256");
  const entries = globSync(SOURCES, { cwd: sources, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const paths = files.map((file) => file.slice(sources.length + 1)).filter((path) => !NOT_SOURCES.test(path));
  for (const path of paths.sort()) hash.update(`\n${path}\n`).update(readFileSync(join(sources, path)));
  return hash.digest("hex");
}

/** What was built, but for the stamp itself: a file that is lost or changed makes the page one to be built again. */
function hashOf(dist: string): string {
  const hash = createHash("sha256");
  for (const path of globSync("**/*.*", { cwd: dist }).sort())
    hash.update(`\n${path}\n`).update(readFileSync(join(dist, path)));
  return hash.digest("hex");
}

export type BuildOutcome = "fresh" | "built" | "no bundler";

export type BuildOptions = {
  /** The project's folder. */
  root?: string;
  /** Called before it takes its time. */
  onBuild?: () => void;
  findBundler?: () => Promise<Bundler | undefined>;
};

type Bundler = Pick<typeof import("vite"), "build">;

/**
 * Makes sure that `web/dist` is what the sources make. Several processes may call it at once.
 * @throws what the bundler says of sources that cannot be built; then the page stays as it was
 */
export async function buildPage(options: BuildOptions = {}): Promise<BuildOutcome> {
  const { root = join(import.meta.dirname, ".."), onBuild = () => {}, findBundler = findVite } = options;
  const dist = join(root, "web/dist");
  const stamp = stampOf(root);
  const stamped = (folder: string) => `${stamp} ${hashOf(folder)}`;
  const isFresh = () => existsSync(join(dist, STAMP)) && readFileSync(join(dist, STAMP), "utf8") === stamped(dist);
  if (isFresh()) return "fresh";
  const bundler = await findBundler();
  if (!bundler) return "no bundler";
  onBuild();
  // Built aside and moved: whoever reads the folder meanwhile sees the old page or the new one, whole.
  mkdirSync(join(root, "dist"), { recursive: true });
  const outDir = mkdtempSync(join(root, "dist/page-"));
  try {
    const configFile = join(root, "web/vite.config.ts");
    await bundler.build({ configFile, configLoader: "native", logLevel: "error", build: { outDir } });
    writeFileSync(join(outDir, STAMP), stamped(outDir));
    // A temporary folder is for its maker alone; the page is for whoever runs the server, in a container another user.
    chmodSync(outDir, 0o755);
    if (!isFresh()) replace(dist, outDir);
  } finally {
    rmSync(outDir, { recursive: true, force: true });
  }
  return "built";
}

function replace(dist: string, made: string) {
  const old = `${made}-old`;
  if (existsSync(dist)) renameSync(dist, old);
  renameSync(made, dist);
  rmSync(old, { recursive: true, force: true });
}

/** Not there after `npm ci --omit=dev`. */
async function findVite(): Promise<Bundler | undefined> {
  try {
    return await import("vite");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ERR_MODULE_NOT_FOUND") return undefined;
    throw error;
  }
}

async function main() {
  const { values } = parseArgs({ options: { strict: { type: "boolean" }, help: { type: "boolean" } } });
  if (values.help) return console.log(HELP);
  let since = 0;
  const begin = () => {
    since = performance.now();
    process.stdout.write("Building the page … ");
  };
  const problem = await buildPage({ onBuild: begin }).then(
    (outcome) => {
      if (outcome === "built") console.log(`${((performance.now() - since) / 1000).toFixed(1)} s`);
      // Without it a server starts all the same, and says so itself.
      const isMissed = outcome === "no bundler" && values.strict;
      return isMissed ? "vite is not installed here (npm ci brings it along)" : undefined;
    },
    (error: unknown) => String(error),
  );
  if (problem === undefined) return;
  console.error(`The page was not built: ${problem}.`);
  if (values.strict) process.exitCode = 1;
}

if (import.meta.main) await main();
