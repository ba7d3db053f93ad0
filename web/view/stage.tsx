import type { ComponentChildren } from "preact";
import type { Answer } from "../state/answer.ts";
import { sidebarOpen } from "../state/sidebar.ts";
import { wireOpen } from "../state/wire-open.ts";
import { IconButton } from "./icon-button.tsx";
import { Wire } from "./wire.tsx";

type StageProps = {
  title: string;
  /** Buttons at the end of the bar. */
  actions?: ComponentChildren;
  /** Whose events the wire panel shows; without `wire`, the stage has no such panel. */
  wire?: { answer: Answer | undefined };
  children: ComponentChildren;
};

/** One page beside the sidebar: a bar with its title, what it is about, and the wire panel. */
export function Stage({ title, actions, wire, children }: StageProps) {
  return (
    <div class="stage">
      <header class="bar">
        <IconButton
          class="menu-button"
          icon="menu"
          label="Show conversations and worlds"
          aria-expanded={sidebarOpen.value}
          aria-controls="sidebar"
          onClick={() => {
            sidebarOpen.value = true;
          }}
        />
        <h1>{title}</h1>
        <div class="actions">
          {actions}
          {wire && <WireButton />}
        </div>
      </header>
      <main class="talk" id="main" tabIndex={-1}>
        {children}
      </main>
      {wire && wireOpen.value && <Wire answer={wire.answer} />}
    </div>
  );
}

function WireButton() {
  return (
    <IconButton
      icon="wire"
      label="The wire: connection, events and latency"
      aria-expanded={wireOpen.value}
      aria-controls="wire"
      onClick={() => {
        wireOpen.value = !wireOpen.value;
      }}
    />
  );
}
