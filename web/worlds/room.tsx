import { Stage } from "../view/stage.tsx";

export function WorldRoom({ world }: { world: string }) {
  return <Stage title={world}>{null}</Stage>;
}
