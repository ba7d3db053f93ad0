/** Puts the caret at the end of the field in which messages are written, if there is one. */
export function focusComposer(): void {
  // What is to be focused may have changed in this very moment, and is drawn in the next.
  requestAnimationFrame(() => {
    const field = document.querySelector<HTMLTextAreaElement>("textarea[data-composer]");
    field?.focus();
    field?.setSelectionRange(field.value.length, field.value.length);
  });
}

/** Whether keys typed now are text. */
export function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  return target.isContentEditable || target.matches("textarea, select, input:not([type=checkbox], [type=radio])");
}
