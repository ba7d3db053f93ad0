import type { Call } from "../../command.ts";
import { cliError } from "../../failures.ts";
import { remark, say } from "../../io.ts";
import { printable } from "../../printable.ts";
import { didYouMean } from "../../suggest.ts";
import type { Session } from "./session.ts";
import { type Line, slashHelp } from "./slash.ts";
import { loadConversation, saveConversation } from "./transcript.ts";

type Obeying = (call: Call, session: Session, argument: string) => Promise<string | undefined> | string | undefined;

/** Does what a command asks for. @returns a question to be asked now, where the command is one for that */
export async function obey(
  call: Call,
  session: Session,
  { name, argument }: Extract<Line, { type: "command" }>,
): Promise<string | undefined> {
  return COMMANDS[name]?.(call, session, argument);
}

const COMMANDS: Readonly<Record<string, Obeying>> = {
  help: ({ io }) => void say(io, ...slashHelp()),
  world: async (call, session, name) => {
    if (name !== "") await enter(call, session, name);
    else if (session.world === undefined) await listWorlds(call);
    else leaveWorld(call, session);
    return undefined;
  },
  async model(call, session, name) {
    const { default: standard, models } = await call.client.models();
    const ids = models.map(({ id }) => id);
    if (name === "")
      for (const id of ids) say(call.io, `${id === (session.model ?? standard) ? "*" : " "} ${printable(id)}`);
    else if (!ids.includes(name))
      throw cliError("unknown_model", `This server does not offer "${name}". ${didYouMean(name, ids, "It offers")}`);
    else {
      session.model = name;
      remark(
        call.io,
        call.err.dim(
          `From now on ${name} answers${session.world === undefined ? "" : " in the chat; agents of a world have models of their own"}.`,
        ),
      );
    }
    return undefined;
  },
  new(call, session) {
    session.forget();
    const more = session.world === undefined ? "" : " The world itself remembers on; its agents do, too.";
    remark(call.io, call.err.dim(`A new conversation.${more}`));
    return undefined;
  },
  retry(call, session) {
    const question = session.takeBack();
    if (question === undefined) remark(call.io, "There is nothing to ask again yet.");
    else say(call.io, call.out.dim(printable(question)));
    return question;
  },
  save(call, session, file) {
    if (file === "") throw cliError("usage", "Where to? /save FILE.json, or FILE.md");
    saveConversation(call.io, file, session.conversation(), session.files);
    remark(call.io, call.err.dim(`Saved ${session.messages.length} messages to ${file}.`));
    return undefined;
  },
  load(call, session, file) {
    if (file === "") throw cliError("usage", "Which one? /load FILE.json");
    session.restore(loadConversation(call.io, file, session.files));
    const where = session.world === undefined ? "" : ` of the world ${session.world}`;
    remark(call.io, call.err.dim(`Loaded ${session.messages.length} messages${where}.`));
    return undefined;
  },
};

/** Goes into a world that exists, and says who is there. @throws ChatWaitError, CliError */
export async function enter(call: Call, session: Session, name: string): Promise<void> {
  const worlds = await call.client.worlds.list();
  const found = worlds.find((world) => world.name.toLowerCase() === name.toLowerCase());
  if (!found) {
    const names = worlds.map((world) => world.name);
    const more =
      names.length === 0 ? 'There are none; "chatwait worlds create" makes one.' : didYouMean(name, names, "There are");
    throw cliError("world_not_found", `There is no world "${name}". ${more}`);
  }
  const agents = await call.client.worlds.agents.list(found.name);
  session.move(found.name);
  const names = agents.map((agent) => call.err.named(printable(agent.name))).join(", ");
  const title = found.title === undefined ? found.name : `${found.title} (${found.name})`;
  remark(
    call.io,
    `${call.err.dim(`In ${printable(title)} with`)} ${names || "nobody"}${call.err.dim(". /world leaves.")}`,
  );
}

function leaveWorld({ io, err }: Call, session: Session): void {
  remark(io, err.dim(`Out of ${session.world}, back in the chat.`));
  session.move(undefined);
}

async function listWorlds({ io, client }: Call): Promise<void> {
  const worlds = await client.worlds.list();
  if (worlds.length === 0) remark(io, 'There is no world. "chatwait worlds create NAME" makes one.');
  for (const { name, title } of worlds) say(io, printable(`  ${name}${title === undefined ? "" : `  ${title}`}`));
}
