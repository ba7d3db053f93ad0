import type { ComponentChildren } from "preact";
import type { World } from "../../client/types.ts";
import type { FollowStatus } from "./follower.ts";
import { following } from "./page.ts";
import type { RoomState } from "./room-state.ts";

type RoomTopProps = { world: World; room: RoomState; children: ComponentChildren };

/** What the room is, who is in it, and whether others are heard. */
export function RoomTop({ world, room, children }: RoomTopProps) {
  return (
    <header class="room-top">
      <div class="column">
        {world.description && <p class="room-description">{world.description}</p>}
        <div class="room-row">
          {children}
          <FollowSwitch room={room} />
        </div>
      </div>
    </header>
  );
}

const FOLLOW_WORDS: Readonly<Record<FollowStatus, string>> = {
  off: "",
  connecting: "connecting",
  live: "live",
  away: "reconnecting",
  ended: "closed",
};

function FollowSwitch({ room }: { room: RoomState }) {
  const status = room.follower.status.value;
  return (
    <label class="check follow" title="Shows what others say in this room, as they say it">
      <input
        type="checkbox"
        checked={following.value}
        onChange={(event) => (following.value = event.currentTarget.checked)}
      />
      Follow the room
      <span class={`follow-state ${status}`} title={room.follower.failure.value?.message}>
        {following.value ? FOLLOW_WORDS[status] : "off"}
      </span>
    </label>
  );
}
