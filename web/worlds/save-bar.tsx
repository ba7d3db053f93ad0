import { useEffect } from "preact/hooks";
import { announce } from "../state/announce.ts";
import type { Editor } from "./editor-state.ts";

/** Whether all is saved, and the button that does it. */
export function SaveBar({ editor }: { editor: Editor }) {
  const { isChanged, status } = editor;
  const now = status.value;
  useEffect(() => {
    if (now === "saved") announce("Saved");
    if (now === "refused") announce("Not everything could be saved. What is wrong stands at the fields.");
  }, [now]);
  return (
    <div class="save-bar">
      <div class="column">
        <p class={now === "refused" ? "fault" : "quiet"}>{lineFor(now, isChanged.value)}</p>
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
  if (status === "refused") return "Not everything could be saved. What is wrong stands at the fields.";
  if (isChanged) return "Not saved yet. Changes stay here while this page is open.";
  return status === "saved" ? "Saved. It holds from the next turn on." : "No changes.";
}
