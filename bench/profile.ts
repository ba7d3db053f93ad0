/** What a .cpuprofile holds, as far as it is read here (Chrome DevTools protocol, Profiler.Profile). */
export type Profile = {
  nodes: { id: number; callFrame: { functionName: string; url: string; lineNumber: number } }[];
  samples: number[];
  timeDeltas: number[];
};

export type Line = { where: string; ms: number; share: number };

/** The functions with the most time of their own, and their share of all that was not idle. */
export function topSelfTime(profile: Profile, most: number): Line[] {
  const names = new Map(profile.nodes.map((node) => [node.id, nameOf(node.callFrame)]));
  const spent = new Map<string, number>();
  profile.samples.forEach((id, n) => {
    const name = names.get(id) ?? "?";
    spent.set(name, (spent.get(name) ?? 0) + (profile.timeDeltas[n] ?? 0) / 1000);
  });
  spent.delete("(idle)");
  const busy = [...spent.values()].reduce((sum, ms) => sum + ms, 0);
  return [...spent]
    .map(([where, ms]) => ({ where, ms, share: ms / busy }))
    .sort((a, b) => b.ms - a.ms)
    .slice(0, most);
}

function nameOf({ functionName, url, lineNumber }: Profile["nodes"][number]["callFrame"]): string {
  const file = url.replace(/^.*\/(src|node_modules|bench)\//, "$1/");
  const name = functionName || "(anonymous)";
  return file ? `${name} ${file}:${lineNumber + 1}` : name;
}
