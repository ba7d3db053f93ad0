export function WorldList(_: { current: string | undefined }) {
  return null;
}
