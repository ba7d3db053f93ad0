import { BeginAnew } from "./empty-chat.tsx";
import { Stage } from "./stage.tsx";
import { Thread } from "./thread.tsx";

/** An address that leads to nothing in this page. */
export function Nowhere() {
  return (
    <Stage title="Not found">
      <Thread label="Not found" centred>
        <div class="empty">
          <h2>There is nothing at this address</h2>
          <p>
            Perhaps a part of it is missing. Your conversations and the worlds of this server are in the list beside
            this page.
          </p>
          <BeginAnew />
        </div>
      </Thread>
    </Stage>
  );
}
