import type { Orders } from "./character.ts";

/** Brings an answer into the form that was ordered. An exact one, like a poem or a command line, keeps its length. */
export function dress(text: string, orders: Orders, exact: boolean): string {
  let dressed = text;
  if (!exact) {
    if (orders.sentences !== undefined) dressed = sentences(dressed).slice(0, orders.sentences).join(" ");
    if (orders.words !== undefined) dressed = words(dressed, orders.words);
    if (orders.bullets)
      dressed = sentences(dressed)
        .map((sentence) => `- ${sentence}`)
        .join("\n");
  }
  if (orders.begin && !dressed.startsWith(orders.begin)) dressed = `${orders.begin} ${dressed}`;
  if (orders.end && !dressed.trimEnd().endsWith(orders.end))
    dressed = `${dressed}${orders.bullets ? "\n\n" : " "}${orders.end}`;
  if (orders.letters === "upper") return dressed.toUpperCase();
  return orders.letters === "lower" ? dressed.toLowerCase() : dressed;
}

/** Sentences of our own texts; a heading, or the words before a list, stand for themselves. */
function sentences(text: string): string[] {
  const all = text
    .split(/(?<=[.!?…][”"')*]*)\s+(?=[\p{Lu}\p{N}"“@*`(])|\n+/u)
    .map((sentence) => sentence.trim())
    .filter((sentence) => sentence !== "" && !/^\*\*[^*]+\*\*$/.test(sentence));
  // "Arr!", "Ahoy, Bob!" or "Freedom?" is not yet an answer.
  const merged: string[] = [];
  for (const sentence of all) {
    const last = merged.at(-1);
    const shout = last !== undefined && /[!?]$/.test(last) && last.split(" ").length <= 3;
    if (shout) merged[merged.length - 1] = `${last} ${sentence}`;
    else merged.push(sentence);
  }
  return merged;
}

/** A short answer keeps its point, which stands at the end ("Your name is Ada."), a long one its beginning. */
function words(text: string, most: number): string {
  const all = text.split(/\s+/).filter((word) => word !== "");
  if (all.length <= most) return text;
  const first = sentences(text)[0]?.split(/\s+/) ?? all;
  const point = most <= 3 && first.length <= 12 && !/^(?:yes|no)\b/i.test(first[0] ?? "");
  const kept = point ? first.slice(-most) : all.slice(0, most);
  return `${kept.join(" ").replace(/[\s,.;:!?…]+$/, "")}.`;
}
