import { createBuiltin } from "../src/models/builtin.ts";
import { manualClock } from "./manual-clock.ts";

/** What `builtin:chat` says to a message, without a server: what an answer must be that went through several. */
export async function builtinText({ message, max_tokens }: { message: string; max_tokens: number }): Promise<string> {
  const clock = manualClock();
  const said = createBuiltin({ clock, wordsPerSecond: 0 }).doGenerate({
    prompt: [{ role: "user", content: [{ type: "text", text: message }] }],
    maxOutputTokens: max_tokens,
  });
  clock.advance(0);
  const { content } = await said;
  return content.map((part) => (part.type === "text" ? part.text : "")).join("");
}
