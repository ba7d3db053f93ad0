import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import { serve } from "@hono/node-server";
import { convertToModelMessages, createUIMessageStreamResponse, streamText, toUIMessageStream } from "ai";
import { Hono } from "hono";

/**
 * The peer: AI SDK streamText on Hono, the way its documentation shows it.
 * Environment: PORT, UPSTREAM_PORT; PEER_DETACH=1 lets the generation go on without its client.
 */
const provider = createOpenAICompatible({
  name: "bench",
  baseURL: `http://127.0.0.1:${process.env.UPSTREAM_PORT}/v1`,
  apiKey: "none",
});
const detach = process.env.PEER_DETACH === "1";
const app = new Hono();

app.post("/api/chat", async (c) => {
  const { messages } = await c.req.json();
  const result = streamText({ model: provider("bench"), messages: await convertToModelMessages(messages) });
  if (detach) result.consumeStream();
  return createUIMessageStreamResponse({ stream: toUIMessageStream({ stream: result.stream }) });
});

serve({ fetch: app.fetch, port: Number(process.env.PORT), hostname: "127.0.0.1" });
