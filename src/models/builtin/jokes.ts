/** Told one after another: how many were told already stands in the messages. */
export const JOKES = [
  "A stream walks into a bar, is thrown out halfway through its order, comes back and says: “… and a lemonade, please.”",
  "My friend wanted a joke about UDP. I told him one, but I am not sure that he got it.",
  "Why did the cursor go to the doctor? It kept losing its place.",
  "I know a joke about waiting, but you will have to stay until the end.",
  "Two bytes meet. One looks pale. “Are you ill?” — “No, just a bit off.”",
  "Why was the token always calm? It knew that the next one would come.",
  "A programmer is sent to the shop: “Bring a litre of milk, and if they have eggs, bring six.” He came home with six litres of milk. They had eggs.",
  "What did the server say to the impatient client? “I hear you. I am just not done yet.”",
  "There are ten kinds of people: those who count in binary, and those who wonder about the other eight.",
  "Why do clocks make poor friends? They are always on about the time.",
  "I asked the cache for its oldest memory. It said: “Which one? I have just thrown that out.”",
  "How does a snail use chat? It waits.",
] as const;

/** True without any knowledge of the world: arithmetic and the calendar. */
export const CURIOSITIES = [
  "Multiply 142,857 by 2, 3, 4, 5 or 6: the same six digits come back, only begun at another place.",
  "Add up the odd numbers, 1 + 3 + 5 + 7 and so on: however far you go, the sum is always a square.",
  "111,111,111 times 111,111,111 is 12,345,678,987,654,321.",
  "Among 23 people the odds are better than even that two share a birthday.",
  "A year that is no leap year begins and ends on the same day of the week.",
  "Fold a sheet of paper in half 42 times, if you could, and it would be thicker than the way to the moon is long.",
  "The 4th of April, the 6th of June, the 8th of August, the 10th of October and the 12th of December of a year all fall on the same day of the week.",
  "The number 37 times 3 is 111, times 6 is 222, times 9 is 333, and so on up to times 27, which is 999.",
] as const;
