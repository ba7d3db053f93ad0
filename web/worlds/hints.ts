import type { FieldFaults } from "./field-faults.ts";
import { DELAYS } from "./form.ts";

/** What a field takes, told before it is sent. The server has the last word; hints.test.ts compares the two. */

export const NAME = /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/;
const NAME_HINT = "Use 1 to 64 letters, digits, _ or -, beginning with a letter or digit.";

type Rule = (value: string) => string | undefined;

const atMost =
  (length: number): Rule =>
  (value) =>
    value.length > length
      ? `Use at most ${length.toLocaleString("en")} characters; these are ${value.length.toLocaleString("en")}.`
      : undefined;

const whole =
  (from: number, to: number): Rule =>
  (value) => {
    const number = Number(value);
    return Number.isInteger(number) && number >= from && number <= to
      ? undefined
      : `Use a whole number from ${from} to ${to.toLocaleString("en")}.`;
  };

const RULES: Readonly<Record<string, Rule>> = {
  name: (value) => (NAME.test(value) ? undefined : NAME_HINT),
  title: atMost(200),
  description: atMost(2000),
  turn_limit: whole(1, 1000),
  ...Object.fromEntries(DELAYS.map((delay) => [delay, whole(1, 600_000)])),
  instructions: atMost(32_000),
  temperature: (value) => (Number(value) >= 0 && Number(value) <= 2 ? undefined : "Use a number from 0 to 2."),
  max_tokens: (value) =>
    Number.isInteger(Number(value)) && Number(value) >= 1 ? undefined : "Use a whole number from 1.",
};

/** What is not right yet in fields that are filled in; an empty field is the default, and always right. */
export function hintsFor(fields: Readonly<Record<string, unknown>>): FieldFaults {
  const hints = Object.entries(fields).flatMap(([name, value]): [string, string][] => {
    if (typeof value !== "string" || value.trim() === "") return [];
    const hint = RULES[name]?.(name === "name" ? value.trim() : value);
    return hint === undefined ? [] : [[name, hint]];
  });
  return Object.fromEntries(hints);
}
