import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { loadavg } from "node:os";
import { resolve } from "node:path";
import { endAll } from "./child.ts";
import { markdown } from "./markdown.ts";
import { HELP, type Options, readOptions } from "./options.ts";
import { type Profile, topSelfTime } from "./profile.ts";
import { type Result, report, save } from "./results.ts";
import { SCENARIOS, type Scenario } from "./scenarios.ts";
import { onStage } from "./stage.ts";
import { medians } from "./statistics.ts";
import { SUBJECTS, type Subject } from "./subjects.ts";

/** `npm run bench`: every scenario, round by round, each server in its turn. */

const PROFILE_LINES = 25;

/** A load average from which on other work is seen in the results. */
const BUSY = 0.5;
const say = (text: string) => process.stderr.write(`${text}\n`);

function isMeasurable(subject: Subject): boolean {
  const reason = subject.missing?.();
  if (reason !== undefined) say(`Skipping ${subject.name}: ${reason}.`);
  return reason === undefined;
}

function subjectsOf(scenario: Scenario, options: Options, measurable: Set<string>): Subject[] {
  const wanted = scenario.subjects.filter((name) => options.subjects?.includes(name) ?? true);
  return SUBJECTS.filter(({ name }) => wanted.includes(name) && measurable.has(name));
}

async function measureOnce(scenario: Scenario, subject: Subject, options: Options, result: Result) {
  const profileTo = options.profile && resolve(options.profile, `${scenario.name}-${subject.name}.cpuprofile`);
  try {
    const metrics = await onStage(subject, profileTo, (stage) => scenario.run(stage, options));
    result.rounds.push(metrics);
    say(`  ${subject.name}: ${told(metrics)}`);
    if (profileTo !== undefined && existsSync(profileTo)) printProfile(profileTo);
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    result.failures.push(text);
    say(`  ${subject.name}: FAILED: ${text}`);
  }
}

const told = (metrics: Record<string, number>) =>
  Object.entries(metrics)
    .map(([name, value]) => `${name} ${Number(value.toPrecision(4))}`)
    .join("  ");

function printProfile(file: string) {
  const profile = JSON.parse(readFileSync(file, "utf8")) as Profile;
  for (const { where, ms, share } of topSelfTime(profile, PROFILE_LINES)) {
    say(`    ${(share * 100).toFixed(1).padStart(5)} %  ${ms.toFixed(0).padStart(6)} ms  ${where}`);
  }
}

async function measureScenario(scenario: Scenario, subjects: Subject[], options: Options): Promise<Result[]> {
  const results = subjects.map(({ name }): Result => {
    return { scenario: scenario.name, subject: name, rounds: [], medians: {}, failures: [] };
  });
  const rounds = Math.min(options.rounds, scenario.rounds ?? options.rounds);
  for (let round = 1; round <= rounds; round++) {
    say(`${scenario.name}, round ${round} of ${rounds}`);
    for (const [n, subject] of subjects.entries()) await measureOnce(scenario, subject, options, results[n] as Result);
  }
  return results.map((result) => ({ ...result, medians: medians(result.rounds) }));
}

async function main(options: Options) {
  const loadBefore = loadavg();
  if ((loadBefore[0] ?? 0) > BUSY) say("This machine is busy with other things; latencies will show it.");
  const scenarios = SCENARIOS.filter(({ name }) => options.scenarios.includes(name));
  const used = new Set(scenarios.flatMap((scenario) => scenario.subjects));
  const wanted = SUBJECTS.filter(({ name }) => used.has(name) && (options.subjects?.includes(name) ?? true));
  const measurable = new Set(wanted.filter(isMeasurable).map(({ name }) => name));
  if (options.profile !== undefined) mkdirSync(options.profile, { recursive: true });

  const results: Result[] = [];
  for (const scenario of scenarios) {
    results.push(...(await measureScenario(scenario, subjectsOf(scenario, options, measurable), options)));
  }
  const made = report({ results, loadBefore, rounds: options.rounds, windowSeconds: options.window });
  const text = markdown(made);
  process.stdout.write(text);
  if (options.save) say(`Saved as ${save(made, text)}.{json,md}`);
  if (results.some(({ failures }) => failures.length > 0)) process.exitCode = 1;
}

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.once(signal, () => {
    endAll();
    process.exit(130);
  });
}

try {
  const options = readOptions(process.argv.slice(2));
  if (options) await main(options);
  else process.stdout.write(HELP);
} catch (error) {
  say(error instanceof Error ? error.message : String(error));
  process.exitCode = 2;
}
