import { DatabaseSync } from "node:sqlite";

/**
 * The file that holds the definitions of worlds: opened, checked, and brought to the newest version. `PRAGMA user_version`
 * says how many of the migrations it has been through.
 */

/** Two servers may share the file. A write takes milliseconds, and whoever waits for one stands still meanwhile. */
const BUSY_MS = 2000;

/**
 * Opens a file, or makes it.
 *
 * @param file a path, or ":memory:"
 * @param migrations each brings the file from the version that is its index to the next
 * @param on `created` runs once in the life of a file, within the transaction that makes it; `check` at each opening, last,
 *   and throws where what the file holds cannot be read
 * @throws Error that says what is wrong with the file: damaged, no database, another program's, of a newer version
 */
export function openDefinitionsFile(
  file: string,
  migrations: readonly string[],
  on: { created?(database: DatabaseSync): void; check?(database: DatabaseSync): void } = {},
): DatabaseSync {
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(file, { timeout: BUSY_MS, enableForeignKeyConstraints: true });
    refuseDamage(database);
    inTransaction(database, (open) => {
      if (migrate(open, migrations) === 0) on.created?.(open);
      on.check?.(open);
    });
    // Readers of one server then do not wait for a writer of another. It cannot be changed within a transaction.
    database.exec("PRAGMA journal_mode = WAL");
    return database;
  } catch (error) {
    database?.close();
    throw new Error(`${file} cannot be used for the definitions of worlds: ${reasonOf(error)}`, { cause: error });
  }
}

/** Runs `work` wholly or not at all. Within another one, it belongs to that one. */
export function inTransaction<Result>(database: DatabaseSync, work: (database: DatabaseSync) => Result): Result {
  if (database.isTransaction) return work(database);
  // "IMMEDIATE" waits for another server's write now; a transaction that begins by reading could not write after it.
  database.exec("BEGIN IMMEDIATE");
  try {
    const result = work(database);
    database.exec("COMMIT");
    return result;
  } catch (error) {
    // Where the disk is full, SQLite may have taken it back already.
    if (database.isTransaction) database.exec("ROLLBACK");
    throw error;
  }
}

/** Returns the version that the file was of; a new one is of none (0). */
function migrate(database: DatabaseSync, migrations: readonly string[]): number {
  const version = Number(database.prepare("PRAGMA user_version").get()?.["user_version"]);
  if (version > migrations.length) {
    throw new Error(
      `it is of version ${version}, and this program knows versions up to ${migrations.length}; start a newer one`,
    );
  }
  if (version === 0 && database.prepare("SELECT 1 FROM sqlite_schema LIMIT 1").get()) {
    throw new Error("it is a database of another program");
  }
  for (const migration of migrations.slice(version)) database.exec(migration);
  database.exec(`PRAGMA user_version = ${migrations.length}`);
  return version;
}

/** Better to be told at the start than by the first request that meets the damaged page. */
function refuseDamage(database: DatabaseSync) {
  const found = String(database.prepare("PRAGMA quick_check(1)").get()?.["quick_check"]);
  if (found !== "ok") throw new Error(`it is damaged (${found})`);
}

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
