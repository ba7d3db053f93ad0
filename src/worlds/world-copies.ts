import type { DatabaseSync } from "node:sqlite";
import type { Agent, World } from "../protocol/world-requests.ts";
import { inTransaction } from "./definitions-file.ts";
import { agentOf, agentRow, type Row, statements, worldOf, worldRow } from "./world-rows.ts";

/**
 * A world as servers that share it tell it to each other: with its agents, or that it was deleted. Of two copies the one with the higher
 * `rev` is true; each change has a `rev` of its own. 0: it was never shared. `made`: worlds are listed in this order, and
 * one that was deleted and made again is told from the one before by it.
 */
export type WorldCopy =
  | { rev: number; deleted: true }
  | { rev: number; deleted?: false; made: number; world: World; agents: Agent[] };

/** What a change would do. `copy`: what the world is after it. */
export type Attempt<Result> = { result: Result; before: WorldCopy | undefined; copy: WorldCopy };

/** Of the world that a server makes by itself: every change of it has a higher one. */
export const FIRST_REV = 1;

/** The definitions of one server as copies, by the world's name in small letters. */
export type WorldCopies = {
  /** Of worlds that there are, and of those that were deleted. */
  names(): string[];
  find(name: string): WorldCopy | undefined;
  /** Says what `change` would make of a world, and takes all of it back. @throws what `change` throws */
  attempt<Result>(name: string, change: () => Result): Attempt<Result>;
  /** Takes a copy over, where it is newer than what there is. */
  take(name: string, copy: WorldCopy): void;
  /** What `work` takes over goes to the disk at once, or not at all. */
  together<Result>(work: () => Result): Result;
  /** A `rev` above all that there are here, and above that one. */
  nextRev(above?: number): number;
  /** Those of deleted worlds that are too many to be kept: the oldest. */
  surplus(): { name: string; rev: number }[];
  /** That a world was deleted is known no longer. */
  forget(name: string): void;
  /** To be called with each change that is made here alone: copies elsewhere are outdated by it, once they are met again. */
  made(name: string): void;
  changed(id: number): void;
  deleted(id: number): void;
};

/** A server that was away while more than so many worlds were deleted may bring back some of them. */
const MOST_DELETED = 1000;

/** Two servers that cannot hear each other do not choose the same one: steps are random. */
const NEXT_REV = `
  SELECT 1 + abs(random() % 1048576) + max(highest) AS rev FROM
    (SELECT max(rev, made) AS highest FROM worlds UNION ALL SELECT rev FROM deleted_worlds UNION ALL SELECT ?)`;

export function copiesIn(database: DatabaseSync): WorldCopies {
  const run = { ...statements(database), ...copyStatements(database) };
  const nextRev = (above = FIRST_REV) => Number(run.nextRev.get(above)?.["rev"]);

  function copyOf(row: Row): WorldCopy {
    const agents = run.agents.all(Number(row["id"])).map(agentOf);
    return { rev: Number(row["rev"]), made: Number(row["made"]), world: worldOf(row), agents };
  }

  function find(name: string): WorldCopy | undefined {
    const row = run.world.get(name);
    if (row) return copyOf(row);
    const rev = run.deletedRev.get(name)?.["rev"];
    return rev === undefined ? undefined : { rev: Number(rev), deleted: true };
  }

  /** A world that is shared has a `rev`, and one that was made in place of another is a new one. */
  function mark(name: string, before: WorldCopy | undefined): WorldCopy {
    const rev = nextRev();
    const after = find(name);
    if (!after || after.deleted) return { rev, deleted: true };
    return { ...after, rev, ...(before && !before.deleted ? {} : { made: rev }) };
  }

  function replace(name: string, copy: WorldCopy) {
    if (copy.deleted) {
      run.deleteNamed.run(name);
      run.noteDeleted.run(name, copy.rev);
      return;
    }
    const { world, agents, rev, made } = copy;
    const held = run.world.get(name);
    if (held) run.updateWorld.run({ id: Number(held["id"]), ...worldRow(world) });
    else run.insertWorld.run(worldRow(world));
    const id = Number(run.world.get(name)?.["id"]);
    run.setCopy.run({ id, rev, made });
    run.forgetDeleted.run(name);
    run.deleteAgents.run(id);
    for (const agent of agents) run.insertAgent.run({ world_id: id, ...agentRow(agent) });
  }

  return {
    names: () => run.names.all().map(({ name }) => String(name)),
    find,
    attempt: (name, change) =>
      takenBack(database, () => {
        const before = find(name);
        const result = change();
        return { result, before, copy: mark(name, before) };
      }),
    take: (name, copy) =>
      inTransaction(database, () => {
        const held = find(name);
        if (!held || held.rev < copy.rev) replace(name, copy);
      }),
    together: (work) => inTransaction(database, work),
    nextRev,
    surplus: () => run.surplus.all(MOST_DELETED).map(({ name, rev }) => ({ name: String(name), rev: Number(rev) })),
    forget: (name) => void run.forgetDeleted.run(name),
    made(name) {
      const rev = nextRev();
      // One of that name was deleted: elsewhere it is known, and this one is newer.
      if (run.forgetDeleted.run(name).changes > 0) run.renewNamed.run(rev, name);
    },
    changed: (id) => void run.renew.run(nextRev(), id),
    deleted: (id) => void run.noteDeletion.run(nextRev(), id),
  };
}

function copyStatements(database: DatabaseSync) {
  return {
    nextRev: database.prepare(NEXT_REV),
    names: database.prepare(
      "SELECT lower(name) AS name FROM worlds UNION SELECT name FROM deleted_worlds ORDER BY name",
    ),
    setCopy: database.prepare("UPDATE worlds SET rev = :rev, made = :made WHERE id = :id"),
    renew: database.prepare("UPDATE worlds SET rev = ? WHERE id = ? AND rev > 0"),
    renewNamed: database.prepare("UPDATE worlds SET rev = ? WHERE lower(name) = lower(?)"),
    deleteNamed: database.prepare("DELETE FROM worlds WHERE lower(name) = lower(?)"),
    deleteAgents: database.prepare("DELETE FROM agents WHERE world_id = ?"),
    deletedRev: database.prepare("SELECT rev FROM deleted_worlds WHERE name = lower(?)"),
    noteDeleted: database.prepare("INSERT OR REPLACE INTO deleted_worlds (name, rev) VALUES (lower(?), ?)"),
    noteDeletion: database.prepare(
      `INSERT OR REPLACE INTO deleted_worlds (rev, name) SELECT ?, lower(name) FROM worlds WHERE id = ? AND rev > 0`,
    ),
    forgetDeleted: database.prepare("DELETE FROM deleted_worlds WHERE name = lower(?)"),
    surplus: database.prepare("SELECT name, rev FROM deleted_worlds ORDER BY rev DESC LIMIT -1 OFFSET ?"),
  };
}

/** Runs `work`, and leaves everything as it was. */
function takenBack<Result>(database: DatabaseSync, work: () => Result): Result {
  database.exec("BEGIN IMMEDIATE");
  try {
    return work();
  } finally {
    if (database.isTransaction) database.exec("ROLLBACK");
  }
}
