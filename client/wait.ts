import type { Link } from "./exchange.ts";
import { requestPatiently } from "./patience.ts";
import type { ChatRequest, WaitOptions, WaitReply } from "./types.ts";

type Running = { stream_id: string; status: "running" };

/**
 * Waits for a whole answer in steps that no proxy's time limit cuts.
 * @throws ChatWaitError what was refused, or what the answer failed with
 */
export async function waitForAnswer(
  link: Link,
  body: ChatRequest,
  { idempotencyKey = link.newKey(), signal }: WaitOptions = {},
): Promise<WaitReply> {
  // Well before silence counts as the end of the connection.
  const prefer = `wait=${Math.ceil(link.idleMs / 2000)}`;
  const start = { path: "/chat/wait", body, idempotencyKey, prefer };
  let reply = await requestPatiently<WaitReply | Running>(link, start, signal);
  while (!("message" in reply)) {
    reply = await requestPatiently(link, { path: `/chat/wait/${reply.stream_id}`, prefer }, signal);
  }
  return reply;
}
