import type { ServerCall } from "./model-server.ts";

/**
 * Answers a call as Anthropic's Messages do, in events of their own.
 * https://platform.claude.com/docs/en/build-with-claude/streaming
 */
export function anthropicAnswer(call: ServerCall): { push(text: string): void; finish(): void } {
  const send = (type: string, rest: object) =>
    call.raw(`event: ${type}\ndata: ${JSON.stringify({ type, ...rest })}\n\n`);
  const usage = { input_tokens: 7, output_tokens: 1 };
  const { model } = call.body;
  send("message_start", { message: { id: "a", type: "message", role: "assistant", content: [], model, usage } });
  send("content_block_start", { index: 0, content_block: { type: "text", text: "" } });
  return {
    push: (text) => send("content_block_delta", { index: 0, delta: { type: "text_delta", text } }),
    finish() {
      send("content_block_stop", { index: 0 });
      send("message_delta", { delta: { stop_reason: "end_turn" }, usage: { output_tokens: 3 } });
      send("message_stop", {});
      call.end();
    },
  };
}
