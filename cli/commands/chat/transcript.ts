import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { z } from "zod";
import { cliError, EXIT, fileError, usageError } from "../../failures.ts";
import type { Io } from "../../io.ts";
import { checkWritable, readText, writeText } from "../../text-file.ts";
import type { Conversation, Said } from "./conversation.ts";

/** Conversations as files: JSON, which can be loaded again, or Markdown, for people. */

const FORMAT = "chatwait-conversation";

/** Of what others have written, as much as we need: a list of messages is enough. */
const fileSchema = z.object({
  world: z.string().nullish(),
  model: z.string().nullish(),
  instructions: z.string().nullish(),
  messages: z.array(
    z.object({
      role: z.enum(["user", "assistant"]),
      content: z.string(),
      sender: z.string().nullish(),
      timestamp: z.string().nullish(),
    }),
  ),
});

/** The text of a conversation in the format that the file's name asks for. @throws CliError `usage` where it asks for none */
export function transcriptText(conversation: Conversation, file: string): string {
  if (/\.json$/i.test(file)) return `${JSON.stringify({ format: FORMAT, version: 1, ...conversation }, null, 2)}\n`;
  if (/\.(?:md|markdown)$/i.test(file)) return markdown(conversation);
  throw usageError(`${file}: end the name in .json, which can be loaded again, or in .md.`);
}

function markdown({ world, model, messages }: Conversation): string {
  const about = world === undefined ? model && `With ${model}.` : `In the world ${world}.`;
  const parts = messages.map((said) => `**${nameOf(said)}**\n\n${said.content.trim()}\n`);
  return `${["# Conversation\n", ...(about ? [`${about}\n`] : []), ...parts].join("\n")}`;
}

const nameOf = ({ role, sender }: Said): string => sender ?? (role === "user" ? "You" : "Assistant");

/**
 * Whether a conversation may be saved there. A file that is there already is written over only where `own` has it: what this
 * program has read or written before.
 * @throws CliError
 */
export function checkTarget(io: Io, file: string, own: ReadonlySet<string>): void {
  transcriptText({ messages: [] }, file);
  const path = resolve(io.cwd, file);
  if (existsSync(path) && !own.has(path)) {
    const message = `${file} exists already. Choose another name, or delete it first.`;
    throw cliError("file_exists", message, { exit: EXIT.usage });
  }
  checkWritable(io, file);
}

/** Writes a conversation, where {@link checkTarget} has nothing against it. @throws CliError */
export function saveConversation(io: Io, file: string, conversation: Conversation, own: Set<string>): void {
  checkTarget(io, file, own);
  writeText(io, file, transcriptText(conversation, file));
  own.add(resolve(io.cwd, file));
}

/** Reads a conversation that was saved as JSON. @throws CliError `invalid_file` */
export function loadConversation(io: Io, file: string, own: Set<string>): Conversation {
  const text = readText(io, file);
  const parsed = fileSchema.safeParse(jsonOf(text, file));
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw fileError(`${file} is no saved conversation: ${issue?.path.join(".") || "it"} is not as expected.`);
  }
  own.add(resolve(io.cwd, file));
  return present(parsed.data) as Conversation;
}

function jsonOf(text: string, file: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) ? { messages: value } : value;
  } catch {
    throw fileError(`${file} is no JSON. Only conversations that were saved as .json can be loaded.`);
  }
}

/** Without the fields that are null or undefined, in the messages too. */
function present(fields: z.infer<typeof fileSchema>): object {
  const clean = (value: object) =>
    Object.fromEntries(Object.entries(value).filter(([, inner]) => inner !== null && inner !== undefined));
  return { ...clean(fields), messages: fields.messages.map(clean) };
}
