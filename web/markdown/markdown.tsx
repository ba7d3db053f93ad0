/** The text as it was written. */
export function Markdown({ text }: { text: string; streaming: boolean }) {
  return <div class="markdown plain">{text}</div>;
}
