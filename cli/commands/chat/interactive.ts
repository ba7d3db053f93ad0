import type { Call } from "../../command.ts";
import { EXIT, errorLines, isChatWaitError, isCliError } from "../../failures.ts";
import { remark, say } from "../../io.ts";
import { printable } from "../../printable.ts";
import { afterwords, asLost, failureLines, readAnswer } from "./answer.ts";
import { obey } from "./commands.ts";
import { createPrinter } from "./printer.ts";
import { openPrompt, type Prompt } from "./prompt.ts";
import type { Session } from "./session.ts";
import { completions, readLine } from "./slash.ts";

/** Talks with somebody at a terminal until they leave. @returns the exit code */
export async function converse(call: Call, session: Session, first: string | undefined): Promise<number> {
  const { io, out } = call;
  await greet(call, session);
  const prompt = openPrompt(io, completions);
  try {
    const begun = first === undefined ? "stay" : await answer(call, session, prompt, first);
    if (begun !== "stay") return EXIT_AFTER[begun];
    for (;;) {
      const text = await prompt.next(out.bold(session.world === undefined ? "> " : `${session.world}> `));
      if (text === undefined) return prompt.interrupted ? EXIT.interrupted : EXIT.ok;
      const next = await respond(call, session, prompt, text);
      if (next !== "stay") return EXIT_AFTER[next];
    }
  } finally {
    prompt.close();
  }
}

/** Says who answers; a server that is not there is told before anything is typed for it. */
async function greet(call: Call, session: Session): Promise<void> {
  const { io, err, client } = call;
  const models = await client.models();
  const who = session.world === undefined ? (session.model ?? models.default) : `the world ${session.world}`;
  remark(io, err.dim(`Talking to ${printable(who)} at ${call.url}. /help says what else there is; Ctrl-D leaves.`));
}

type Next = "stay" | "quit" | "leave";

const EXIT_AFTER = { quit: EXIT.ok, leave: EXIT.interrupted } as const;

async function respond(call: Call, session: Session, prompt: Prompt, text: string): Promise<Next> {
  const line = readLine(text);
  if (line.type === "nothing") return "stay";
  if (line.type === "message") return answer(call, session, prompt, line.text);
  if (line.type === "unknown") {
    remark(
      call.io,
      `There is no /${line.name}.${line.guess === undefined ? " /help lists what there is." : ` Did you mean /${line.guess}?`}`,
    );
    return "stay";
  }
  if (line.name === "quit") return "quit";
  try {
    const retry = await obey(call, session, line);
    return retry === undefined ? "stay" : answer(call, session, prompt, retry);
  } catch (error) {
    if (!isCliError(error) && !isChatWaitError(error)) throw error;
    remark(call.io, ...red(call, errorLines(error, call.url)));
    return "stay";
  }
}

const red = ({ err }: Call, [first = "", ...rest]: string[]): string[] => [
  err.red(printable(first)),
  ...rest.map(printable),
];

/** Whoever leaves with Ctrl-D waits so long for a server that does not say that it has stopped. */
const LEAVING_MS = 2000;

/** Ctrl-C once ends the answer for everybody, twice leaves at once. Ctrl-D ends it and leaves. */
async function answer(call: Call, session: Session, prompt: Prompt, question: string): Promise<Next> {
  const { io, out, err } = call;
  const named = session.world !== undefined;
  const printer = createPrinter({ io, out, err, named });
  const { stream, keep } = session.ask(call.client, question, printer.connection);
  const { promise: left, resolve: leave } = Promise.withResolvers<void>();
  let interrupts = 0;
  let stopped: Promise<void> | undefined;
  let disarm = () => {};
  const release = prompt.during({
    interrupt() {
      if (++interrupts > 1) leave();
      else stream.stop().catch((error: unknown) => remark(io, ...red(call, errorLines(error, call.url))));
    },
    end() {
      disarm = io.clock.after(LEAVING_MS, leave);
      stopped = stream.stop().catch(leave);
    },
  });
  const outcome = asLost(await readAnswer(stream, printer, left));
  release();
  if (stopped) await Promise.race([stopped, left]);
  disarm();
  printer.close();
  keep();
  if (outcome.type === "failed")
    remark(io, ...red(call, failureLines(outcome.error, call.url, resumeCommand(session, stream.id))));
  else if (outcome.type === "done") for (const line of afterwords(outcome)) remark(io, err.dim(line));
  if (!named && io.stdout.isTTY) say(io, "");
  if (stopped) return "quit";
  return outcome.type === "left" ? "leave" : "stay";
}

export function resumeCommand({ world }: Pick<Session, "world">, id: string | undefined): string | undefined {
  if (id === undefined) return undefined;
  return `chatwait chat${world === undefined ? "" : ` --world ${world}`} --resume ${id}`;
}
