import { type ReadonlySignal, type Signal, signal } from "@preact/signals";
import { candidatesFor, insertMention, isComplete, type TypedMention, typedMention } from "./mention-completion.ts";

/** What of a text field completion needs. */
export type Field = Pick<
  HTMLTextAreaElement,
  "value" | "selectionStart" | "selectionEnd" | "setSelectionRange" | "focus"
>;

export type OpenList = { word: TypedMention; names: readonly string[]; active: number };

/** Completion of mentions in one field. */
export type Completion = {
  readonly open: ReadonlySignal<OpenList | undefined>;
  /** The text or the caret has moved. */
  look(field: Field): void;
  /** True: the key was for the list. */
  key(key: string, field: Field): boolean;
  take(name: string, field: Field | null): void;
  point(index: number): void;
  close(): void;
};

export type CompletionSettings = {
  text: Signal<string>;
  names: () => readonly string[];
  /** Calls `run` when the field shows its new text. */
  drawn: (run: () => void) => void;
  announce: (text: string) => void;
};

export function createCompletion({ text, names, drawn, announce }: CompletionSettings): Completion {
  const open = signal<OpenList>();
  /** Where Escape was pressed: the same word does not open a list again. */
  let dismissedAt: number | undefined;

  function look({ value, selectionStart, selectionEnd }: Field) {
    const word = selectionStart === selectionEnd ? typedMention(value, selectionStart) : undefined;
    if (!word) dismissedAt = undefined;
    if (!word || word.at === dismissedAt) return close();
    const found = candidatesFor(word.query, names());
    const nothing = found.length === 0 && (word.query === "" || names().length === 0);
    if (nothing || isComplete(word, found)) return close();
    show(word, found);
  }

  function show(word: TypedMention, found: readonly string[]) {
    const before = open.peek();
    const same = before?.word.at === word.at && before.word.query === word.query;
    if (same && before.names.join() === found.join()) return;
    open.value = { word, names: found, active: 0 };
    announce(spoken(found, word.query));
  }

  function close() {
    open.value = undefined;
  }

  function take(name: string, field: Field | null) {
    const word = open.peek()?.word;
    if (!word || !field) return;
    const { text: after, caret } = insertMention(field.value, word, name);
    text.value = after;
    close();
    drawn(() => {
      field.focus();
      field.setSelectionRange(caret, caret);
    });
  }

  function move(list: OpenList, by: number) {
    const count = list.names.length;
    const active = (list.active + by + count) % count;
    open.value = { ...list, active };
    announce(list.names[active] ?? "");
  }

  function key(pressed: string, field: Field): boolean {
    const list = open.peek();
    if (!list) return false;
    if (pressed === "Escape") {
      dismissedAt = list.word.at;
      close();
      return true;
    }
    const name = list.names[list.active];
    if (name === undefined) return false;
    if (pressed === "ArrowDown") move(list, 1);
    else if (pressed === "ArrowUp") move(list, -1);
    else if (pressed === "Enter" || pressed === "Tab") take(name, field);
    else return false;
    return true;
  }

  return {
    open,
    look,
    key,
    take,
    close,
    point: (index) => {
      const list = open.peek();
      if (list && list.active !== index) open.value = { ...list, active: index };
    },
  };
}

function spoken(names: readonly string[], query: string): string {
  if (names.length === 0) return `Nobody here is called ${query}`;
  const first = names.slice(0, 5).join(", ");
  return `${names.length === 1 ? "1 agent fits" : `${names.length} agents fit`}: ${first}. Arrow keys choose, Enter takes.`;
}
