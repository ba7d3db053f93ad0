import assert from "node:assert/strict";
import { join, relative } from "node:path";
import { test } from "node:test";
import { bundle, LIMIT } from "./check-client-size.ts";

const root = join(import.meta.dirname, "..");

test("the client library fits its limit, with all that it needs: its own files and a parser of events", async () => {
  const { bytes, imports, modules } = await bundle(join(root, "client/index.ts"));
  assert.ok(bytes > 3000 && bytes < LIMIT, `${bytes} bytes`);
  assert.deepEqual(imports, [], "a page has nothing else to load");
  const foreign = modules
    .map((module) => relative(root, module))
    .filter(
      (module) => !/^client\/[a-z-]+\.ts$/.test(module) && !module.startsWith("node_modules/eventsource-parser/"),
    );
  assert.deepEqual(foreign, []);
});
