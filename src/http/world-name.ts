import type { FastifyRequest } from "fastify";
import { parseWorldName } from "../protocol/world-requests.ts";

/**
 * Runs before the body of a request is read: what a path names wrongly is told first (R-SUBSCRIBE).
 * @throws Failure `invalid_world_name`
 */
export async function checkWorldName({ params }: FastifyRequest): Promise<void> {
  const { world } = params as { world?: string };
  if (world !== undefined) parseWorldName(world);
}
