import { type Call, type Command, isOn, textOption } from "../command.ts";
import { usageError } from "../failures.ts";
import { textOrFile } from "../text-file.ts";

export const chat: Command = {
  name: "chat",
  summary: "talk to a model or to a world",
  usage: "[QUESTION] [options]",
  least: 0,
  most: Number.POSITIVE_INFINITY,
  options: {
    model: { type: "string", short: "m", value: "PROVIDER:MODEL", text: "one of those that the server offers" },
    instructions: { type: "string", short: "i", value: "TEXT|@FILE", text: "system text, or a file with it" },
    world: { type: "string", short: "w", value: "NAME", text: "talk to this world" },
    as: { type: "string", value: "NAME", text: "your name in a world" },
    wait: { type: "boolean", text: "print the answer when it is complete" },
    load: { type: "string", value: "FILE", text: "go on with a conversation that was saved as .json" },
    save: { type: "string", value: "FILE", text: "save the conversation as .json or .md" },
    resume: {
      type: "string",
      value: "ID",
      text: "read an answer that was begun before, by its stream id or an event's id",
    },
    interactive: { type: "boolean", text: "go on asking after the question" },
  },
  examples: [
    ["chatwait chat", "Talk"],
    ['echo "What is 6 * 7?" | chatwait chat', "Ask once, from a pipe"],
    ['git diff | chatwait chat "Explain this change:" -', "A question and what it is about"],
    ['chatwait chat --world default "@Vera: is tea better than coffee?"', "Ask an agent of a world"],
    ['chatwait chat --json "Hello" | jq -r "select(.type == \\"token\\").text"', "As events, for a program"],
  ],
  notes: [
    "With a question, or with a pipe as its input, it asks once and prints the answer only. An argument - is replaced by the input. " +
      "Otherwise it is a conversation: Ctrl-C stops an answer, a second Ctrl-C leaves, /help lists its commands.",
    "A connection that breaks is restored, and the text goes on at the very next token. --json prints the events of the protocol, " +
      "one a line; with --wait, the whole answer as one object.",
  ],
  run,
};

async function run(call: Call): Promise<number> {
  const { createSession } = await import("./chat/session.ts");
  const instructions = textOption(call, "instructions");
  const own = instructions === undefined ? {} : { instructions: textOrFile(call.io, instructions) };
  const session = createSession({ io: call.io, values: { ...call.values, ...own } });
  const { checkTarget, loadConversation, saveConversation } = await import("./chat/transcript.ts");
  const load = textOption(call, "load");
  if (load !== undefined) session.restore(loadConversation(call.io, load, session.files));
  const world = textOption(call, "world");
  if (world !== undefined) session.move(world);
  const save = textOption(call, "save");
  // A name that cannot be used is told before anything is asked.
  if (save !== undefined) checkTarget(call.io, save, session.files);

  const code = await talk(call, session);
  if (save !== undefined && session.messages.length > 0)
    saveConversation(call.io, save, session.conversation(), session.files);
  return code;
}

async function talk(call: Call, session: import("./chat/session.ts").Session): Promise<number> {
  const { io } = call;
  const once = async () => {
    // A stream is patient with a server that is away for a while; one that was never there is told at once.
    await call.client.models();
    return import("./chat/once.ts");
  };
  const id = textOption(call, "resume");
  if (id !== undefined) return (await once()).resumeOnce(call, session, id);
  const atTerminal = io.stdin.isTTY && io.stdout.isTTY && !call.json;
  const usage = `Ask with: chatwait chat ${call.json ? "--json " : ""}"QUESTION"`;
  const question = await questionOf(call);
  if (question !== undefined && !isOn(call, "interactive")) return (await once()).askOnce(call, session, question);
  if (!atTerminal)
    throw usageError(
      `${call.json ? "A talk at a terminal has no --json." : "There is no terminal to talk on."} ${usage}`,
    );
  return (await import("./chat/interactive.ts")).converse(call, session, question);
}

/** What is to be asked once; undefined where somebody shall be asked for it. */
async function questionOf({ io, positionals }: Call): Promise<string | undefined> {
  if (positionals.length === 0 && io.stdin.isTTY) return undefined;
  const needsInput = positionals.length === 0 || positionals.includes("-");
  const input = needsInput ? await readAll(io.stdin) : "";
  const question = (positionals.length === 0 ? input : joined(positionals, input.trimEnd())).trim();
  if (question === "") throw usageError("There is no question: the input is empty.");
  return question;
}

/** The words as a sentence; the input stands in a paragraph of its own. */
function joined(words: readonly string[], input: string): string {
  return words.reduce((text, word) => {
    if (word === "-") return text === "" ? `${input}\n\n` : `${text.trimEnd()}\n\n${input}\n\n`;
    return text === "" || text.endsWith("\n") ? text + word : `${text} ${word}`;
  }, "");
}

async function readAll(stdin: Call["io"]["stdin"]): Promise<string> {
  let text = "";
  for await (const part of stdin.setEncoding("utf8")) text += part;
  return text;
}
