import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { after, before, describe, test } from "node:test";
import { createFirstWorld } from "./first-world.ts";
import { openWorldStore } from "./world-store.ts";

let folder = "";
before(() => {
  folder = mkdtempSync(join(tmpdir(), "chatwait-rows-"));
});
after(() => rmSync(folder, { recursive: true }));

/** A file with the first world, and the kitchen; `sql` is what somebody has done to it. */
function fileAfter(name: string, sql: string): string {
  const file = join(folder, name);
  const store = openWorldStore(file, createFirstWorld);
  store.createWorld({ name: "kitchen", timing: { stall: 5 } });
  store.createAgent("kitchen", { name: "Vera", temperature: 0.5, max_tokens: 70 });
  store.close();
  const database = new DatabaseSync(file);
  database.exec(sql);
  database.close();
  return file;
}

describe("what starts can be read: an opening refuses, with the file's name and the world's,", () => {
  const damages: [what: string, sql: string, text: RegExp][] = [
    ["timing that is no JSON", "timing = '{bad'", /the world "kitchen" cannot be read: "timing" is no JSON \(/],
    ["timing that is a list", "timing = '[]'", /the world "kitchen" .* "timing" must be an object, not an array of 0/],
    ["a delay that is none", `timing = '{"stall":-1}'`, /"kitchen" .* "timing\.stall" must be at least 1, not -1/],
    ["a way to respond that is unknown", "respond = 'all'", /"kitchen" .* "respond" must be "everyone", .* not "all"/],
    ["a name that is none", "name = '../x'", /the world "\.\.\/x" cannot be read: "name" must be 1 to 64 letters/],
  ];
  for (const [index, [what, set, text]] of damages.entries()) {
    test(what, () => {
      const file = fileAfter(`world-${index}`, `UPDATE worlds SET ${set} WHERE name = 'kitchen'`);
      assert.throws(() => openWorldStore(file), text);
      assert.throws(
        () => openWorldStore(file),
        new RegExp(`world-${index} cannot be used for the definitions of worlds: `),
      );
    });
  }

  test("an agent's row that is damaged", () => {
    const file = fileAfter("agent", "UPDATE agents SET temperature = 7 WHERE max_tokens = 70");
    assert.throws(
      () => openWorldStore(file),
      /the agent "Vera" of the world "kitchen" cannot be read: "temperature" must be at most 2, not 7/,
    );
  });

  test("a table or a column that is missing", () => {
    const tables = fileAfter("tables", "DROP TABLE agents");
    assert.throws(
      () => openWorldStore(tables),
      /tables cannot be used for the definitions of worlds: no such table: agents/,
    );
    const columns = fileAfter("columns", "ALTER TABLE worlds DROP COLUMN title");
    assert.throws(() => openWorldStore(columns), /columns cannot be used for .* no (?:such )?column.* title/);
  });
});

test("what is whole is opened, and given back as it was", () => {
  const store = openWorldStore(fileAfter("whole", "SELECT 1"));
  assert.deepEqual(
    store.worlds().map(({ name, timing }) => [name, timing]),
    [
      ["default", undefined],
      ["kitchen", { stall: 5 }],
    ],
  );
  assert.deepEqual(store.agents("kitchen"), [{ name: "Vera", temperature: 0.5, max_tokens: 70, streaming: true }]);
  store.close();
});
