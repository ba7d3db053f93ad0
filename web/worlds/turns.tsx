import { useMemo } from "preact/hooks";
import type { World } from "../../client/types.ts";
import { Confirm } from "./confirm.tsx";
import type { RoomState } from "./room-state.ts";
import { KEPT_HERE } from "./room-states.tsx";
import { visibleTurns } from "./room-view.ts";
import type { Turn } from "./turn.ts";
import { MissedLine, TurnView } from "./turn-view.tsx";
import { sharedLine } from "./words.ts";

type TurnsProps = { world: World; room: RoomState; hues: ReadonlyMap<string, number> };

/** All that was said in a room, as far as this browser knows. */
export function Turns({ world, room, hues }: TurnsProps) {
  const view = room.view.value;
  const turns = visibleTurns(view);
  const lastOwn = turns.findLast(({ mine }) => mine);
  return (
    <>
      {turns.length > 0 && <AboutHistory world={world} room={room} />}
      {turns.map((turn) => (
        <TurnItem key={turn.key} turn={turn} room={room} hues={hues} isLastOwn={turn === lastOwn} />
      ))}
      {turns.length > 0 && view.missed && <MissedLine />}
    </>
  );
}

type TurnItemProps = { turn: Turn; room: RoomState; hues: ReadonlyMap<string, number>; isLastOwn: boolean };

/** Drawn again only when something of this turn has changed, however often others do. */
function TurnItem({ turn, room, hues, isLastOwn }: TurnItemProps) {
  const answer = room.running.value.get(turn.key);
  return useMemo(() => {
    const onAgain = isLastOwn ? (mentions?: readonly string[]) => room.sayAgain(turn.key, mentions) : undefined;
    return <TurnView turn={turn} hues={hues} answer={answer} onAgain={onAgain} />;
  }, [turn, room, hues, answer, isLastOwn]);
}

/** Whom one speaks to, what of it stays, and how to be rid of it; it stands before the first message. */
function AboutHistory({ world, room }: { world: World; room: RoomState }) {
  return (
    <div class="room-line about-history">
      <p>
        {sharedLine(world.memory)} {KEPT_HERE}
      </p>
      <Confirm
        label="Forget it here"
        question="Forget what was said here, in this browser?"
        yes="Forget"
        onConfirm={room.clear}
      />
    </div>
  );
}
