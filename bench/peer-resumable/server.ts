import { randomUUID } from "node:crypto";
import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import { serve } from "@hono/node-server";
import { convertToModelMessages, createUIMessageStreamResponse, streamText, toUIMessageStream } from "ai";
import { Hono } from "hono";
import { createResumableStreamContext } from "resumable-stream";

/**
 * The peer for several servers: AI SDK streamText with resumable-stream, the way the AI SDK's documentation shows it, but that all
 * streams share two connections to Redis, where that opens two for each.
 * Environment: PORT, UPSTREAM_PORT, REDIS_URL.
 */
const provider = createOpenAICompatible({
  name: "bench",
  baseURL: `http://127.0.0.1:${process.env.UPSTREAM_PORT}/v1`,
  apiKey: "none",
});
const context = createResumableStreamContext({ waitUntil: null });
const app = new Hono();

app.post("/api/chat", async (c) => {
  const { messages } = await c.req.json();
  const result = streamText({ model: provider("bench"), messages: await convertToModelMessages(messages) });
  return createUIMessageStreamResponse({
    stream: toUIMessageStream({ stream: result.stream }),
    async consumeSseStream({ stream }) {
      await context.createNewResumableStream(randomUUID(), () => stream);
    },
  });
});

serve({ fetch: app.fetch, port: Number(process.env.PORT), hostname: "127.0.0.1" });
