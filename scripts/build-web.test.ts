import assert from "node:assert/strict";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { buildPage } from "./build-web.ts";

const project = join(import.meta.dirname, "..");

/** A project with a page of one line, and the settings of ours. */
function smallProject(t: TestContext) {
  const root = mkdtempSync(join(tmpdir(), "chatwait-build-"));
  t.after(() => rmSync(root, { recursive: true, force: true }));
  mkdirSync(join(root, "web"));
  symlinkSync(join(project, "node_modules"), join(root, "node_modules"));
  cpSync(join(project, "web/vite.config.ts"), join(root, "web/vite.config.ts"));
  const write = (path: string, text: string) => writeFileSync(join(root, path), text);
  write("web/index.html", '<!doctype html><title>Small</title><script type="module" src="./main.tsx"></script>');
  write("web/main.tsx", 'document.title = "one";');
  const index = () => readFileSync(join(root, "web/dist/index.html"), "utf8");
  return { root, write, index };
}

test("the page is built once, and again only when the content of a source has changed", async (t) => {
  const { root, write, index } = smallProject(t);
  assert.equal(await buildPage({ root }), "built");
  const first = index();
  assert.match(first, /src="\.\/assets\/index-[\w-]{8}\.js"/);
  // A clone, a checkout and a copy all give files new times.
  utimesSync(join(root, "web/main.tsx"), new Date(), new Date());
  assert.equal(await buildPage({ root }), "fresh");
  write("web/main.test.ts", "// A test is no part of the page.");
  assert.equal(await buildPage({ root }), "fresh");
  write("web/main.tsx", 'document.title = "two";');
  let announced = 0;
  assert.equal(await buildPage({ root, onBuild: () => announced++ }), "built");
  assert.equal(announced, 1);
  assert.notEqual(index(), first);
});

test("a built page that was damaged is built again", async (t) => {
  const { root, write, index } = smallProject(t);
  await buildPage({ root });
  const whole = index();
  rmSync(join(root, "web/dist/index.html"));
  assert.equal(await buildPage({ root }), "built");
  write("web/dist/index.html", "torn");
  assert.equal(await buildPage({ root }), "built");
  assert.equal(index(), whole);
  rmSync(join(root, "web/dist/assets"), { recursive: true });
  assert.equal(await buildPage({ root }), "built");
  assert.equal(await buildPage({ root }), "fresh");
});

test("sources that cannot be built leave the page as it was, and nothing else behind", async (t) => {
  const { root, write, index } = smallProject(t);
  await buildPage({ root });
  const before = index();
  write("web/main.tsx", "const broken = ;");
  await assert.rejects(buildPage({ root }));
  assert.equal(index(), before);
  rmSync(join(root, "dist"), { recursive: true });
  assert.ok(existsSync(join(root, "web/dist/index.html")));
});

test("without a bundler nothing is built and nothing is lost", async (t) => {
  const { root } = smallProject(t);
  assert.equal(await buildPage({ root, findBundler: async () => undefined }), "no bundler");
  assert.ok(!existsSync(join(root, "web/dist")));
});

test("two builds at once make one whole page", async (t) => {
  const { root, index } = smallProject(t);
  assert.deepEqual(await Promise.all([buildPage({ root }), buildPage({ root })]), ["built", "built"]);
  assert.match(index(), /<title>Small/);
  assert.equal(statSync(join(root, "web/dist")).mode & 0o777, 0o755);
  assert.equal(await buildPage({ root }), "fresh");
});
