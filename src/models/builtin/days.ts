import { ofTopic } from "./facts.ts";
import type { Turn } from "./turn.ts";

const DAY = 86_400_000;

const MONTHS = "january february march april may june july august september october november december".split(" ");

/** Sunday first, as in `getUTCDay`. */
export const WEEKDAYS = "sunday monday tuesday wednesday thursday friday saturday".split(" ");

const MONTH = `(${MONTHS.map((month) => `${month.slice(0, 3)}(?:${month.slice(3)})?`)
  .join("|")
  .replace("may(?:)?", "may")})`;

/** A date in UTC, in British order. */
export const format = (date: Date, options: Intl.DateTimeFormatOptions): string =>
  new Intl.DateTimeFormat("en-GB", { timeZone: "UTC", ...options }).format(date);

/** "Friday, 2 January 2026" */
export const dayOf = (date: Date): string =>
  `${format(date, { weekday: "long" })}, ${format(date, { day: "numeric", month: "long", year: "numeric" })}`;

/** "09:26" */
export const timeOf = (date: Date): string => format(date, { hour: "2-digit", minute: "2-digit" });

const dateAt = (year: number, month: number, day: number): Date | undefined => {
  const date = new Date(Date.UTC(year, month, day));
  date.setUTCFullYear(year);
  return date.getUTCMonth() === month && date.getUTCDate() === day ? date : undefined;
};

/** The beginning of a day in UTC, in ms. */
export const midnight = (date: Date): number => Math.floor(date.getTime() / DAY) * DAY;

/** Good morning, afternoon or evening, by the hour in UTC. */
export function dayGreeting(date: Date): string {
  const hour = date.getUTCHours();
  if (hour >= 5 && hour < 12) return "Good morning";
  return hour >= 12 && hour < 18 ? "Good afternoon" : "Good evening";
}

const FEASTS: readonly [RegExp, string, number, number][] = [
  [/\b(?:christmas eve)\b/, "Christmas Eve", 11, 24],
  [/\b(?:christmas(?: day)?|xmas)\b/, "Christmas Day", 11, 25],
  [/\bboxing day\b/, "Boxing Day", 11, 26],
  [/\bnew year'?s eve\b/, "New Year's Eve", 11, 31],
  [/\bnew year(?:'?s)?(?: day)?\b/, "New Year's Day", 0, 1],
  [/\bhallowe'?en\b/, "Halloween", 9, 31],
  [/\bvalentine'?s?(?: day)?\b/, "Valentine's Day", 1, 14],
  [/\bapril fools'?(?: day)?\b/, "April Fools' Day", 3, 1],
  [/\b(?:may|labou?r) day\b/, "May Day", 4, 1],
  [/\bst\.? patrick'?s(?: day)?\b/, "St Patrick's Day", 2, 17],
  [/\bpi day\b/, "Pi Day", 2, 14],
];

/** A day that a text names: a date, a feast, or the birthday that its speaker told. */
type Named = { date: Date; label: string | undefined; yearGiven: boolean };

/** The day that a text names, the next one where it gives no year. */
export function namedDay(text: string, turn: Turn): Named | undefined {
  const now = turn.createdAt;
  if (/\bmy birthday\b/.test(text)) return birthday(turn);
  for (const [pattern, label, month, day] of FEASTS) {
    if (pattern.test(text)) return upcoming(now, (year) => dateAt(year, month, day), label, yearIn(text));
  }
  if (/\beaster\b/.test(text)) return upcoming(now, easter, "Easter Sunday", yearIn(text));
  return writtenDate(text, now);
}

function birthday(turn: Turn): Named | undefined {
  const told = ofTopic(turn.facts(), "my", "origin").find(
    ({ about, key }) => about === "birthday" || key === "born:when",
  );
  const day = told && writtenDate(told.value.toLowerCase(), turn.createdAt);
  if (!day) return undefined;
  return upcoming(
    turn.createdAt,
    (year) => dateAt(year, day.date.getUTCMonth(), day.date.getUTCDate()),
    "your birthday",
    undefined,
  );
}

/** A year that a text contains. */
export const yearIn = (text: string): number | undefined => Number(/\b(1\d{3}|2\d{3})\b/.exec(text)?.[1]) || undefined;

function upcoming(
  now: Date,
  at: (year: number) => Date | undefined,
  label: string | undefined,
  year: number | undefined,
): Named | undefined {
  const first = year ?? now.getUTCFullYear();
  // A leap day may be eight years off; a year that was named is the only one that counts.
  for (let candidate = first; candidate <= (year ?? first + 8); candidate++) {
    const date = at(candidate);
    if (date && (year !== undefined || date.getTime() >= midnight(now)))
      return { date, label, yearGiven: year !== undefined };
  }
  return undefined;
}

const DATES = [
  { pattern: /\b(\d{4})-(\d{1,2})-(\d{1,2})\b/, read: ([, y = "", m = "", d = ""]: string[]) => [d, m, y] },
  {
    pattern: new RegExp(`\\b(\\d{1,2})(?:st|nd|rd|th)?(?: of)? ${MONTH}\\b,?(?: (\\d{4}))?`),
    read: ([, d = "", m = "", y = ""]: string[]) => [d, m, y],
  },
  {
    pattern: new RegExp(`\\b${MONTH} (\\d{1,2})(?:st|nd|rd|th)?\\b,?(?: (\\d{4}))?`),
    read: ([, m = "", d = "", y = ""]: string[]) => [d, m, y],
  },
] as const;

/** What a text writes as a date, whether the calendar has it or not; `month` counts from 0. */
function dateWritten(text: string): { day: number; month: number; year: number | undefined } | undefined {
  for (const { pattern, read } of DATES) {
    const match = pattern.exec(text);
    if (!match) continue;
    const [day = "", name = "", year = ""] = read([...match]);
    const month = /^\d/.test(name) ? Number(name) - 1 : MONTHS.findIndex((one) => one.startsWith(name.slice(0, 3)));
    return { day: Number(day), month, year: year ? Number(year) : undefined };
  }
  return undefined;
}

function writtenDate(text: string, now: Date): Named | undefined {
  const written = dateWritten(text);
  return written && upcoming(now, (year) => dateAt(year, written.month, written.day), undefined, written.year);
}

/** Why a date that a text names is none; undefined where it names none, or one that exists. */
export function impossibleDate(text: string): string | undefined {
  const written = dateWritten(text);
  if (!written) return undefined;
  const { day, month, year } = written;
  if (month < 0 || month > 11) return "That date does not exist: a year has twelve months.";
  // Without a year a date is only impossible if no year has it.
  if (dateAt(year ?? 2024, month, day)) return undefined;
  const last = shifted(new Date(Date.UTC(year ?? 2024, month + 1, 1)), -1).getUTCDate();
  return `That date does not exist: the month has ${year === undefined && month === 1 ? "at most " : ""}${last} days${year === undefined ? "" : ` in ${year}`}.`;
}

/** Easter Sunday of a year, by the anonymous Gregorian algorithm (Meeus, Astronomical Algorithms, chapter 8). */
export function easter(year: number): Date {
  const a = year % 19;
  const b = Math.floor(year / 100);
  const c = year % 100;
  const h = (19 * a + b - Math.floor(b / 4) - Math.floor((b - Math.floor((b + 8) / 25) + 1) / 3) + 15) % 30;
  const l = (32 + 2 * (b % 4) + 2 * Math.floor(c / 4) - h - (c % 4)) % 7;
  const m = Math.floor((a + 11 * h + 22 * l) / 451);
  const n = h + l - 7 * m + 114;
  return new Date(Date.UTC(year, Math.floor(n / 31) - 1, (n % 31) + 1));
}

/** Whole days from one date to another. */
export const daysBetween = (now: Date, then: Date): number => Math.round((midnight(then) - midnight(now)) / DAY);

/** So many days later, or earlier. */
export const shifted = (now: Date, days: number): Date => new Date(now.getTime() + days * DAY);

/** The next Saturday. */
export const weekend = (now: Date): Named => ({
  date: shifted(now, (6 - now.getUTCDay() + 7) % 7),
  label: "the weekend",
  yearGiven: false,
});
