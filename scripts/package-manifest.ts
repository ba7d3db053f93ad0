/** What of our own package.json goes into the published one, and how. */

export type Manifest = {
  name: string;
  version: string;
  description: string;
  license: string;
  type: string;
  exports: Record<string, string>;
  bin: Record<string, string>;
  engines: Record<string, string>;
  dependencies: Record<string, string>;
  devDependencies: Record<string, string>;
};

export type PublishedManifest = Omit<Manifest, "exports" | "devDependencies"> & {
  exports: Record<string, string | { types: string; default: string }>;
  peerDependencies: Record<string, string>;
  peerDependenciesMeta: Record<string, { optional: boolean }>;
};

/**
 * The manifest of the compiled package. Nothing of development is in it: no scripts, no devDependencies, and not the Node
 * that we bring for ourselves, which would put 189 MB and another `node` into its user's `.bin`.
 */
export function publishedManifest(own: Manifest): PublishedManifest {
  const { name, version, description, license, type, engines, dependencies } = own;
  return {
    ...{ name, version, description, license, type, engines, dependencies },
    exports: {
      ...mapValues(own.exports, (path) => ({ types: compiled(path, ".d.ts"), default: compiled(path, ".js") })),
      // Tools look there for the version.
      "./package.json": "./package.json",
    },
    bin: mapValues(own.bin, (path) => compiled(path, ".js")),
    // Its types only, and only for `chatwait/ai-sdk`: who does not use that needs none of it.
    peerDependencies: { ai: `^${major(own.devDependencies["ai"])}.0.0` },
    peerDependenciesMeta: { ai: { optional: true } },
  };
}

const compiled = (path: string, extension: string): string => path.replace(/\.ts$/, extension);

const major = (version: string | undefined): string => version?.split(".", 1)[0] ?? "*";

const mapValues = <T, R>(record: Record<string, T>, map: (value: T) => R): Record<string, R> =>
  Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value)]));

const RELATIVE_TS = /(\bfrom\s*|\bimport\s*\(?\s*)(["'])(\.{1,2}\/[^"']*)\.ts\2/g;

/** The compiler rewrites the paths of imports in the code, but not in the declarations beside it. */
export function withCompiledPaths(declarations: string): string {
  return declarations.replace(RELATIVE_TS, "$1$2$3.js$2");
}
