import { spawn } from "node:child_process";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { type TestCounts, testCounts } from "./test-counts.ts";

/** All that CI runs, cheapest first; the names are what `--only` takes. */
const STEPS = {
  types: ["npm", "run", "-s", "types"],
  lint: ["biome", "check", "."],
  "dead-code": ["knip", "--no-progress"],
  imports: ["node", "scripts/check-imports.ts"],
  rules: ["node", "scripts/check-rules.ts"],
  "client-size": ["node", "scripts/check-client-size.ts"],
  tests: ["npm", "test"],
} as const;

const HELP = `npm run check [-- options]
  --only a,b   run only these steps: ${Object.keys(STEPS).join(", ")}
  --no-skips   fail also when a test is skipped or todo, or when no test ran
  --help`;

type Step = keyof typeof STEPS;
type Outcome = { step: Step; ok: boolean; seconds: number; note: string };

const root = join(import.meta.dirname, "..");

/** Runs a program, passing its output on and keeping it too. */
function run(command: readonly string[]): Promise<{ code: number; output: string }> {
  const [program = "", ...args] = command;
  const env = { ...process.env, PATH: `${join(root, "node_modules/.bin")}:${process.env["PATH"]}` };
  const child = spawn(program, args, { cwd: root, env, stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      output += text;
      process.stdout.write(text);
    });
  }
  return new Promise((resolve) => {
    child.on("error", (error) => resolve({ code: 1, output: error.message }));
    child.on("close", (code) => resolve({ code: code ?? 1, output }));
  });
}

async function runStep(step: Step, noSkips: boolean): Promise<Outcome> {
  const since = performance.now();
  const { code, output } = await run(STEPS[step]);
  const counts = step === "tests" ? testCounts(output) : undefined;
  const ok = code === 0 && !(noSkips && counts && isIncomplete(counts));
  const note = counts ? `${counts.tests} tests, ${counts.skipped} skipped, ${counts.todo} todo` : "";
  return { step, ok, seconds: (performance.now() - since) / 1000, note };
}

const isIncomplete = (counts: TestCounts): boolean => counts.tests === 0 || counts.skipped + counts.todo > 0;

const row = ({ step, ok, seconds, note }: Outcome): string =>
  `${ok ? "ok    " : "FAILED"}  ${step.padEnd(11)} ${seconds.toFixed(1).padStart(6)} s  ${note}`.trimEnd();

function chosen(only: string | undefined): Step[] {
  const all = Object.keys(STEPS) as Step[];
  if (only === undefined) return all;
  const unknown = only.split(",").filter((name) => !all.includes(name as Step));
  if (unknown.length) throw new Error(`No such step: ${unknown.join(", ")}.\n${HELP}`);
  return all.filter((step) => only.split(",").includes(step));
}

async function main(): Promise<void> {
  const options = { only: { type: "string" }, "no-skips": { type: "boolean" }, help: { type: "boolean" } } as const;
  const { values } = parseArgs({ options });
  if (values.help) return console.log(HELP);
  const steps = chosen(values.only);
  const outcomes: Outcome[] = [];
  for (const [index, step] of steps.entries()) {
    console.log(`\n── ${index + 1}/${steps.length} ${step}: ${STEPS[step].join(" ")}`);
    outcomes.push(await runStep(step, values["no-skips"] ?? false));
  }
  console.log(`\n${outcomes.map(row).join("\n")}`);
  if (!outcomes.every(({ ok }) => ok)) process.exitCode = 1;
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 2;
});
