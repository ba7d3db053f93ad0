import { type Call, isOn, textOption } from "../../command.ts";
import { clientFor } from "../../connection.ts";
import { EXIT, usageError } from "../../failures.ts";
import { remark, say, sayJson } from "../../io.ts";
import { type Finding, finding, findingLines } from "./finding.ts";
import { isCut, judgeBreak, judgeQuiet, judgeStream } from "./judge.ts";
import { addressOf, checkDataDir, checkPort, type ServerFacts, tryListen } from "./machine.ts";
import { type Watched, watch } from "./observe.ts";
import { type ProbeDeps, probe } from "./probe.ts";
import { identify } from "./server.ts";
import { checkNode, checkRedis, checkSettings } from "./settings.ts";

/** Goes through all checks, and tells each finding as it is found. @returns the exit code */
export async function examine(call: Call): Promise<number> {
  const { io, out, json } = call;
  const found: Finding[] = [];
  const tell = (...findings: Finding[]) => {
    found.push(...findings);
    if (!json) for (const each of findings) say(io, ...findingLines(each, out));
  };
  const asked = await examineMachine(call, tell);
  await examineServer(asked, tell);
  const failed = found.filter(({ status }) => status === "fail").length;
  const warned = found.filter(({ status }) => status === "warn").length;
  if (json) sayJson(io, { ok: failed === 0, url: asked.url, checks: found });
  else remark(io, "", verdict(failed, warned));
  return failed > 0 ? EXIT.failed : EXIT.ok;
}

function verdict(failed: number, warned: number): string {
  if (failed > 0) return `${failed} ${failed === 1 ? "thing needs" : "things need"} mending.`;
  return warned > 0 ? "Nothing is broken; see the lines with an exclamation mark." : "All is well.";
}

type Tell = (...findings: Finding[]) => void;

/** @returns the call, which goes to the server of these settings where no other was named */
async function examineMachine(call: Call, tell: Tell): Promise<Call> {
  const { io } = call;
  tell(checkNode(process.versions.node));
  if (isOn(call, "remote")) return call;
  const { findings, config } = checkSettings(io.env);
  tell(...findings, checkRedis(config), await checkDataDir(config.dataDir, io.cwd));
  const deps = { listen: tryListen, identify: async (url: string) => (await identify(url, {})).facts };
  tell(await checkPort(config.host, config.port, deps));
  const { checkModels } = await import("./models.ts");
  tell(
    ...(await checkModels(config.models, {
      clock: io.clock,
      free: noModel(call),
      onCall: (id) => progress(call, `asking ${id} for one token …`),
    })),
  );
  if (isNamed(call) || config.port === 0) return call;
  const url = addressOf(config.host, config.port);
  return { ...call, url, client: clientFor(url, call.headers, io.clock) };
}

const isNamed = (call: Call): boolean =>
  textOption(call, "url") !== undefined || Boolean(call.io.env["CHATWAIT_URL"]) || isOn(call, "remote");

const noModel = ({ values }: Call): boolean => values["model"] === false;

/** What takes its time is announced, where somebody sits there. */
function progress({ io, err, json }: Call, text: string): void {
  if (io.stderr.isTTY && !json) remark(io, err.dim(text));
}

async function examineServer(call: Call, tell: Tell): Promise<void> {
  const { url, headers, io } = call;
  const { finding: server, facts } = await identify(url, headers);
  if (!facts && !isNamed(call)) {
    return tell(
      finding(
        "server",
        "skip",
        `${server.title} So no stream was looked at.`,
        'Start it with "chatwait serve" and look again.',
      ),
    );
  }
  tell(server);
  if (!facts) return;
  const question = questionFor(facts, noModel(call));
  if (!question)
    return tell(finding("buffering", "skip", "No stream was looked at: that would cost tokens (--no-model)."));
  progress(call, "reading a stream …");
  tell(...(await examineStream({ url, headers, clock: io.clock, question })));
  if (isOn(call, "long")) tell(await examineQuiet(call));
}

/** One that breaks off is looked at again: what a proxy cuts, it cuts each time. */
async function examineStream(deps: ProbeDeps): Promise<Finding[]> {
  const first = await lookAtStream(deps);
  const broken = first.stream && isCut(first.stream) ? first.stream : undefined;
  if (!broken) return [...first.findings, ...costOf(deps, first)];
  const next = await lookAtStream(deps);
  const hasPassed = !next.stream || !isCut(next.stream);
  return [...(hasPassed ? [judgeBreak(broken)] : []), ...next.findings, ...costOf(deps, first, next)];
}

type Look = { stream?: Watched; findings: Finding[] };

async function lookAtStream(deps: ProbeDeps): Promise<Look> {
  try {
    const seen = await probe(deps);
    return { stream: seen.stream, findings: judgeStream(seen) };
  } catch (error) {
    const why = (error as NodeJS.ErrnoException).code ?? (error as Error).message;
    return { findings: [finding("stream", "fail", `A stream could not be begun: ${why}.`)] };
  }
}

function costOf({ question }: ProbeDeps, ...looks: Look[]): Finding[] {
  const tokens = 200 * looks.filter(({ stream }) => stream).length;
  if (question.model === "builtin:chat" || tokens === 0) return [];
  return [finding("cost", "ok", `The stream cost up to ${tokens} tokens of the server's default model.`)];
}

/** The built-in model costs nothing and takes two seconds; another is asked for something that takes as long. */
function questionFor({ models }: ServerFacts, free: boolean): ProbeDeps["question"] | undefined {
  if (models.includes("builtin:chat")) return { message: "Count to 60", model: "builtin:chat" };
  return free
    ? undefined
    : { message: "Count from 1 to 60 in digits, separated by commas. Nothing else.", max_tokens: 200 };
}

/** A world's feed says nothing but signs of life as long as nobody says anything in it. */
async function examineQuiet(call: Call): Promise<Finding> {
  const { url, headers, io, client } = call;
  const forMs = secondsOf(call) * 1000;
  const [world] = await client.worlds.list();
  if (!world)
    return finding("quiet", "skip", "No quiet connection was looked at: that needs a world, and there is none.");
  progress(call, `keeping a quiet connection open for ${forMs / 1000} s …`);
  const over = new AbortController();
  const disarm = io.clock.after(forMs, () => over.abort());
  try {
    return judgeQuiet(
      await watch(`${url}/worlds/${world.name}/events`, { headers, clock: io.clock, signal: over.signal }),
      forMs,
    );
  } catch {
    return finding("quiet", "fail", "A quiet connection could not be opened.");
  } finally {
    disarm();
  }
}

const LONG_S = 65;

function secondsOf(call: Call): number {
  const text = textOption(call, "seconds");
  const value = text === undefined ? LONG_S : Number(text);
  if (value > 0 && value <= 3600) return value;
  throw usageError(`--seconds must be a number up to 3600; it is "${text}".`);
}
