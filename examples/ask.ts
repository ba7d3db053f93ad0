/**
 * Asks a question and prints the answer as it is written, whatever the network does meanwhile. Start ChatWait, then
 * `node examples/ask.ts "Tell me a story"`. Ctrl-C stops the answer, not just this program.
 */
import { createClient, isChatWaitError } from "chatwait/client";

const { chat } = createClient({ baseUrl: process.env["CHATWAIT_URL"] ?? "http://127.0.0.1:3000" });
const message = process.argv[2] ?? "Say good morning";

const stream = chat.stream(
  { message },
  {
    onConnection(connection) {
      if (connection.status === "waiting") console.error(`(${connection.cause}; again in ${connection.retryInMs} ms)`);
    },
  },
);
process.once("SIGINT", () => void stream.stop());

try {
  for await (const text of stream.text()) process.stdout.write(text);
  process.stdout.write("\n");
} catch (error) {
  if (!isChatWaitError(error)) throw error;
  console.error(`${error.message} (${error.code})`);
  process.exitCode = 1;
}
