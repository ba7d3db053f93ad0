import type { Signal } from "@preact/signals";
import type { ChatSettings, Mode } from "../state/conversation.ts";
import { models } from "../state/page.ts";
import { IconButton } from "./icon-button.tsx";

type ChatControlsProps = {
  settings: ChatSettings;
  onChange: (settings: ChatSettings) => void;
  /** Whether the other settings are open. */
  popover: Signal<boolean>;
};

/** How the next message is answered: the row under the text. */
export function ChatControls({ settings, onChange, popover }: ChatControlsProps) {
  return (
    <>
      <IconButton
        small
        icon="sliders"
        label="Settings of this conversation"
        aria-expanded={popover.value}
        aria-haspopup="dialog"
        onClick={() => {
          popover.value = !popover.value;
        }}
      />
      <ModeSwitch mode={settings.mode} onChange={(mode) => onChange({ ...settings, mode })} />
      <ModelChoice settings={settings} onChange={onChange} />
    </>
  );
}

const MODES: [mode: Mode, label: string, title: string][] = [
  ["stream", "Stream", "The answer appears as it is written"],
  ["wait", "Wait", "The answer appears when it is complete"],
];

function ModeSwitch({ mode, onChange }: { mode: Mode; onChange: (mode: Mode) => void }) {
  return (
    <fieldset class="switch">
      <legend class="unseen">Answer mode</legend>
      {MODES.map(([value, label, title]) => (
        <label key={value} title={title}>
          <input type="radio" name="mode" value={value} checked={mode === value} onChange={() => onChange(value)} />
          {label}
        </label>
      ))}
    </fieldset>
  );
}

/** Where there is nothing to choose, the name alone. */
function ModelChoice({ settings, onChange }: Pick<ChatControlsProps, "settings" | "onChange">) {
  const list = models.list.value;
  if (!list) return null;
  const chosen = settings.model ?? list.default;
  const ids = list.models.map(({ id }) => id);
  if (ids.length < 2 && ids.includes(chosen)) {
    return (
      <span class="model" title="The model that answers">
        {chosen}
      </span>
    );
  }
  return (
    <select
      class="model"
      aria-label="Model"
      value={chosen}
      onChange={(event) => onChange(withModel(settings, event.currentTarget.value, list.default))}
    >
      {!ids.includes(chosen) && <option value={chosen}>{chosen} (not offered any more)</option>}
      {ids.map((id) => (
        <option key={id} value={id}>
          {id}
        </option>
      ))}
    </select>
  );
}

function withModel({ model: _, ...rest }: ChatSettings, model: string, usual: string): ChatSettings {
  return model === usual ? rest : { ...rest, model };
}
