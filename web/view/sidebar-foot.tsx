import { theme } from "../state/page.ts";
import { keeps } from "../state/shelf.ts";
import { shortcutsOpen } from "../state/shortcuts-open.ts";
import { IconButton } from "./icon-button.tsx";

const THEMES = {
  auto: { icon: "half", label: "Colours as the system has them", next: "light" },
  light: { icon: "sun", label: "Light colours", next: "dark" },
  dark: { icon: "moon", label: "Dark colours", next: "auto" },
} as const;

export function SidebarFoot() {
  const { icon, label, next } = THEMES[theme.value];
  return (
    <footer class="sidebar-foot">
      <p>
        {keeps
          ? "Conversations are stored in this browser only."
          : "This browser keeps nothing for the page, so conversations end with it."}
      </p>
      <div class="row">
        <a href="./docs">For programs</a>
        <IconButton
          small
          icon={icon}
          label={`${label}. Change`}
          title={label}
          onClick={() => {
            theme.value = next;
          }}
        />
        <IconButton
          small
          icon="keyboard"
          label="Keyboard shortcuts"
          onClick={() => {
            shortcutsOpen.value = true;
          }}
        />
      </div>
    </footer>
  );
}
