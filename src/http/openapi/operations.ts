import { CHAT_OPERATIONS } from "./chat-operations.ts";
import { DEFINITION_OPERATIONS } from "./definition-operations.ts";
import type { Operation } from "./operation.ts";
import { SERVER_OPERATIONS } from "./server-operations.ts";
import { TURN_OPERATIONS } from "./turn-operations.ts";

/** All that can be asked of the server, in the order in which the document shows it. */
export const OPERATIONS: Operation[] = [
  ...CHAT_OPERATIONS,
  ...TURN_OPERATIONS,
  ...DEFINITION_OPERATIONS,
  ...SERVER_OPERATIONS,
];
