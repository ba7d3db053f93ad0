import type { ComponentChildren } from "preact";
import { Markdown } from "../markdown/markdown.tsx";
import { PlainText } from "./plain-text.tsx";

export type MessageProps = {
  /** Shown above the text; without it, only those who listen learn it. */
  sender: string;
  showSender?: boolean;
  /** Of agent-colours.css. */
  hue?: number | undefined;
  from: "user" | "assistant";
  content: string;
  /** Its buttons are shown, not only under the pointer. */
  last?: boolean;
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
  const { sender, showSender, hue, from, content, streaming = false, last, status, actions, notes } = props;
  return (
    <article
      class={`message ${from}${last ? " last" : ""}`}
      data-hue={hue}
      aria-label={`${sender} said`}
      aria-busy={streaming}
    >
      {showSender && <p class="sender">{sender}</p>}
      <div class="text">
        {from === "user" ? <PlainText text={content} /> : <Markdown text={content} streaming={streaming} />}
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
