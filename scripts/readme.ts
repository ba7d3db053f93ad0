import { spawn } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A command of the README with the output that stands below it. */
export type ReadmeExample = { command: string; format: OutputFormat; output: string; line: number };
export type OutputFormat = "json" | "sse" | "http" | "text";

const EXAMPLE = /^```sh runnable\n([\s\S]*?)^```\n\n^```(json|sse|http|text) output\n([\s\S]*?)^```$/gm;

/** The blocks marked `sh runnable`, each with the output block that follows it. */
export function readmeExamples(markdown: string): ReadmeExample[] {
  return [...markdown.matchAll(EXAMPLE)].map((match) => ({
    command: match[1] ?? "",
    format: match[2] as OutputFormat,
    output: match[3] ?? "",
    line: markdown.slice(0, match.index).split("\n").length,
  }));
}

const root = join(import.meta.dirname, "..");

/** An example of a document as it runs here: our own command line, and the server on `port` instead of a user's. */
export const runnableHere = (text: string, port: number): string =>
  text
    .replaceAll("npx chatwait", `node ${join(root, "cli/main.ts")}`)
    .replaceAll(/(?:localhost|127\.0\.0\.1):3000/g, `127.0.0.1:${port}`);

/** Runs an example against the server on `port`, in a directory of its own, and returns what it printed. */
export async function runExample({ command }: { command: string }, port: number): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), "chatwait-readme-"));
  const env = { ...process.env, CHATWAIT_URL: `http://127.0.0.1:${port}` };
  // No `-e`: a command that hangs up on purpose ends with an error.
  // In a process group of its own, so that what it leaves running in the background ends with it.
  const child = spawn("bash", ["-uc", runnableHere(command, port)], {
    ...{ cwd: directory, env, timeout: 60_000, detached: true },
    stdio: ["ignore", "pipe", "inherit"],
  });
  let output = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    output += text;
  });
  child.on("exit", () => endGroup(child.pid));
  await new Promise((resolve) => child.on("close", resolve));
  await rm(directory, { recursive: true, maxRetries: 10 });
  return output.replaceAll("\r\n", "\n").trimEnd();
}

function endGroup(pid = 0): void {
  try {
    if (pid > 0) process.kill(-pid, "SIGTERM");
  } catch {
    // Nothing is left of it.
  }
}

const ELLIPSIS = "…";

/**
 * What an output has to have in common with the README's: everything but the values that differ from run to run. Runs of
 * events of one form count as one, for the README shows only the first of many.
 */
export function shapeOf(format: OutputFormat, output: string): unknown {
  if (format === "json") return jsonShape(JSON.parse(output));
  if (format === "sse") return distinct(framesOf(output).map(frameShape));
  if (format === "http") return httpShape(output);
  return output.trim().replace(/\d+/g, "0");
}

const framesOf = (output: string): string[] =>
  output
    .trim()
    .split("\n\n")
    .filter((frame) => frame !== ELLIPSIS);

const distinct = (shapes: string[]): string[] => shapes.filter((shape, index) => shape !== shapes[index - 1]);

function frameShape(frame: string): string {
  const lines = frame.split("\n").map((line) => {
    const [, field = "", value = ""] = /^(\w+): (.*)$/.exec(line) ?? [];
    if (field === "data") return `data ${JSON.stringify(jsonShape(JSON.parse(value)))}`;
    return field === "id" ? `id ${/^[A-Za-z0-9]{20,}\.0\.\d+$/.test(value)}` : line;
  });
  return lines.join("\n");
}

/** Of the headers only those that the protocol is about; the others may change with every dependency. */
const TOLD = /^(?:HTTP\/|location:|content-type:|retry-after:|idempotent-replayed:)/i;

function httpShape(output: string): unknown {
  const [head = "", body = ""] = output.split("\n\n");
  const [status, ...headers] = head.split("\n").filter((line) => TOLD.test(line));
  const names = headers.map((header) => header.split(":")[0]?.toLowerCase()).sort();
  return { status, names, body: jsonShape(JSON.parse(body)) };
}

function jsonShape(value: unknown): unknown {
  if (Array.isArray(value)) return distinct(value.map((item) => JSON.stringify(jsonShape(item))));
  if (typeof value !== "object" || value === null) return typeof value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, jsonShape(inner)]));
}

/** What the README shows of an output: of HTTP the headers that matter, of a long run of events its two ends. */
export function shorten(format: OutputFormat, output: string): string {
  if (format === "sse") return shortenEvents(output);
  if (format !== "http") return output;
  const [head = "", body = ""] = output.split("\n\n");
  const told = head.split("\n").filter((line) => TOLD.test(line));
  return `${[...told, ELLIPSIS].join("\n")}\n\n${body}`;
}

function shortenEvents(output: string): string {
  const frames = framesOf(output);
  const shapes = frames.map(frameShape);
  const isInner = (index: number) => [-2, -1, 0, 1].every((step) => shapes[index + step] === shapes[index]);
  const kept = frames.map((frame, index) => (isInner(index) ? ELLIPSIS : frame));
  return kept.filter((frame, index) => frame !== ELLIPSIS || kept[index - 1] !== ELLIPSIS).join("\n\n");
}

/** Puts fresh outputs into the README: `node scripts/readme.ts PORT`, with a server of a fresh start on that port. */
async function update(port: number): Promise<void> {
  const path = join(import.meta.dirname, "..", "README.md");
  let markdown = await readFile(path, "utf8");
  for (const example of readmeExamples(markdown)) {
    const output = shorten(example.format, await runExample(example, port));
    const [open, close] = [`\`\`\`\n\n\`\`\`${example.format} output\n`, "```"];
    const before = `${example.command}${open}`;
    markdown = markdown.replace(`${before}${example.output}${close}`, () => `${before}${output}\n${close}`);
    console.log(`README.md:${example.line}`);
  }
  await writeFile(path, markdown);
}

if (import.meta.main) {
  const port = Number(process.argv[2]);
  if (!Number.isInteger(port)) throw new Error("Use: node scripts/readme.ts PORT, with a server running there.");
  await update(port);
}
