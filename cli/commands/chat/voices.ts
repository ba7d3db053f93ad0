import type { StreamEvent } from "../../../client/index.ts";

/** What is to be printed next. Texts of different messages never mix: a terminal has one column of text. */
export type Piece =
  | { type: "begin"; sender: string }
  | { type: "text"; text: string }
  /** `reason` of `message_end`; of a message that came whole, `stop`. */
  | { type: "end"; reason: string; errorCode?: string | undefined }
  | { type: "notice"; code: string; text: string };

type Voice = { sender: string; text: string; end?: Extract<Piece, { type: "end" }> };

/**
 * Puts the events of several voices that speak at once into one order: messages one after another, in the order in which they
 * began; the first is printed as it comes, the others are kept until it has ended. A notice waits for the end of the line.
 */
export function createVoices(): { take(event: StreamEvent): Piece[]; waiting(): string[] } {
  const voices = new Map<string, Voice>();
  const notices: Piece[] = [];
  let current: string | undefined;

  /** All that can be printed by now. */
  function drain(): Piece[] {
    const pieces: Piece[] = [];
    for (;;) {
      if (current === undefined) {
        pieces.push(...notices.splice(0));
        const next = voices.entries().next().value;
        if (!next) return pieces;
        current = next[0];
        pieces.push({ type: "begin", sender: next[1].sender });
      }
      const voice = voices.get(current);
      if (voice?.text) pieces.push({ type: "text", text: voice.text });
      if (voice) voice.text = "";
      if (!voice?.end) return pieces;
      pieces.push(voice.end);
      voices.delete(current);
      current = undefined;
    }
  }

  return {
    take(event) {
      if (event.type === "message_start") voices.set(event.message_id, { sender: event.sender, text: "" });
      else if (event.type === "token") append(voices.get(event.message_id), event.text);
      else if (event.type === "message_end") finish(voices.get(event.message_id), event);
      else if (event.type === "message") {
        voices.set(event.message_id, {
          sender: event.sender,
          text: event.content,
          end: { type: "end", reason: "stop" },
        });
      } else if (event.type === "system") notices.push({ type: "notice", code: event.code, text: event.message });
      return drain();
    },
    waiting: () => [...voices].flatMap(([id, { sender }]) => (id === current ? [] : [sender])),
  };
}

function append(voice: Voice | undefined, text: string): void {
  if (voice) voice.text += text;
}

function finish(voice: Voice | undefined, event: Extract<StreamEvent, { type: "message_end" }>): void {
  if (voice) voice.end = { type: "end", reason: event.reason, errorCode: event.error_code };
}
