import type { ComponentChildren } from "preact";
import { Markdown } from "../markdown/markdown.tsx";

export type MessageProps = {
  /** Shown above the text; without it, only those who listen learn it. */
  sender: string;
  showSender?: boolean;
  /** Of agent-colours.css. */
  hue?: number | undefined;
  role: "user" | "assistant";
  content: string;
  /** It is growing: its last paragraph may still change its shape. */
  streaming?: boolean;
  /** How it ended, where not in the usual way: "Stopped", "Cut at the longest length". */
  status?: ComponentChildren;
  /** Buttons under the text. */
  actions?: ComponentChildren;
  /** Quiet lines under the text, such as resumes. */
  notes?: ComponentChildren;
};

/** One message. What it shows depends on its props alone. */
export function MessageView(props: MessageProps) {
  const { sender, showSender, hue, role, content, streaming = false, status, actions, notes } = props;
  return (
    <article class={`message ${role}`} data-hue={hue} aria-label={`${sender} said`} aria-busy={streaming}>
      {showSender && <p class="sender">{sender}</p>}
      <div class="text">
        {role === "user" ? <p class="plain">{content}</p> : <Markdown text={content} streaming={streaming} />}
        {streaming && content === "" && <Writing />}
      </div>
      {notes}
      {status && <p class="status">{status}</p>}
      {actions && <div class="message-actions">{actions}</div>}
    </article>
  );
}

/** Something is being written, and nothing of it is there yet. */
export function Writing() {
  return (
    <span class="writing" aria-hidden="true">
      <i />
      <i />
      <i />
    </span>
  );
}
