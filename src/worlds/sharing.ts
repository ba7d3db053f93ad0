import type { Memories } from "./memory.ts";

/** What servers have in common of their worlds. Without it, a world is one server's alone. */
export type SharedWorlds = {
  memories: Memories;
};
