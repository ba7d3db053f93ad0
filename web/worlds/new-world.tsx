import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { client } from "../state/client.ts";
import { failureOf } from "../state/failure.ts";
import { goTo, worldEditorHref } from "../state/route.ts";
import { sidebarOpen } from "../state/sidebar.ts";
import { createWorld } from "./create-world.ts";
import { Field } from "./field.tsx";
import { type FieldFaults, faultsOf } from "./field-faults.ts";
import { hintsFor } from "./hints.ts";
import { definitions } from "./page.ts";
import { readWorldFile, type WorldFile } from "./world-file.ts";

/** Makes a world: a name is enough, and a file may say the rest. */
export function NewWorld({ onDone }: { onDone: () => void }) {
  const name = useSignal("");
  const file = useSignal<WorldFile>();
  const faults = useSignal<FieldFaults>({});
  const busy = useSignal(false);
  const form = useRef<HTMLFormElement>(null);
  useEffect(() => form.current?.querySelector("input")?.focus(), []);

  async function create() {
    busy.value = true;
    try {
      const made = await createWorld(client, name.peek().trim(), file.peek());
      definitions.told(undefined);
      void definitions.loadList();
      sidebarOpen.value = false;
      onDone();
      goTo(worldEditorHref(made));
    } catch (error) {
      const refusal = failureOf(error);
      definitions.told(refusal);
      faults.value = faultsOf({ ...refusal, ...(error as { details?: [] }) }, ["name"]);
    }
    busy.value = false;
  }

  async function choose(chosen: File | undefined) {
    if (!chosen) return;
    const read = readWorldFile(await chosen.text());
    file.value = "file" in read ? read.file : undefined;
    faults.value = "fault" in read ? { "": read.fault } : {};
    if ("file" in read && name.peek() === "") name.value = read.file.world.name;
  }

  const hint = hintsFor({ name: name.value })["name"];
  return (
    <form
      ref={form}
      class="new-world"
      aria-label="New world"
      onSubmit={(event) => {
        event.preventDefault();
        void create();
      }}
      onKeyDown={(event) => {
        if (event.key !== "Escape") return;
        event.preventDefault();
        onDone();
      }}
    >
      <Field
        label="Name of the new world"
        value={name.value}
        placeholder="kitchen"
        fault={faults.value["name"] ?? hint}
        about="It stands in the room's address. Letters, digits, _ and -."
        onInput={(value) => {
          name.value = value;
          faults.value = {};
        }}
      />
      {file.value && <p class="quiet">With {agentCount(file.value)} from the file.</p>}
      {faults.value[""] && (
        <p class="fault" role="alert">
          {faults.value[""]}
        </p>
      )}
      <div class="new-world-row">
        <button type="submit" class="button small primary" disabled={busy.value || name.value.trim() === ""}>
          Create
        </button>
        <label class="button small">
          From a file
          <input
            type="file"
            class="unseen"
            accept=".json,application/json"
            onChange={(event) => void choose(event.currentTarget.files?.[0])}
          />
        </label>
        <button type="button" class="button small plain" onClick={onDone}>
          Cancel
        </button>
      </div>
    </form>
  );
}

const agentCount = ({ agents }: WorldFile): string => `${agents.length} agent${agents.length === 1 ? "" : "s"}`;
