import { Stage } from "../view/stage.tsx";

export function WorldEditor({ world }: { world: string }) {
  return (
    <Stage title={world}>
      <p class="column">…</p>
    </Stage>
  );
}
