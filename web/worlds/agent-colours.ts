/** The hues of agent-colours.css. */
export const HUES = 10;

/** The hue that a name asks for: always the same, without regard to case. */
export function hueOf(name: string): number {
  let hash = 0x811c9dc5;
  for (const character of name.toLowerCase()) hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193);
  // The low bits of this hash alone would put names that end alike side by side.
  return ((hash ^ (hash >>> 15)) >>> 0) % HUES;
}

/**
 * The hues of agents who stand in one room, by name in small letters, the oldest agent first: each its own as far as there
 * are hues. Whoever joins takes none from those who were there.
 */
export function huesOf(names: readonly string[]): Map<string, number> {
  const hues = new Map<string, number>();
  const taken = new Set<number>();
  for (const name of names) {
    if (taken.size === HUES) taken.clear();
    let hue = hueOf(name);
    while (taken.has(hue)) hue = (hue + 3) % HUES;
    taken.add(hue);
    hues.set(name.toLowerCase(), hue);
  }
  return hues;
}
