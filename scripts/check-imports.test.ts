import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { checkImports, parseImportTable, reverseArrows } from "./check-imports.ts";

const table = parseImportTable(`# A
## Who may import whom
| unit | may import |
|---|---|
| \`src/protocol\` | nothing of ours |
| \`src/log\` | \`src/protocol\`, \`src/clock.ts\` |
| \`src/config.ts\`, \`src/main.ts\` | \`src\` |
| \`testing\` | anything |
## Other
| \`src/other\` | anything |
`);

test("the import table is read from its section and no other", () => {
  assert.deepEqual([...table.keys()], ["src/protocol", "src/log", "src/config.ts", "src/main.ts", "testing"]);
  assert.deepEqual(table.get("src/protocol"), []);
  assert.equal(table.get("testing"), "anything");
  assert.throws(() => parseImportTable("# nothing here"), /has no table/);
});

test("a reverse arrow is named with file, line and what would be allowed", () => {
  const source = 'import { z } from "zod";\n\nimport { a } from "../http/app.ts";\n';
  assert.deepEqual(reverseArrows(table, "src/log/shelf.ts", source), [
    "src/log/shelf.ts:3 imports src/http/app.ts, but src/log may import only src/protocol, src/clock.ts",
  ]);
});

test("every form of import counts", () => {
  for (const source of [
    'export { a } from "../http/app.ts";',
    'export * from "../http/app.ts";',
    'import "../http/app.ts";',
    'import type { A } from "../http/app.ts";',
    'import {\n  a,\n} from "../http/app.ts";',
    'const a = await import("../http/app.ts");',
    'type A = import("../http/app.ts").A;',
  ]) {
    assert.equal(reverseArrows(table, "src/log/shelf.ts", source).length, 1, source);
  }
});

test("arrows of the table, a unit's own files, packages and comments are fine", () => {
  const source = [
    'import { z } from "zod";',
    'import { a } from "../protocol/events.ts";',
    'import { b } from "../clock.ts";',
    'import { c } from "./cursor.ts";',
    '// import { d } from "../http/app.ts";',
    '/*\n * from "../http/app.ts"\n */',
  ].join("\n");
  assert.deepEqual(reverseArrows(table, "src/log/shelf.ts", source), []);
});

test("a folder whose name only begins like an allowed one is another folder", () => {
  assert.equal(reverseArrows(table, "src/log/a.ts", 'import "../protocol-more/a.ts";').length, 1);
});

test("only tests may import testing, and the wiring may import all of src but not testing", () => {
  const source = 'import { manualClock } from "../../testing/manual-clock.ts";';
  assert.equal(reverseArrows(table, "src/log/shelf.ts", source).length, 1);
  assert.deepEqual(reverseArrows(table, "src/log/shelf.test.ts", source), []);
  assert.deepEqual(reverseArrows(table, "src/main.ts", 'import "./log/shelf.ts";'), []);
  assert.equal(reverseArrows(table, "src/main.ts", 'import "../testing/a.ts";').length, 1);
});

test("the test of a unit that is one file belongs to that unit", () => {
  const source = 'import "./main.ts";\nimport "../testing/a.ts";\nimport "./log/shelf.ts";';
  assert.deepEqual(reverseArrows(table, "src/main.test.ts", source), []);
});

test("a file that no row covers is reported, so that a new folder cannot escape the table", () => {
  assert.match(reverseArrows(table, "src/new/a.ts", "")[0] ?? "", /^src\/new\/a\.ts:1 is in no unit/);
});

test("the project's own table is read and covers every file", () => {
  const { files, arrows } = checkImports(join(import.meta.dirname, ".."));
  assert.ok(files > 10);
  assert.deepEqual(
    arrows.filter((arrow) => arrow.includes("is in no unit")),
    [],
  );
});
