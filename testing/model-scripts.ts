import type { Finish, Script, ServerCall } from "./model-server.ts";

// Each function makes one way in which the server of model-server.ts answers.

/** A whole answer; with `pauseMs` between tokens, by the real clock. */
export function tokens(
  texts: readonly string[],
  options: Finish & { pauseMs?: number; reasoning?: string[] } = {},
): Script {
  const { pauseMs = 0, reasoning = [], ...finish } = options;
  return async (call) => {
    for (const text of reasoning) call.reasoning(text);
    for (const text of texts) {
      if (pauseMs > 0) await call.pause(pauseMs);
      call.push(text);
    }
    call.finish(finish);
  };
}

/** A refusal: 429, 500, 400, … The body names things that must never reach a client. */
export function refuse(status: number, headers: Record<string, string> = {}): Script {
  return (call) => call.answer(status, { error: { message: "SECRET upstream text", type: "refused" } }, headers);
}

/** Some tokens, then the connection is destroyed. With none, nothing but the head is sent. */
export function cutAfter(texts: readonly string[]): Script {
  return async (call) => {
    call.raw("");
    for (const text of texts) call.push(text);
    // What was written goes out before the connection is destroyed.
    await call.pause(5);
    call.cut();
  };
}

/** Some tokens, then an orderly end without a finish reason. */
export function endsWithoutFinish(texts: readonly string[]): Script {
  return (call) => {
    for (const text of texts) call.push(text);
    call.end();
  };
}

/** A 200 whose stream says, after some tokens, that it failed. */
export function errorInside(texts: readonly string[] = []): Script {
  return (call) => {
    for (const text of texts) call.push(text);
    call.chunk({ error: { message: "SECRET upstream text", code: 500 } });
    call.end();
  };
}

const GARBAGE = {
  html: (call: ServerCall) => call.answer(200, "<!doctype html><h1>It works!</h1>", { "content-type": "text/html" }),
  json: (call: ServerCall) => call.answer(200, { greeting: "hello" }),
  errorJson: (call: ServerCall) => call.answer(200, { error: { message: "SECRET upstream text" } }),
  brokenJson: (call: ServerCall) => {
    call.raw('data: {"choices":[{"delta":{"content":"a"\n\n');
    call.end();
  },
  notAnObject: (call: ServerCall) => {
    call.raw("data: 42\n\n");
    call.end();
  },
  endlessLine: (call: ServerCall) => {
    call.raw("data: ");
    for (let megabyte = 0; megabyte < 3; megabyte++) call.raw("x".repeat(1024 * 1024));
  },
} as const satisfies Record<string, Script>;

export const garbageKinds = Object.keys(GARBAGE) as (keyof typeof GARBAGE)[];

/** Something that is no answer. */
export const garbage = (kind: keyof typeof GARBAGE): Script => GARBAGE[kind];

/** Takes the call and never says anything, not even a status. */
export const neverAnswers: Script = () => {};

/** Says a token every `pauseMs`, until the client goes. */
export function neverEnds(pauseMs = 5, text = "more "): Script {
  return async (call) => {
    for (;;) {
      call.push(text);
      await call.pause(pauseMs);
    }
  };
}

/** The whole answer cut into pieces of `size` bytes, each a network chunk of its own: characters and lines are split. */
export function inPieces(texts: readonly string[], size = 1): Script {
  return async (call) => {
    const lines = texts.map(
      (content) => `data: ${JSON.stringify({ choices: [{ index: 0, delta: { content } }] })}\n\n`,
    );
    const end = 'data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n';
    const bytes = Buffer.from(lines.join("") + end);
    for (let at = 0; at < bytes.length; at += size) {
      call.raw(bytes.subarray(at, at + size));
      await new Promise(setImmediate);
    }
    call.end();
  };
}

/** Each script in turn, the last one for all further calls. */
export function inTurn(...scripts: [Script, ...Script[]]): Script {
  let next = 0;
  return (call) => scripts[Math.min(next++, scripts.length - 1)]?.(call);
}

/** Nothing by itself: the test drives `calls[n]`. */
export const byHand: Script = () => {};

/** Text that has broken frames, parsers and terminals before. */
export const hostileTexts: readonly string[] = [
  '\r\n\r\ndata: {"choices":[]}\n\n',
  "id: 1\nevent: done\n\n",
  "\0\u0000",
  "a\u2028b\u2029c\u0085d",
  "data: [DONE]",
  "👩‍👩‍👧‍👦",
  "\ufeff",
  "</script><img src=x onerror=alert(1)>",
  "\u001b[31mred",
];
