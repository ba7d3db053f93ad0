import type { DatabaseSync, SQLInputValue, SQLOutputValue } from "node:sqlite";
import type { Agent, World } from "../protocol/world-requests.ts";

/** Worlds and agents as rows: the tables, the statements, and the way there and back. */

/** Each brings the file to its next version. What has been released is never changed, only added to. */
export const MIGRATIONS = [
  `CREATE TABLE worlds (
     id INTEGER PRIMARY KEY,
     name TEXT NOT NULL,
     title TEXT,
     description TEXT,
     turn_limit INTEGER NOT NULL,
     respond TEXT NOT NULL,
     memory INTEGER NOT NULL,
     timing TEXT
   ) STRICT;
   CREATE UNIQUE INDEX world_names ON worlds (lower(name));
   CREATE TABLE agents (
     id INTEGER PRIMARY KEY,
     world_id INTEGER NOT NULL REFERENCES worlds ON DELETE CASCADE,
     name TEXT NOT NULL,
     instructions TEXT,
     model TEXT,
     temperature REAL,
     max_tokens INTEGER,
     streaming INTEGER NOT NULL
   ) STRICT;
   CREATE UNIQUE INDEX agent_names ON agents (world_id, lower(name));`,
  // What servers that share worlds go by: see world-copies.ts.
  `ALTER TABLE worlds ADD COLUMN rev INTEGER NOT NULL DEFAULT 0;
   ALTER TABLE worlds ADD COLUMN made INTEGER NOT NULL DEFAULT 0;
   UPDATE worlds SET made = id;
   CREATE TABLE deleted_worlds (name TEXT PRIMARY KEY, rev INTEGER NOT NULL) STRICT;`,
];

export type Row = Record<string, SQLOutputValue>;

/** Every statement of the store, prepared. Names are compared by SQLite's `lower`, which knows ASCII only, as names do. */
export function statements(database: DatabaseSync) {
  const named = "lower(name) = lower(?)";
  return {
    worlds: database.prepare("SELECT * FROM worlds ORDER BY made, lower(name)"),
    world: database.prepare(`SELECT * FROM worlds WHERE ${named}`),
    worldCount: database.prepare("SELECT count(*) AS count FROM worlds"),
    insertWorld: database.prepare(
      `INSERT INTO worlds (name, title, description, turn_limit, respond, memory, timing, made)
       VALUES (:name, :title, :description, :turn_limit, :respond, :memory, :timing,
         (SELECT 1 + coalesce(max(made), 0) FROM worlds))`,
    ),
    updateWorld: database.prepare(
      `UPDATE worlds SET name = :name, title = :title, description = :description, turn_limit = :turn_limit,
         respond = :respond, memory = :memory, timing = :timing WHERE id = :id`,
    ),
    deleteWorld: database.prepare("DELETE FROM worlds WHERE id = ?"),
    agents: database.prepare("SELECT * FROM agents WHERE world_id = ? ORDER BY id"),
    agent: database.prepare(`SELECT * FROM agents WHERE world_id = ? AND ${named}`),
    agentByNames: database.prepare(
      `SELECT agents.* FROM agents JOIN worlds ON worlds.id = world_id
       WHERE lower(worlds.name) = lower(?) AND lower(agents.name) = lower(?)`,
    ),
    agentCount: database.prepare("SELECT count(*) AS count FROM agents WHERE world_id = ?"),
    insertAgent: database.prepare(
      `INSERT INTO agents (world_id, name, instructions, model, temperature, max_tokens, streaming)
       VALUES (:world_id, :name, :instructions, :model, :temperature, :max_tokens, :streaming)`,
    ),
    updateAgent: database.prepare(
      `UPDATE agents SET name = :name, instructions = :instructions, model = :model, temperature = :temperature,
         max_tokens = :max_tokens, streaming = :streaming WHERE id = :id`,
    ),
    deleteAgent: database.prepare("DELETE FROM agents WHERE id = ?"),
  };
}

export function worldRow(world: World): Record<string, SQLInputValue> {
  const { name, title = null, description = null, turn_limit, respond, memory, timing } = world;
  const timingText = timing ? JSON.stringify(timing) : null;
  return { name, title, description, turn_limit, respond, memory: Number(memory), timing: timingText };
}

export function worldOf({ id: _, rev: __, made: ___, memory, timing, ...row }: Row): World {
  const timings = timing === null ? null : timingOf(String(timing));
  return present({ ...row, memory: memory === 1, timing: timings }) as World;
}

/** @throws Error where the text is damaged */
function timingOf(text: string): World["timing"] {
  try {
    return JSON.parse(text) as World["timing"];
  } catch (error) {
    throw new Error(`"timing" is no JSON (${(error as Error).message})`, { cause: error });
  }
}

export function agentRow(agent: Agent): Record<string, SQLInputValue> {
  const { name, instructions = null, model = null, temperature = null, max_tokens = null, streaming } = agent;
  return { name, instructions, model, temperature, max_tokens, streaming: Number(streaming) };
}

export const agentOf = ({ id: _, world_id: __, streaming, ...row }: Row): Agent =>
  present({ ...row, streaming: streaming === 1 }) as Agent;

/** Without the fields that are null or undefined. */
export const present = (fields: object): Record<string, unknown> =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null && value !== undefined));
