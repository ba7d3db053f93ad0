import { randomBytes } from "node:crypto";
import fastify from "fastify";
import { type ChatStart, chatStartSchema } from "../../src/protocol/requests.ts";

/**
 * Floor: a bare fastify route with the schema of a chat's start, which answers at once with what `POST /chat/wait` answers.
 * Environment: PORT.
 */
const app = fastify();

app.setValidatorCompiler(() => (body) => {
  const parsed = chatStartSchema.safeParse(body);
  return parsed.success ? { value: parsed.data } : { error: parsed.error };
});

app.post<{ Body: ChatStart }>("/chat/wait", { schema: { body: chatStartSchema } }, async () => ({
  stream_id: randomBytes(16).toString("hex"),
  message_id: randomBytes(16).toString("hex"),
  message: { role: "assistant", content: "Hello there, how are you?", timestamp: new Date().toISOString() },
  reason: "stop",
  model: "instant:bench",
  usage: { input_tokens: 10, output_tokens: 6 },
}));

await app.listen({ port: Number(process.env["PORT"]), host: "127.0.0.1" });
