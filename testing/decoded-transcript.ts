import assert from "node:assert/strict";

/** The rule of the format, as its reader applies it: what stands at the margin begins a line, in the name in brackets. */
export function decoded(content: string): { sender: string; text: string }[] {
  const found: { sender: string; text: string }[] = [];
  for (const row of content.split("\n")) {
    const last = found.at(-1);
    if (last && (row === "" || row.startsWith("  "))) {
      last.text += `\n${row.slice(2)}`;
      continue;
    }
    const [, sender, text] = /^\[([^\]]*)\]: (.*)$/s.exec(row) ?? [];
    assert.ok(sender !== undefined && text !== undefined, `nobody says ${JSON.stringify(row)}`);
    found.push({ sender, text });
  }
  return found;
}
