import type { Failure } from "../state/failure.ts";
import { keeps } from "../state/shelf.ts";
import { Stage } from "../view/stage.tsx";
import { Banner, FailureBanner } from "../view/states.tsx";
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

/** Somebody has deleted the world that is being looked at. */
export function DeletedBanner() {
  return (
    <Banner icon="alert" tone="warn">
      <p>This world was deleted, so nothing can be said here any more. What was said can be read until you leave.</p>
    </Banner>
  );
}

/** Where what one sees of a room stays. */
export const KEPT_HERE = keeps
  ? "What you see of it is kept in this browser only."
  : "What you see of it is kept nowhere else, and not in this browser.";

/** Where the browser has no room left. */
export const FULL =
  "This browser has no room left, so what is said here is lost when the page is closed. Forget older rooms, or delete conversations, to make room.";
