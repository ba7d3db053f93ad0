import { useSignal } from "@preact/signals";
import { client } from "../state/client.ts";
import { type Failure, failureOf } from "../state/failure.ts";
import { goTo } from "../state/route.ts";
import { Confirm } from "./confirm.tsx";
import type { Draft } from "./draft.ts";
import type { Editor } from "./editor-state.ts";
import { definitions, forgetWorld } from "./page.ts";
import { fileName, worldFile } from "./world-file.ts";

type EditorEndProps = { name: string; editor: Editor; draft: Draft; isReadOnly: boolean };

/** What can be done with the world as a whole. */
export function EditorEnd({ name, isReadOnly }: EditorEndProps) {
  const failure = useSignal<Failure>();
  const remove = async () => {
    try {
      await client.worlds.delete(name);
      forgetWorld(name);
      goTo("#/");
    } catch (error) {
      failure.value = failureOf(error);
      definitions.told(failure.value);
    }
  };
  return (
    <section class="editor-end" aria-labelledby="editor-whole">
      <h2 id="editor-whole">The world as a whole</h2>
      <div class="editor-end-row">
        <button type="button" class="button small" onClick={() => download(name)}>
          Export as a file
        </button>
        {!isReadOnly && (
          <Confirm
            label="Delete this world"
            question={`Delete ${name} for everybody? Its running turns end.`}
            yes="Delete"
            onConfirm={() => void remove()}
          />
        )}
      </div>
      {failure.value && (
        <p class="fault" role="alert">
          {failure.value.message}
        </p>
      )}
    </section>
  );
}

/** Offers what the server has of the world as a file. */
function download(name: string): void {
  const definition = definitions.one(name).peek();
  if (definition.state !== "there") return;
  const text = JSON.stringify(worldFile(definition.world, definition.agents), null, 2);
  const href = URL.createObjectURL(new Blob([text], { type: "application/json" }));
  const link = Object.assign(document.createElement("a"), { href, download: fileName(definition.world) });
  link.click();
  // The browser has taken it by then.
  setTimeout(() => URL.revokeObjectURL(href), 60_000);
}
