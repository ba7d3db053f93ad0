import type { Palette } from "../../colours.ts";
import { printable } from "../../printable.ts";

/** What one check found. */
export type Finding = {
  /** Of the check, for programs. */
  id: string;
  /** `skip`: not looked at, and why. */
  status: "ok" | "warn" | "fail" | "skip";
  /** One sentence. */
  title: string;
  /** What to do about it, line by line. */
  advice?: readonly string[];
};

export const finding = (id: string, status: Finding["status"], title: string, ...advice: string[]): Finding => ({
  ...{ id, status, title },
  ...(advice.length > 0 ? { advice } : {}),
});

/** A finding as people read it. */
export function findingLines({ status, title, advice = [] }: Finding, { green, yellow, red, dim }: Palette): string[] {
  const mark = { ok: green("✓"), warn: yellow("!"), fail: red("✗"), skip: dim("–") }[status];
  const text = printable(title);
  return [`${mark} ${status === "skip" ? dim(text) : text}`, ...advice.map((line) => `    ${printable(line)}`)];
}

/** A duration of ms for people. */
export const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;

/** `1 event`, `2 events`. */
export const counted = (count: number, what: string): string => `${count} ${what}${count === 1 ? "" : "s"}`;
