import { isUtf8 } from "node:buffer";
import type { FastifyInstance, FastifyRequest } from "fastify";
import { failure } from "../protocol/errors.ts";

/**
 * Bodies are JSON or nothing. An empty one is `undefined`, whatever its type says: the handler knows what is missing.
 */
export function acceptJsonBodies(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser("application/json", { parseAs: "buffer" }, async (request: FastifyRequest, body: Buffer) => {
    if (body.length === 0) return undefined;
    const encoding = request.headers["content-encoding"];
    if (encoding !== undefined && encoding !== "identity") {
      throw failure("unsupported_media_type", "Send the body without a Content-Encoding.");
    }
    if (!isUtf8(body)) throw failure("invalid_json", "The body is not valid UTF-8.");
    return parse(body.toString());
  });
  app.addContentTypeParser("*", { parseAs: "buffer" }, async (_request: FastifyRequest, body: Buffer) => {
    if (body.length > 0) throw failure("unsupported_media_type");
  });
}

function parse(text: string): unknown {
  try {
    // A byte order mark is no JSON, and no fault that anybody would find.
    return JSON.parse(text.charCodeAt(0) === 0xfeff ? text.slice(1) : text);
  } catch (error) {
    throw failure("invalid_json", `The body is not valid JSON${placeOf(error, text)}.`);
  }
}

/** Where it went wrong, counted as editors do. Only the place is taken of the engine's words: they quote the body. */
function placeOf(error: unknown, text: string): string {
  const match = /at position (\d+)/.exec(error instanceof Error ? error.message : "");
  if (!match) return /Unexpected end/.test(String(error)) ? ": it ends too early" : "";
  const before = text.slice(0, Number(match[1])).split("\n");
  return `: look at line ${before.length}, column ${(before.at(-1)?.length ?? 0) + 1}`;
}
