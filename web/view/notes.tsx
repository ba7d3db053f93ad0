import type { ComponentChildren } from "preact";

/** Quiet lines under a message: what happened on its way. `children` are further items of the list. */
export function Notes({ lines, children }: { lines: readonly string[]; children?: ComponentChildren }) {
  if (lines.length === 0 && !children) return null;
  return (
    <ul class="notes figures">
      {lines.map((line, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the list only grows at its end
        <li key={index} class={line.startsWith("Not exact") ? "inexact" : undefined}>
          {line}
        </li>
      ))}
      {children}
    </ul>
  );
}
