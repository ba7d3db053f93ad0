export { createClient } from "./client.ts";
export { isChatWaitError } from "./errors.ts";
export type * from "./types.ts";
