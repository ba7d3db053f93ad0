import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { after, before, test } from "node:test";
import { Worker } from "node:worker_threads";
import { inTransaction, openDefinitionsFile } from "./definitions-file.ts";

let folder = "";
before(() => {
  folder = mkdtempSync(join(tmpdir(), "chatwait-definitions-"));
});
after(() => rmSync(folder, { recursive: true }));

const ONE = "CREATE TABLE things (name TEXT NOT NULL)";
const TWO = "ALTER TABLE things ADD COLUMN colour TEXT; UPDATE things SET colour = 'grey'";

/** What a file holds, closed again. */
function look<Result>(file: string, migrations: readonly string[], at: (database: DatabaseSync) => Result): Result {
  const database = openDefinitionsFile(file, migrations);
  try {
    return at(database);
  } finally {
    database.close();
  }
}

const versionOf = (database: DatabaseSync) => database.prepare("PRAGMA user_version").get()?.["user_version"];
const add = (name: string) => (database: DatabaseSync) => database.exec(`INSERT INTO things VALUES ('${name}')`);

test("a new file goes through all migrations, and is filled once", () => {
  const file = join(folder, "new");
  const open = () => openDefinitionsFile(file, [ONE], { created: add("lamp") });
  open().close();
  const database = open();
  assert.equal(versionOf(database), 1);
  assert.equal(database.prepare("SELECT count(*) AS n FROM things").get()?.["n"], 1);
  assert.equal(database.prepare("PRAGMA journal_mode").get()?.["journal_mode"], "wal");
  assert.equal(database.prepare("PRAGMA foreign_keys").get()?.["foreign_keys"], 1);
  database.close();
});

test("a file of an older version keeps what it holds, and is not filled again", () => {
  const file = join(folder, "older");
  look(file, [ONE], add("lamp"));
  const filled = openDefinitionsFile(file, [ONE, TWO], { created: add("chair") });
  assert.deepEqual(filled.prepare("SELECT * FROM things").all().map(Object.values), [["lamp", "grey"]]);
  assert.equal(versionOf(filled), 2);
  filled.close();
});

test("a migration that fails changes nothing", () => {
  const file = join(folder, "failing");
  look(file, [ONE], add("lamp"));
  assert.throws(() => openDefinitionsFile(file, [ONE, `${TWO}; nonsense`]), /syntax error/);
  look(file, [ONE], (database) => {
    assert.equal(versionOf(database), 1);
    assert.deepEqual(Object.keys(database.prepare("SELECT * FROM things").get() ?? {}), ["name"]);
  });
});

test("what fills a new file fills it wholly or not at all", () => {
  const file = join(folder, "half");
  const broken = (database: DatabaseSync) => {
    add("lamp")(database);
    throw new Error("no more chairs");
  };
  assert.throws(() => openDefinitionsFile(file, [ONE], { created: broken }), /half cannot be used .*: no more chairs/);
  openDefinitionsFile(file, [ONE], { created: add("chair") }).close();
  assert.deepEqual(
    look(file, [ONE], (database) => database.prepare("SELECT name FROM things").all().map(Object.values)),
    [["chair"]],
  );
});

test("what is in the file is checked at each opening, and a file that fails is left at its version", () => {
  const file = join(folder, "checked");
  look(file, [ONE], add("lamp"));
  const check = (database: DatabaseSync) => {
    if (database.prepare("SELECT 1 FROM things WHERE colour = 'grey'").get()) throw new Error("the lamp is grey");
  };
  assert.throws(
    () => openDefinitionsFile(file, [ONE, TWO], { check }),
    /checked cannot be used for the definitions of worlds: the lamp is grey/,
  );
  assert.equal(look(file, [ONE], versionOf), 1);
  look(file, [ONE, TWO], (database) => database.exec("UPDATE things SET colour = 'red'"));
  openDefinitionsFile(file, [ONE, TWO], { check }).close();
});

test("a file of a newer version is refused, and left as it is", () => {
  const file = join(folder, "newer");
  look(file, [ONE, TWO], add("lamp', 'red"));
  assert.throws(() => openDefinitionsFile(file, [ONE]), /newer cannot be used .* it is of version 2, .* up to 1/);
  assert.equal(look(file, [ONE, TWO], versionOf), 2);
});

test("a file that is no database, another program's, or not to be opened is refused with its name", () => {
  const text = join(folder, "notes.txt");
  writeFileSync(text, "Buy milk. ".repeat(1000));
  assert.throws(() => openDefinitionsFile(text, [ONE]), /notes\.txt cannot be used .* not a database/);
  assert.equal(readFileSync(text, "utf8").slice(0, 9), "Buy milk.");
  const foreign = join(folder, "foreign");
  const database = new DatabaseSync(foreign);
  database.exec("CREATE TABLE songs (title TEXT)");
  database.close();
  assert.throws(() => openDefinitionsFile(foreign, [ONE]), /foreign cannot be used .* another program/);
  assert.throws(() => openDefinitionsFile(join(folder, "no", "such"), [ONE]), /such cannot be used .* unable to open/);
});

test("a damaged file is refused at the start", () => {
  const file = join(folder, "damaged");
  look(file, [ONE], (database) =>
    inTransaction(database, () => {
      for (let index = 0; index < 1000; index++) add("x".repeat(100))(database);
    }),
  );
  const bytes = readFileSync(file);
  bytes.fill(0x5a, 3 * 4096, 6 * 4096);
  writeFileSync(file, bytes);
  assert.throws(() => openDefinitionsFile(file, [ONE]), /damaged cannot be used/);
});

test("a transaction within another belongs to it", () => {
  look(":memory:", [ONE], (database) => {
    assert.throws(() =>
      inTransaction(database, () => {
        inTransaction(database, add("lamp"));
        throw new Error("no");
      }),
    );
    assert.equal(database.prepare("SELECT count(*) AS n FROM things").get()?.["n"], 0);
  });
});

test("servers that start at the same time make one file, filled once, and write to it side by side", async () => {
  const file = join(folder, "shared");
  const module = new URL("./definitions-file.ts", import.meta.url).href;
  const source = `
    const { openDefinitionsFile, inTransaction } = await import(${JSON.stringify(module)});
    const insert = (database) => database.exec("INSERT INTO things VALUES ('lamp')");
    const database = openDefinitionsFile(${JSON.stringify(file)}, [${JSON.stringify(ONE)}], { created: insert });
    for (let index = 0; index < 20; index++) inTransaction(database, insert);
    database.close();
  `;
  const url = new URL(`data:text/javascript,${encodeURIComponent(source)}`);
  const ended = [1, 2, 3, 4].map(() => {
    const worker = new Worker(url);
    return new Promise((resolve, reject) => worker.on("error", reject).on("exit", resolve));
  });
  assert.deepEqual(await Promise.all(ended), [0, 0, 0, 0]);
  assert.equal(
    look(file, [ONE], (database) => database.prepare("SELECT count(*) AS n FROM things").get()?.["n"]),
    81,
  );
});
