import { formatNumber } from "./arithmetic.ts";
import {
  dayOf,
  daysBetween,
  format,
  impossibleDate,
  midnight,
  namedDay,
  shifted,
  timeOf,
  WEEKDAYS,
  weekend,
  yearIn,
} from "./days.ts";
import { answer, type Skill } from "./skill.ts";
import { plural } from "./text.ts";
import type { Turn } from "./turn.ts";

/** What day and time it is, when a day comes and how far away it is; all in UTC. */
export const calendar: Skill = (turn, { bare }) => {
  for (const { pattern, tell } of QUESTIONS) {
    const match = pattern.exec(bare);
    const told = match && tell(turn, [...match], bare);
    if (told) return answer(told);
  }
  return undefined;
};

type Question = { pattern: RegExp; tell(turn: Turn, match: string[], bare: string): string | undefined };

const UNITS: Record<string, number> = { day: 1, week: 7, fortnight: 14 };

const SECONDS: Record<string, number> = { second: 1, minute: 60, hour: 3600, day: 86_400, week: 604_800 };

/** "How many hours are in a week?": units of time have fixed sizes, up to the week. */
function converted(small: string, count: string, large: string): string | undefined {
  const inYear = { month: 12, week: 52, day: 365 }[small];
  const many = /^\d/.test(count) ? Number(count) : 1;
  const unit = many === 1 ? `A ${large}` : `${formatNumber(many)} ${large}s`;
  if (large === "year" && inYear)
    return `${unit} ${many === 1 ? "has" : "have"} ${small === "month" ? "" : "about "}**${formatNumber(many * inYear)}** ${small}s.`;
  const [one, other] = [SECONDS[small], SECONDS[large]];
  if (!one || !other || one > other) return undefined;
  return `${unit.replace("A hour", "An hour")} ${many === 1 ? "has" : "have"} **${formatNumber((many * other) / one)}** ${small}s.`;
}

const QUESTIONS: readonly Question[] = [
  {
    pattern:
      /^how many (second|minute|hour|day|week|month)s (?:are (?:there )?in|does|in|has|make up) (a|an|one|the|\d{1,6}) (minute|hour|day|week|year)s?(?: have)?$/,
    tell: (_, [, small = "", count = "", large = ""]) => converted(small, count, large),
  },
  {
    pattern: /^(?:what(?:'s| is| was)?|which day is)? ?((?:\d{4}-\d{1,2}-\d{1,2}))$/,
    tell: (turn, [, day = ""]) => whenIs(turn, day),
  },
  {
    pattern:
      /^(?:what|what's|whats|tell me|give me|say|do you (?:know|have))\b.{0,20}\btime\b(?: is it)?(?: now| right now| please| today| utc)?$|^(?:the )?time$/,
    tell: ({ createdAt }) =>
      `It is ${timeOf(createdAt)} UTC. I do not know your time zone, so add or take off your hours.`,
  },
  {
    pattern:
      /^(?:how many|how long|how far|count the days|days)\b.{0,30}\b(?:until|till|til|to|before|is it to|away is|since|from now to)\b (.+)$/,
    tell: (turn, [, rest = ""]) => distance(turn, rest),
  },
  {
    pattern:
      /^(?:when|what day|what date|which day|on (?:what|which) day)\b.{0,25}?\b(?:is|was|will|does|falls?)\b (.+)$/,
    tell: (turn, [, rest = ""]) => whenIs(turn, rest),
  },
  {
    pattern:
      /^(?:what|which)(?:'s| is| will)?.{0,14}\b(?:day|date)\b.{0,20}\bin (\d{1,4}|a|an|one|two|three) (day|week|fortnight)s?$|^(?:what|which)\b.{0,25}\b(\d{1,4}) (day|week)s? (?:from now|ahead|ago)$/,
    tell: ({ createdAt }, match, bare) => {
      const count =
        { a: 1, an: 1, one: 1, two: 2, three: 3 }[match[1] ?? match[3] ?? ""] ?? Number(match[1] ?? match[3]);
      const days = count * (UNITS[match[2] ?? match[4] ?? "day"] ?? 1) * (/ago$/.test(bare) ? -1 : 1);
      return `That ${days < 0 ? "was" : "will be"} ${dayOf(shifted(createdAt, days))} (UTC).`;
    },
  },
  {
    pattern:
      /^(?:what|which|what's|whats|tell me).{0,30}\b(?:day|date)\b.{0,30}\b(tomorrow|yesterday|the day after tomorrow|the day before yesterday)\b|^(?:what|which|what's|whats)\b.{0,20}\b(tomorrow|yesterday)('s)? (?:date|day)\b/,
    tell: ({ createdAt }, _, bare) => relativeDay(createdAt, bare),
  },
  {
    pattern: /^(?:what|which|what's) (?:is )?(?:the )?(?:current )?year\b(?: is it| are we in)?$|^what year\b/,
    tell: ({ createdAt }) => `It is the year ${createdAt.getUTCFullYear()}.`,
  },
  {
    pattern: /^(?:what|which|what's) (?:is )?(?:the )?(?:current )?month\b/,
    tell: ({ createdAt }) => `It is ${format(createdAt, { month: "long", year: "numeric" })}.`,
  },
  {
    pattern: /\bleap year\b/,
    tell: ({ createdAt }, _, bare) => {
      const year = yearIn(bare) ?? createdAt.getUTCFullYear();
      const leap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
      return `${year} ${leap ? "is" : "is not"} a leap year.`;
    },
  },
  {
    pattern:
      /^(?:what(?:'s| is)?|whats|which|tell me|give me|do you know)(?: me)? ?(?:the |a )?(?:current )?(?:today's )?(?:day|date|weekday|day of the week)\b(?: is)?(?: it| today| is it| of today| of the week| now| is today)*$|^(?:today's date|the date|what is today|what's today|is (?:it|today) (?:a )?\w+day|which day of the week is it)$/,
    tell: ({ createdAt }, _, bare) => {
      const asked = WEEKDAYS.find((day) => new RegExp(`^is (?:it|today) (?:a )?${day}$`).test(bare));
      if (!asked) return `Today is ${dayOf(createdAt)}, by UTC.`;
      return `${WEEKDAYS[createdAt.getUTCDay()] === asked ? "Yes" : "No"}, today is ${dayOf(createdAt)}, by UTC.`;
    },
  },
];

function relativeDay(now: Date, bare: string): string {
  const days = /after tomorrow/.test(bare) ? 2 : /before yesterday/.test(bare) ? -2 : /tomorrow/.test(bare) ? 1 : -1;
  return `${{ "2": "The day after tomorrow is", "1": "Tomorrow is", "-1": "Yesterday was", "-2": "The day before yesterday was" }[days]} ${dayOf(shifted(now, days))} (UTC).`;
}

function distance(turn: Turn, rest: string): string | undefined {
  const weekday = WEEKDAYS.indexOf(/^(?:next |the next |this )?(\w+day)$/.exec(rest)?.[1] ?? "");
  if (weekday >= 0) {
    const days = (weekday - turn.createdAt.getUTCDay() + 7) % 7 || 7;
    return `${daysWord(days)} until ${dayOf(shifted(turn.createdAt, days))}.`;
  }
  const named = /^(?:the )?weekend$/.test(rest) ? weekend(turn.createdAt) : namedDay(rest, turn);
  if (!named)
    return /my birthday/.test(rest)
      ? "You haven't told me when your birthday is. Tell me the day and the month, and I will count."
      : impossibleDate(rest);
  const days = daysBetween(turn.createdAt, named.date);
  const label = named.label ? `${named.label}, ${dayOf(named.date)}` : dayOf(named.date);
  if (days === 0) return `That is today: ${label} (UTC).`;
  return days > 0
    ? `${daysWord(days)} until ${label}, counted from today in UTC.`
    : `${daysWord(-days)} since ${label}, counted to today in UTC.`;
}

const daysWord = (days: number): string => {
  const text = days > 20 ? `${days} days` : plural(days, "day");
  return `It is ${text}`;
};

function whenIs(turn: Turn, rest: string): string | undefined {
  const relative = /^(?:it )?(tomorrow|yesterday)$/.exec(rest)?.[1];
  if (relative) return relativeDay(turn.createdAt, relative);
  const named = namedDay(rest, turn);
  if (!named) return /my birthday/.test(rest) ? "You haven't told me when your birthday is." : impossibleDate(rest);
  const past = named.date.getTime() < midnight(turn.createdAt);
  const verb = past ? "was" : "is";
  return named.label
    ? `${named.label.replace(/^y/, "Y")} ${verb} on ${dayOf(named.date)}.`
    : `${format(named.date, { day: "numeric", month: "long", year: "numeric" })} ${verb} a ${format(named.date, { weekday: "long" })}.`;
}
