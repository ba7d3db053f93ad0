import cors from "@fastify/cors";
import type { FastifyInstance } from "fastify";

const ALLOWED_HEADERS = ["Last-Event-ID", "Idempotency-Key", "Prefer", "Content-Type"];
const EXPOSED_HEADERS = [
  "Content-Location",
  "Location",
  "Retry-After",
  "RateLimit",
  "RateLimit-Policy",
  "Idempotent-Replayed",
  "X-Request-Id",
];

/** How long a browser may remember the answer to a preflight; seconds. */
const MAX_AGE_S = 600;

/** Lets pages of these origins use the server. Without any there is nothing to say to one, nor a preflight to answer. */
export async function allowOrigins(server: FastifyInstance, origins: readonly string[]): Promise<void> {
  if (origins.length === 0) return;
  await server.register(cors, {
    origin: [...origins],
    methods: ["GET", "POST", "PATCH", "DELETE"],
    allowedHeaders: ALLOWED_HEADERS,
    exposedHeaders: EXPOSED_HEADERS,
    maxAge: MAX_AGE_S,
    strictPreflight: false,
  });
}
