import { spawnSync } from "node:child_process";
import { chmodSync, cpSync, existsSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { buildPage } from "./build-web.ts";
import { type Manifest, publishedManifest, withCompiledPaths } from "./package-manifest.ts";

/**
 * Makes what is published: compiled code with its types, the built page, and a package.json of its own, in `dist/package`,
 * and packs it as `npm pack` does. Node strips no types below node_modules, so the sources themselves could not run there.
 */

const HELP = `npm run package [-- options]
  --to DIR   where the tarball goes (default: dist)
  --help`;

const root = join(import.meta.dirname, "..");
const staging = join(root, "dist/package");

/** Runs a program of ours; what it prints is shown only where it fails. */
function run(program: string, args: readonly string[], cwd: string): string {
  const env = { ...process.env, PATH: `${join(root, "node_modules/.bin")}:${process.env["PATH"]}` };
  const { status, stdout, stderr, error } = spawnSync(program, args, { cwd, env, encoding: "utf8" });
  if (error) throw error;
  if (status !== 0) throw new Error(`${program} ${args.join(" ")} ended with ${status}:\n${stdout}${stderr}`);
  return stdout;
}

function step<T>(name: string, work: () => T): T {
  const since = performance.now();
  process.stdout.write(`${name} … `);
  const result = work();
  process.stdout.write(`${((performance.now() - since) / 1000).toFixed(1)} s\n`);
  return result;
}

function compile(): void {
  rmSync(staging, { recursive: true, force: true });
  run("tsc", ["-p", "tsconfig.build.json"], root);
  for (const file of globSync("**/*.d.ts", { cwd: staging })) {
    const path = join(staging, file);
    writeFileSync(path, withCompiledPaths(readFileSync(path, "utf8")));
  }
}

/** The layout is that of the sources, so that a path from one file to another is the same in both. */
function addTheRest(): void {
  if (!existsSync(join(root, "web/dist/index.html"))) throw new Error("The page is not built: web/dist is missing.");
  cpSync(join(root, "web/dist"), join(staging, "web/dist"), { recursive: true });
  for (const file of ["README.md", "LICENSE", "CHANGELOG.md", "PROTOCOL.md", "docs"])
    cpSync(join(root, file), join(staging, file), { recursive: true });
  const manifest = publishedManifest(JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as Manifest);
  writeFileSync(join(staging, "package.json"), `${JSON.stringify(manifest, null, 2)}\n`);
  for (const path of Object.values(manifest.bin)) chmodSync(join(staging, path), 0o755);
}

/** Packs into `folder`. Returns the path of the tarball. */
function pack(folder: string): string {
  mkdirSync(folder, { recursive: true });
  const printed = run("npm", ["pack", "--json", "--pack-destination", folder], staging);
  const [packed] = Object.values(
    JSON.parse(printed) as Record<string, { filename: string; size: number; entryCount: number }>,
  );
  if (!packed) throw new Error(`npm pack named no tarball:\n${printed}`);
  console.log(`${packed.entryCount} files, ${Math.round(packed.size / 1024)} KiB packed`);
  return join(folder, packed.filename);
}

const { values } = parseArgs({ options: { to: { type: "string", default: "dist" }, help: { type: "boolean" } } });
if (values.help) console.log(HELP);
else {
  await buildPage();
  step("Compiling", compile);
  step("Adding the page and the documents", addTheRest);
  console.log(pack(resolve(root, values.to)));
}
