import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { failure } from "../protocol/errors.ts";
import type { BuiltPage, PageFile } from "./built-page.ts";

/**
 * `Content-Security-Policy` of the page: its own scripts and styles, its own server, and nothing else. No code may turn text into
 * HTML either: the page builds elements, so it needs no policy of trusted types.
 */
export const builtPageCsp = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  "img-src 'self' data:",
  "font-src 'self'",
  "manifest-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join("; ");

/** An asset's name changes with its content, so nobody needs to ask for it twice. */
const FOR_GOOD = "public, max-age=31536000, immutable";

/** The page for people: `/` and the assets that it names. */
export function pageRoutes(app: FastifyInstance, { index, assets }: BuiltPage): void {
  app.get("/", { exposeHeadRoute: true }, async (request, reply) => {
    reply.header("content-security-policy", builtPageCsp).header("cross-origin-opener-policy", "same-origin");
    return sendFile(request, reply.header("cache-control", "no-cache"), index);
  });
  app.get<{ Params: { file: string } }>("/assets/:file", { exposeHeadRoute: true }, async (request, reply) => {
    const asset = assets.get(request.params.file);
    if (!asset) throw failure("not_found");
    return sendFile(request, reply.header("cache-control", FOR_GOOD), asset);
  });
}

function sendFile(request: FastifyRequest, reply: FastifyReply, { body, type, etag }: PageFile) {
  reply.header("etag", etag);
  return isKnown(request.headers["if-none-match"], etag) ? reply.code(304).send() : reply.type(type).send(body);
}

/** Whether the client has this version already; a proxy that compresses may have made its tag a weak one. */
function isKnown(tags: string | undefined, etag: string): boolean {
  const known = tags?.split(",").map((tag) => tag.trim().replace(/^W\//, "")) ?? [];
  return known.includes(etag) || known.includes("*");
}
