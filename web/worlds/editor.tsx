import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { nextFrame } from "../state/browser.ts";
import { worldHref } from "../state/route.ts";
import { Stage } from "../view/stage.tsx";
import { Banner } from "../view/states.tsx";
import { AgentCard } from "./agent-card.tsx";
import { huesOf } from "./agent-colours.ts";
import type { Draft } from "./draft.ts";
import { EditorEnd } from "./editor-end.tsx";
import type { Editor } from "./editor-state.ts";
import { definitions, editorOf, loadModels, models, probeEditing } from "./page.ts";
import { RoomFailure, RoomLoading } from "./room-states.tsx";
import { SaveBar } from "./save-bar.tsx";
import { WorldFieldsView } from "./world-fields.tsx";
import "./agent-colours.css";
import "./editor.css";
import "./room.css";

/** What a world is and who is in it, to be changed. */
export function WorldEditor({ world: name }: { world: string }) {
  const definition = definitions.one(name).value;
  const editor = editorOf(name);
  useEffect(() => {
    void definitions.load(name);
    void loadModels();
  }, [name]);
  useEffect(() => {
    if (definition.state !== "there") return;
    editor.load(definition.world, definition.agents);
    void probeEditing(definition.world.name);
  }, [definition, editor]);
  if (definition.state === "failed") return <RoomFailure name={name} failure={definition.failure} />;
  const draft = editor.draft.value;
  const isReadOnly = definitions.editing.value === "disabled";
  if (definition.state === "loading" || !draft) return <RoomLoading name={name} />;
  return (
    <Stage
      title={`${isReadOnly ? "About" : "Edit"} ${definition.world.title ?? definition.world.name}`}
      actions={
        <a class="button small" href={worldHref(name)}>
          Back to the room
        </a>
      }
    >
      <EditorForm name={definition.world.name} editor={editor} draft={draft} gone={definition.gone ?? false} />
    </Stage>
  );
}

type EditorFormProps = { name: string; editor: Editor; draft: Draft; gone: boolean };

function EditorForm({ name, editor, draft, gone }: EditorFormProps) {
  const isReadOnly = definitions.editing.value === "disabled";
  const faults = editor.faults.value;
  return (
    <form
      class="editor"
      onSubmit={(event) => {
        event.preventDefault();
        void editor.save().then(() => focusFault(editor));
      }}
    >
      <div class="editor-scroll">
        <div class="column">
          {gone && <GoneBanner />}
          {isReadOnly && <ReadOnlyBanner />}
          <fieldset class="editor-fields" disabled={isReadOnly}>
            <section>
              <h2>The room</h2>
              {faults["world"]?.[""] && (
                <p class="fault" role="alert">
                  {faults["world"][""]}
                </p>
              )}
              <WorldFieldsView fields={draft.fields} faults={faults["world"] ?? {}} onChange={editor.setWorld} />
            </section>
            <Agents editor={editor} draft={draft} isReadOnly={isReadOnly} />
          </fieldset>
          <EditorEnd name={name} editor={editor} draft={draft} isReadOnly={isReadOnly} />
        </div>
      </div>
      {!isReadOnly && <SaveBar editor={editor} />}
    </form>
  );
}

function GoneBanner() {
  return (
    <Banner icon="alert" tone="warn">
      <p>This world was deleted, so nothing of this can be saved. Export it as a file to make it again.</p>
    </Banner>
  );
}

function ReadOnlyBanner() {
  return (
    <Banner icon="alert">
      <p>
        This server does not allow worlds to be changed, so the fields can only be read. Whoever runs it can allow it
        with the setting CHATWAIT_WORLD_EDITING=true.
      </p>
    </Banner>
  );
}

function Agents({ editor, draft, isReadOnly }: { editor: Editor; draft: Draft; isReadOnly: boolean }) {
  const added = useSignal<string>();
  const names = draft.agents.map(({ fields }) => fields.name);
  const hues = huesOf(names);
  const add = () => {
    added.value = editor.addAgent();
    nextFrame(() => document.querySelector<HTMLElement>(".agent-card:last-of-type input")?.focus());
  };
  return (
    <section aria-labelledby="editor-agents">
      <h2 id="editor-agents">Agents</h2>
      {draft.agents.length === 0 && (
        <p class="quiet">Nobody is in this room yet. An agent is a name and what it is told.</p>
      )}
      {draft.agents.map((agent) => (
        <AgentCard
          key={agent.key}
          agent={agent}
          hue={hues.get(agent.fields.name.toLowerCase())}
          faults={editor.faults.value[agent.key] ?? {}}
          models={models.value}
          isReadOnly={isReadOnly}
          isOpen={agent.key === added.value}
          onChange={(change) => editor.setAgent(agent.key, change)}
          onRemove={() => void editor.removeAgent(agent.key)}
        />
      ))}
      {!isReadOnly && (
        <button type="button" class="button" onClick={add}>
          Add an agent
        </button>
      )}
    </section>
  );
}

/** The first field that was refused is where one goes on. */
function focusFault(editor: Editor): void {
  if (editor.status.peek() !== "refused") return;
  nextFrame(() => document.querySelector<HTMLElement>(".editor [aria-invalid=true]")?.focus());
}
