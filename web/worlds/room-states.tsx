import type { Failure } from "../state/failure.ts";
import { Stage } from "../view/stage.tsx";
import { FailureBanner } from "../view/states.tsx";
import { GONE } from "./definitions.ts";
import { definitions } from "./page.ts";

/** The room is on its way: its place is held. */
export function RoomLoading({ name }: { name: string }) {
  return (
    <Stage title={name}>
      <p class="room-loading column quiet" role="status">
        Opening the room…
      </p>
    </Stage>
  );
}

/** There is no such room, or the server cannot be reached. */
export function RoomFailure({ name, failure }: { name: string; failure: Failure }) {
  const missing = GONE.has(failure.code);
  return (
    <Stage title={name}>
      <div class="column room-failure">
        {missing ? (
          <div class="empty">
            <h2>There is no world called “{name}”</h2>
            <p>
              It may have been deleted, or its name is written otherwise. The list of worlds has those that are there.
            </p>
          </div>
        ) : (
          <FailureBanner failure={failure} at={Date.now()} onRetry={() => void definitions.load(name)} />
        )}
      </div>
    </Stage>
  );
}

/** Where the browser has no room left. */
export const FULL =
  "This browser has no room left, so what is said here is lost when the page is closed. Forget older rooms, or delete conversations, to make room.";
