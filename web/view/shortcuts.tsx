import { useSignalEffect } from "@preact/signals";
import { useRef } from "preact/hooks";
import { singleKeys } from "../state/page.ts";
import { shortcutsOpen } from "../state/shortcuts-open.ts";
import { IconButton } from "./icon-button.tsx";

const modifier = /Mac|iPhone|iPad/.test(navigator.userAgent) ? "⌘" : "Ctrl";

const SHORTCUTS: [keys: string[], what: string][] = [
  [["Enter"], "Send the message"],
  [["Shift", "Enter"], "Begin a new line"],
  [["Esc"], "Stop the answer, or close what is open"],
  [["↑"], "Edit the last message, from an empty field"],
  [["/"], "Write a message"],
  [[modifier, "K"], "New conversation"],
  [["?"], "Show these shortcuts"],
];

/** The keyboard shortcuts, as a dialog. */
export function Shortcuts() {
  const dialog = useRef<HTMLDialogElement>(null);
  useSignalEffect(() => {
    if (shortcutsOpen.value) dialog.current?.showModal();
    else dialog.current?.close();
  });
  const close = () => {
    shortcutsOpen.value = false;
  };
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the keyboard closes a dialog with Esc
    <dialog class="dialog" ref={dialog} aria-labelledby="shortcuts-title" onClose={close} onClick={outside(close)}>
      <div class="dialog-head">
        <h2 id="shortcuts-title">Keyboard shortcuts</h2>
        <IconButton icon="close" label="Close the shortcuts" onClick={close} />
      </div>
      <dl class="keys">
        {SHORTCUTS.map(([keys, what]) => (
          <div key={what}>
            <dt>
              {keys.map((key) => (
                <kbd key={key}>{key}</kbd>
              ))}
            </dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
      <label class="check">
        <input
          type="checkbox"
          checked={singleKeys.value === "on"}
          onChange={(event) => {
            singleKeys.value = event.currentTarget.checked ? "on" : "off";
          }}
        />
        The single keys / and ? are shortcuts
      </label>
    </dialog>
  );
}

/** A press on the dialog itself is one beside what is in it. */
const outside = (close: () => void) => (event: MouseEvent) => {
  if (event.target === event.currentTarget) close();
};
