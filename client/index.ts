export { createClient } from "./client.ts";
export { createConversation } from "./conversation.ts";
export { isChatWaitError } from "./errors.ts";
export type * from "./types.ts";
