import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { announce } from "../state/announce.ts";
import { copyText } from "../state/browser.ts";
import { IconButton } from "./icon-button.tsx";

/** How long, in ms, the button says that it has done it. */
const SAID_MS = 1600;

/** Copies a message as it was written, with its Markdown. */
export function CopyButton({ text, label = "Copy message" }: { text: string; label?: string }) {
  const copied = useSignal(false);
  useEffect(() => {
    if (!copied.value) return;
    const timer = setTimeout(() => {
      copied.value = false;
    }, SAID_MS);
    return () => clearTimeout(timer);
  }, [copied.value, copied]);
  return (
    <IconButton
      small
      icon={copied.value ? "check" : "copy"}
      label={copied.value ? "Copied" : label}
      onClick={async () => {
        copied.value = await copyText(text);
        announce(copied.value ? "Copied" : "The browser did not allow copying. Select the text and copy it by hand.");
      }}
    />
  );
}
