import { h } from "preact";
import { useEffect, useState } from "preact/hooks";
import { announce } from "../state/announce.ts";
import { copyText } from "../state/browser.ts";

type CodeBlockProps = { code: string; language: string };

type Outcome = "idle" | "copied" | "failed";

const LABELS: Record<Outcome, string> = { idle: "Copy", copied: "Copied", failed: "Select it by hand" };

/** How long it says what came of the click, in ms. */
const TOLD_MS = 2000;

/** A block of code, with the name of its language and a button that copies it. */
export function CodeBlock({ code, language }: CodeBlockProps) {
  const [outcome, setOutcome] = useState<Outcome>("idle");
  useEffect(() => {
    if (outcome === "idle") return;
    const timer = setTimeout(() => setOutcome("idle"), TOLD_MS);
    return () => clearTimeout(timer);
  }, [outcome]);
  const onClick = async () => {
    const now = (await copyText(code)) ? "copied" : "failed";
    setOutcome(now);
    announce(now === "copied" ? "Copied" : "The browser did not allow copying. Select the code and copy it by hand.");
  };
  return h("figure", { class: "md-code" }, [
    h("figcaption", null, [
      h("span", { class: "md-language" }, shortName(language)),
      h("button", { type: "button", class: "md-copy", "aria-label": nameOf(outcome), onClick }, LABELS[outcome]),
    ]),
    // It may be wider than its place, and is then scrolled with the keyboard too.
    h("pre", { tabIndex: 0 }, h("code", null, code)),
  ]);
}

const nameOf = (outcome: Outcome) => (outcome === "idle" ? "Copy code" : LABELS[outcome]);

/** `ts` of ```` ```ts title="a.ts" ````. */
const shortName = (language: string): string => language.split(/\s/, 1)[0]?.slice(0, 24) ?? "";
