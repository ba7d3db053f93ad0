/** Where a character is, and with whom, as its instructions tell it. */
export type Company = {
  /** What it is called with an @. */
  handle: string | undefined;
  /** Others in the room that a text can address with @. */
  others: readonly string[];
  /** What is said of them, by their names in small letters: "an optimist". */
  roles: Readonly<Record<string, string>>;
  /** The room, if it is in one. */
  room: { title: string | undefined; about: string | undefined } | undefined;
  /** What people say to nobody in particular is for this one to answer, and for none of the others. */
  front: boolean;
};

const HANDLE = /\byou are @([A-Za-z0-9][\w-]{0,63})/i;
const MENTION =
  /(?<![\w@.])@([A-Za-z0-9][\w-]{0,63})(?: \(([^)\n]{2,60})\)|, ((?:an?|the) [^,.;()@\n]{2,50}?)(?=,| and @|[.;\n]|$))?/g;
const LIST = /\b(?:others?|members?|agents?|participants?)(?: \w+){0,4}: ([^.\n]{1,400})/i;

const ROOM = /^You are (?:@[\w-]+,? )?in (?:the|this) room\b/gim;
const OTHERS = /\b(?:others?|members?|agents?|participants?)(?: in (?:the|this) room)?:[^\n]*/gi;

// Either part may be long; what they say of the speaker stands at their beginning.
const READ = 4000;

/** Instructions apart: what is said of the character itself, and what of the room and of the others in it. */
export function partsOf(instructions: string): { own: string; room: string } {
  const at = [...instructions.matchAll(ROOM)].at(-1)?.index ?? instructions.length;
  const before = instructions.slice(0, at).slice(0, READ);
  const company = [...before.matchAll(OTHERS)].map(([list]) => list).join("\n");
  return { own: before.replace(OTHERS, ""), room: `${company}\n${instructions.slice(at, at + READ)}` };
}

/** Reads the company out of instructions; `name` is what they call the character. */
export function companyIn(text: string, name: string | undefined): Company {
  const handle = HANDLE.exec(text)?.[1] ?? /^[\w-]+/.exec(name ?? "")?.[0];
  const found = new Map<string, string>();
  const roles: Record<string, string> = {};
  for (const [, other = "", inBrackets, apart] of text.matchAll(MENTION)) {
    const key = other.toLowerCase();
    if (other === "name" || key === handle?.toLowerCase()) continue;
    found.set(key, found.get(key) ?? other);
    const role = inBrackets ?? apart;
    if (role) roles[key] ??= role.trim();
  }
  for (const [, other = ""] of (LIST.exec(text)?.[1] ?? "").matchAll(/(?:^|, |and )@?(\p{Lu}[\w-]{0,63})/gu))
    if (other.toLowerCase() !== handle?.toLowerCase()) found.set(other.toLowerCase(), other);
  const inRoom = /\bin (?:the|this) room\b/i.test(text);
  return {
    handle,
    others: [...found.values()],
    roles,
    room: inRoom
      ? {
          title: /\bin the room "([^"\n]{1,200})"/.exec(text)?.[1],
          about: /\bAbout the room: ([^\n]{1,300})/.exec(text)?.[1],
        }
      : undefined,
    front: /\bto nobody in particular is yours to answer\b/i.test(text),
  };
}
