import { isUtf8 } from "node:buffer";
import type { FastifyInstance, FastifyRequest } from "fastify";
import { failure } from "../protocol/errors.ts";

/**
 * Bodies are JSON or nothing. An empty one is `undefined`, whatever its type says: the handler knows what is missing.
 */
export function acceptJsonBodies(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser("application/json", { parseAs: "buffer" }, parserOf(jsonOf));
  app.addContentTypeParser("*", { parseAs: "buffer" }, parserOf(nothingOf));
}

type Read = (request: FastifyRequest, body: Buffer) => unknown;
type Done = (error: Error | null, value?: unknown) => void;

/** Without a promise, which a body that is there does not need. */
const parserOf = (read: Read) => (request: FastifyRequest, body: Buffer, done: Done) => {
  let value: unknown;
  try {
    value = read(request, body);
  } catch (error) {
    done(error as Error);
    return;
  }
  done(null, value);
};

function jsonOf(request: FastifyRequest, body: Buffer): unknown {
  if (body.length === 0) return undefined;
  const encoding = request.headers["content-encoding"];
  if (encoding !== undefined && encoding !== "identity") {
    throw failure("unsupported_media_type", "Send the body without a Content-Encoding.");
  }
  if (!isUtf8(body)) throw failure("invalid_json", "The body is not valid UTF-8.");
  return parse(body.toString());
}

function nothingOf(_request: FastifyRequest, body: Buffer): void {
  if (body.length > 0) throw failure("unsupported_media_type");
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
