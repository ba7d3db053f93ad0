import { readFileSync } from "node:fs";
import closeWithGrace from "close-with-grace";
import { systemClock } from "./clock.ts";
import { type Config, readConfig } from "./config.ts";
import { loadBuiltPage } from "./http/built-page.ts";
import { isLoopback } from "./http/door.ts";
import { findOllama } from "./models/ollama.ts";
import { openOperatorLog } from "./operator-log.ts";
import { startServer } from "./server.ts";
import { isSettingError } from "./settings.ts";

/** The program: settings from the environment, a server, and the signals that end it. */

const BAD_SETTING = 2;

/** Beyond the drain itself: the last readers' flush, and closing. */
const CLOSING_MS = 10_000;

async function main() {
  const config = readConfig(process.env);
  const { logger, flush, flushSync } = openOperatorLog(config.logLevel);
  const { version } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")) as {
    version: string;
  };
  const page = await loadBuiltPage();
  const server = await startServer({ config, logger, version, ...(page ? { page } : {}) });

  // Before anybody is told that it listens: whoever waits for that may send a signal at once.
  closeWithGrace(
    { delay: config.drainMs + CLOSING_MS, logger: false, skip: ["SIGUSR2", "SIGHUP"] },
    async ({ signal, err }) => {
      if (err) logger.fatal({ err }, "unexpected error");
      else logger.info({ signal }, "shutting down");
      await server.drain();
      logger.info("stopped");
      flushSync();
    },
  );

  for (const warning of config.warnings) logger.warn(warning);
  logger.info({ url: server.url, model: config.models.defaultId }, "listening");
  if (!page)
    logger.info("The page is not built, so / explains the server instead. To build it: npm ci && npm run build");
  hints(config, (hint) => logger.info(hint));
  if (process.stdout.isTTY) welcome(server.url, config);
  flush();
}

/** What an operator may want to know and was not asked: keys that lie unused, an Ollama that nobody asked for. */
function hints({ models, host }: Config, say: (hint: string) => void) {
  if (!isLoopback(host))
    say("Bound to more than this machine, and there is no log-in: put something in front that has one.");
  if (models.defaultId !== "builtin:chat") return;
  if (models.openaiApiKey)
    say("OPENAI_API_KEY is set; to use it: CHATWAIT_MODEL=openai:gpt-5 (or another of its models).");
  if (models.anthropicApiKey) say("ANTHROPIC_API_KEY is set; to use it: CHATWAIT_MODEL=anthropic:NAME.");
  if (models.furtherIds.length > 0) return;
  findOllama(models.ollamaHost, systemClock).then(([name]) => {
    if (name !== undefined) say(`Ollama answers on this machine; to use it: CHATWAIT_MODEL=ollama:${name}.`);
  });
}

function welcome(url: string, { models }: Config) {
  process.stdout.write(
    `\nChatWait answers at ${url} with ${models.defaultId}. Try, in another terminal:\n` +
      `  curl -N ${url}/chat/streaming -H 'Content-Type: application/json' -d '{"message": "Hello!"}'\n\n`,
  );
}

main().catch((error: unknown) => {
  if (!isSettingError(error)) throw error;
  process.stderr.write(`ChatWait cannot start. ${error.message}\n`);
  process.exit(BAD_SETTING);
});
