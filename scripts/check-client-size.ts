import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { build } from "vite";

/** The most that the client library may weigh on a page: minified, with its one dependency, compressed with gzip; bytes. */
export const LIMIT = 6 * 1024;

export type Bundle = {
  /** What it weighs, compressed; bytes. */
  bytes: number;
  /** The modules in it, as the bundler names them. */
  modules: string[];
  /** What it would still have to load. */
  imports: string[];
};

/** Bundles a module for the browser, as a page does that uses all of it. */
export async function bundle(entry: string): Promise<Bundle> {
  const output = { minify: true, comments: false, topLevelVar: false } as const;
  const built = await build({
    ...{ configFile: false, logLevel: "silent", publicDir: false },
    build: {
      ...{ write: false, target: "esnext", modulePreload: false },
      rolldownOptions: { input: entry, output, preserveEntrySignatures: "strict" },
    },
  });
  const [chunk] = "output" in built ? built.output : [];
  if (chunk?.type !== "chunk") throw new Error(`Nothing was built of ${entry}.`);
  const imports = [...chunk.imports, ...chunk.dynamicImports];
  return { bytes: gzipSync(chunk.code, { level: 9 }).length, modules: chunk.moduleIds, imports };
}

if (import.meta.main) {
  const { bytes } = await bundle(join(import.meta.dirname, "../client/index.ts"));
  console.log(`The client library has ${bytes} bytes (minified, gzip); ${LIMIT} are allowed.`);
  if (bytes > LIMIT) process.exitCode = 1;
}
