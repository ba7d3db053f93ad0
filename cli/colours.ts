import { styleText } from "node:util";
import type { Environment } from "../src/settings.ts";
import type { Output } from "./io.ts";

type Style = Parameters<typeof styleText>[0];

/** Colours for one output; where it wants none, the text as it is. */
export type Palette = {
  dim(text: string): string;
  bold(text: string): string;
  red(text: string): string;
  green(text: string): string;
  yellow(text: string): string;
  /** A colour that the same name always has. */
  named(name: string): string;
};

const NAME_STYLES: readonly Style[] = ["cyan", "magenta", "green", "yellow", "blue", "red"];

/**
 * Whether an output gets colours: `flag` is `--color` or `--no-color`, then NO_COLOR and FORCE_COLOR (a "0" of the latter
 * means no), then whether it is a terminal that can.
 */
export function wantsColour({ isTTY }: Pick<Output, "isTTY">, env: Environment, flag: boolean | undefined): boolean {
  if (flag !== undefined) return flag;
  if (env["NO_COLOR"]) return false;
  const forced = env["FORCE_COLOR"];
  if (forced !== undefined) return forced !== "0" && forced !== "false";
  return Boolean(isTTY) && env["TERM"] !== "dumb";
}

export function palette(on: boolean): Palette {
  const style = (style: Style) => (text: string) => (on ? styleText(style, text, { validateStream: false }) : text);
  return {
    dim: style("dim"),
    bold: style("bold"),
    red: style("red"),
    green: style("green"),
    yellow: style("yellow"),
    named: (name) => style([styleOf(name), "bold"] as Style)(name),
  };
}

function styleOf(name: string): Style {
  let sum = 0;
  for (const character of name.toLowerCase()) sum = (sum * 31 + (character.codePointAt(0) ?? 0)) % 997;
  return NAME_STYLES[sum % NAME_STYLES.length] ?? "cyan";
}
