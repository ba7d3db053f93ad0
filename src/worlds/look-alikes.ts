/**
 * Letters of other alphabets, and of Latin itself, that are taken for others at a glance: the commonest, not all that there
 * are. Each pair of lists goes letter by letter.
 */
const LOOK_ALIKES: readonly [alike: string, plain: string][] = [
  // Cyrillic
  ["АВЕЅІЈКМНОРСТУХԌԚԜҮҺЗЬ", "ABESIJKMHOPCTYXGQWYh3b"],
  ["авеѕіјкмнорстухԁԛԝүһгӏьпз", "abesijkmhopctyxdqwyhrlbn3"],
  // Greek
  ["ΑΒΕΖΗΙΚΜΝΟΡΤΥΧϹ", "ABEZHIKMNOPTYXC"],
  ["αβγεηικνορστυχωϲϳ", "abyenikvopotuxwcj"],
  // Armenian
  ["ՕՍԼօսոհցզ", "OULounhgq"],
  // Latin: small capitals, strokes, and letters without their dots
  ["ᴀʙᴄᴅᴇɢʜɪᴊᴋʟᴍɴᴏᴘʀꜱᴛᴜᴠᴡʏᴢ", "abcdeghijklmnoprstuvwyz"],
  ["ØøĐđŁłŦŧĦħƗɨɑɡıȷ", "OoDdLlTtHhIiagij"],
];

const PLAIN = new Map(
  LOOK_ALIKES.flatMap(([alike, plain]) => [...alike].map((one, index) => [one, plain[index] ?? one])),
);

/** What a digit or letter is taken for among ASCII's own: the zero for an o; the one and the i for an l. */
const ASCII: Readonly<Record<string, string>> = { "0": "o", "1": "l", i: "l" };

const UNSEEN = /[\p{M}\p{Default_Ignorable_Code_Point}]/gu;

/**
 * What is left of a name for somebody who reads it quickly: "@VERA " and "Vеrá" are "vera". Two names that are the same so
 * might be taken for each other.
 */
export const glanced = (name: string): string =>
  [...name.normalize("NFKD").replace(UNSEEN, "")]
    .map((letter) => PLAIN.get(letter) ?? letter)
    .join("")
    .replace(/[^\p{L}\p{N}]/gu, "")
    .toLowerCase()
    .replace(/[01i]/g, (letter) => ASCII[letter] ?? letter);
