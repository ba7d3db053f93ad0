/** Quiet lines under a message: what happened on its way. */
export function Notes({ lines, lost }: { lines: readonly string[]; lost?: string | undefined }) {
  if (lines.length === 0 && lost === undefined) return null;
  return (
    <ul class="notes figures">
      {lines.map((line, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the list only grows at its end
        <li key={index} class={line.startsWith("Not exact") ? "inexact" : undefined}>
          {line}
        </li>
      ))}
      {lost !== undefined && <li class="lost">{lost}</li>}
    </ul>
  );
}
