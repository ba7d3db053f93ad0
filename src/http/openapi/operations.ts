import { CHAT_OPERATIONS } from "./chat-operations.ts";
import type { Operation } from "./operation.ts";
import { SERVER_OPERATIONS } from "./server-operations.ts";

/** All that can be asked of the server, in the order in which the document shows it. */
export const OPERATIONS: Operation[] = [...CHAT_OPERATIONS, ...SERVER_OPERATIONS];
