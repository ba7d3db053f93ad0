import { useEffect } from "preact/hooks";
import { announce } from "../state/announce.ts";
import type { Editor } from "./editor-state.ts";
import { refusedLine } from "./field-faults.ts";

/** Whether all is saved, and the button that does it. */
export function SaveBar({ editor }: { editor: Editor }) {
  const { isChanged, status, faults } = editor;
  const now = status.value;
  useEffect(() => {
    if (now === "saved") announce("Saved");
    if (now === "refused") announce(refusedLine(faults.peek()));
  }, [now, faults]);
  return (
    <div class="save-bar">
      <div class="column">
        <p class={now === "refused" ? "fault" : "quiet"}>
          {now === "refused" ? refusedLine(faults.value) : lineFor(now, isChanged.value)}
        </p>
        <button
          type="button"
          class="button plain"
          disabled={!isChanged.value || now === "saving"}
          onClick={editor.discard}
        >
          Discard changes
        </button>
        <button type="submit" class="button primary" disabled={!isChanged.value || now === "saving"}>
          Save
        </button>
      </div>
    </div>
  );
}

function lineFor(status: Editor["status"]["value"], isChanged: boolean): string {
  if (status === "saving") return "Saving…";
  if (isChanged) return "Not saved yet. Changes stay here while this page is open.";
  return status === "saved" ? "Saved. It holds from the next turn on." : "No changes.";
}
