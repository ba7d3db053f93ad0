import assert from "node:assert/strict";
import { test } from "node:test";
import { easter } from "./days.ts";
import { reply } from "./reply.ts";

const at = (createdAt: string, content: string, earlier: string[] = []) =>
  reply({
    instructions: "",
    messages: [...earlier, content].map((text) => ({ role: "user" as const, content: text })),
    createdAt,
  });
const NOW = "2026-03-14T09:26:53Z";

const ANSWERS: [string, RegExp][] = [
  ["What time is it?", /09:26 UTC/],
  ["what day is it", /Saturday, 14 March 2026.*UTC/],
  ["what's the date tomorrow?", /Tomorrow is Sunday, 15 March 2026/],
  ["What day was yesterday?", /Friday, 13 March 2026/],
  ["how many days until Christmas?", /286 days .*25 December 2026/],
  ["How many days until 15 March?", /one day .*15 March 2026/],
  ["when is Easter?", /5 April 2026/],
  ["what day was 4 July 1976?", /4 July 1976 was a Sunday/],
  ["what date is it in 2 weeks?", /28 March 2026/],
  ["Is 2028 a leap year?", /2028 is a leap year/],
  ["how many hours are in a week?", /168/],
  ["what year is it?", /2026/],
];
for (const [question, answer] of ANSWERS)
  test(`"${question}" is answered by the date of the stream`, () => assert.match(at(NOW, question), answer));

test("the birthday that somebody told can be counted to", () => {
  assert.match(at(NOW, "How many days until my birthday?", ["My birthday is on 20 March"]), /six days/);
  assert.match(at(NOW, "How many days until my birthday?"), /haven't told me/);
});

test("the greeting fits the hour", () => {
  assert.match(at("2026-03-14T06:00:00Z", "Hello"), /^Good morning/);
  assert.match(at("2026-03-14T14:00:00Z", "Hello"), /^Good afternoon/);
  assert.match(at("2026-03-14T22:00:00Z", "Hello"), /^Good evening/);
});

test("Easter falls on the days that the almanac gives", () => {
  const days: [number, string][] = [
    [1818, "03-22"],
    [1943, "04-25"],
    [2000, "04-23"],
    [2024, "03-31"],
    [2025, "04-20"],
    [2038, "04-25"],
  ];
  for (const [year, day] of days) assert.equal(easter(year).toISOString().slice(5, 10), day);
});

test("a date that does not exist is said not to, and no other year answers for it", () => {
  assert.match(at(NOW, "What day was 29 February 2023?"), /does not exist.* 28 days in 2023/);
  assert.match(at(NOW, "what day was 2023-02-29"), /does not exist/);
  assert.match(at(NOW, "When is 31 April?"), /does not exist.*has 30 days/);
  assert.match(at(NOW, "how many days until 30 February 2027?"), /does not exist/);
  assert.match(at(NOW, "What day was 29 February 2024?"), /Thursday/);
  assert.match(at(NOW, "What day is 29 February?"), /2028/);
});

test("a day that does not exist is not made up", () => {
  assert.doesNotMatch(at(NOW, "what day is 31 February 2026?"), /February/);
});
