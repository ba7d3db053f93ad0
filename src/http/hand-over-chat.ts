import { type Generation, handOverGeneration, saidSoFar } from "../generation/generate.ts";
import { canContinue } from "../models/continuation.ts";
import type { OfferedModel } from "../models/registry.ts";

/** Stops an answer without an end, for another server to go on with it; false where none could, or it has ended. */
export const handOver = (offered: OfferedModel, generation: Generation | undefined): boolean =>
  generation !== undefined && canContinue(offered, saidSoFar(generation)) && handOverGeneration(generation);
