import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { constants } from "node:os";
import { fileURLToPath } from "node:url";
import { parseEnv } from "node:util";
import type { Environment } from "../../src/settings.ts";
import { type Call, type Command, listOption, textOption } from "../command.ts";
import { fileError, usageError } from "../failures.ts";
import type { Io } from "../io.ts";
import { readText, textOrFile } from "../text-file.ts";

/** Each option that is a setting of the server, by the variable that it sets. */
const SETTINGS: Readonly<Record<string, string>> = {
  port: "PORT",
  host: "HOST",
  model: "CHATWAIT_MODEL",
  models: "CHATWAIT_MODELS",
  instructions: "CHATWAIT_INSTRUCTIONS",
  "data-dir": "CHATWAIT_DATA_DIR",
  "log-level": "CHATWAIT_LOG_LEVEL",
};

export const serve: Command = {
  name: "serve",
  summary: "run the server",
  usage: "[options]",
  least: 0,
  most: 0,
  options: {
    port: { type: "string", short: "p", value: "PORT", text: "where to listen (3000); 0: any free port" },
    host: { type: "string", value: "HOST", text: "the address to listen on (127.0.0.1)" },
    model: { type: "string", short: "m", value: "PROVIDER:MODEL", text: "the model that answers (builtin:chat)" },
    models: { type: "string", value: "LIST", text: "further models that may be asked for, separated by commas" },
    instructions: { type: "string", value: "TEXT|@FILE", text: "system text where a request brings none" },
    "data-dir": { type: "string", value: "FOLDER", text: "for the definitions of worlds (./data)" },
    "log-level": { type: "string", value: "LEVEL", text: "trace, debug, info, warn, error, fatal or silent (info)" },
    set: { type: "string", multiple: true, value: "NAME=VALUE", text: "any other setting (repeatable)" },
    settings: {
      type: "string",
      value: "FILE",
      text: "read settings from a file of NAME=VALUE lines; the environment wins over it",
    },
  },
  examples: [
    ["chatwait serve", "Try it, with the built-in model"],
    ["chatwait serve --port 8080 --model ollama:llama3.2", "A model of Ollama on this machine"],
    ["chatwait serve --set CHATWAIT_RATE_LIMIT=60", "With another setting of the README"],
  ],
  notes: [
    "Every setting of the server can also be an environment variable; an option wins over it. " +
      "Ctrl-C lets running answers finish, a second one ends them. The exit code is the server's: 0, or 2 for a bad setting.",
  ],
  async run(call) {
    await buildPage(call.io);
    return passOn(start(call, settingsOf(call)), call.io);
  },
};

/**
 * The environment of the server: the file, over it the environment, over it the options.
 * @throws CliError for a file that cannot be read, and for a `--set` that is none
 */
export function settingsOf(call: Pick<Call, "values" | "io">): Environment {
  const { io } = call;
  const file = textOption(call, "settings");
  const own = Object.entries(SETTINGS).flatMap(([option, name]) => {
    const value = textOption(call, option);
    return value === undefined ? [] : [[name, option === "instructions" ? textOrFile(io, value) : value]];
  });
  // CHATWAIT_URL is this program's own: the server would warn of a setting that it does not know.
  const { CHATWAIT_URL: _, ...env } = io.env;
  const read = file === undefined ? {} : readEnvFile(io, file);
  return { ...read, ...env, ...Object.fromEntries(listOption(call, "set").map(pairOf)), ...Object.fromEntries(own) };
}

function readEnvFile(io: Io, file: string): Environment {
  const text = readText(io, file);
  // Whoever forgot the = would lose a setting without a word. A quoted value may go over several lines.
  const lines = text.replaceAll(
    /=\s*(["'`])[\s\S]*?\1/g,
    (value) => `=${value.replaceAll(/[^\n]/g, "").replaceAll("\n", "\n#")}`,
  );
  const wrong = lines.split("\n").findIndex((line) => !/^\s*(?:#.*|(?:export\s+)?[^\s=#]+\s*=.*)?\s*$/.test(line));
  if (wrong >= 0) throw fileError(`${file}:${wrong + 1}: This line must be like CHATWAIT_RATE_LIMIT=60.`);
  return parseEnv(text) as Environment;
}

function pairOf(pair: string): [string, string] {
  const at = pair.indexOf("=");
  if (at > 0) return [pair.slice(0, at), pair.slice(at + 1)];
  throw usageError(`--set must be like CHATWAIT_RATE_LIMIT=60; "${pair}" is not.`);
}

const SOURCES = import.meta.url.endsWith(".ts");
const beside = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));

/** Among the sources the page is built first, where they have changed; a published package has it built. */
async function buildPage({ stderr }: Io): Promise<void> {
  const script = beside("scripts/build-web.ts");
  if (!SOURCES || !existsSync(script)) return;
  const build = spawn(process.execPath, [script], { stdio: ["ignore", "pipe", "pipe"] });
  for (const output of [build.stdout, build.stderr]) output.on("data", (bytes: Buffer) => void stderr.write(bytes));
  await new Promise((done) => build.on("close", done));
}

/** Run in the server's process before its own code: whoever started it is gone, so that nobody could end it any more. */
const UNTIL_LEFT = `process.once("disconnect", () => process.kill(process.pid, "SIGTERM")); process.channel?.unref();`;

/** Those of `npm start` (decisions/012, 020). */
const FLAGS = ["--max-semi-space-size=8", "--no-parallel-scavenge"];

/**
 * In a process group of its own: else Ctrl-C in a terminal would reach the server by itself, and once more from here, and the
 * second one would cut the answers that the first lets finish.
 */
function start({ json }: Call, env: Environment): ChildProcess {
  const main = beside(`src/main.${SOURCES ? "ts" : "js"}`);
  const before = `data:text/javascript,${encodeURIComponent(UNTIL_LEFT)}`;
  // Through a pipe it greets nobody: what comes is its log, one JSON object a line.
  const child = spawn(process.execPath, [...FLAGS, "--import", before, main], {
    stdio: ["ignore", json ? "pipe" : "inherit", "inherit", "ipc"],
    env,
    detached: true,
  });
  child.stdout?.pipe(process.stdout);
  return child;
}

/** Each signal once, and its exit code back. */
async function passOn(child: ChildProcess, io: Io): Promise<number> {
  const forwards = (["SIGINT", "SIGTERM", "SIGHUP"] as const).map((name) =>
    // The server does not listen to SIGHUP: a terminal that was closed lets running answers finish, too.
    io.onSignal(name, () => void child.kill(name === "SIGHUP" ? "SIGTERM" : name)),
  );
  const { promise, resolve: ended, reject } = Promise.withResolvers<number>();
  child.on("error", reject);
  child.on("close", (code, signal) => ended(code ?? 128 + constants.signals[signal ?? "SIGTERM"]));
  return promise.finally(() => {
    for (const release of forwards) release();
  });
}
