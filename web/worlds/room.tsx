import { type Signal, signal, useSignalEffect } from "@preact/signals";
import type { RefObject } from "preact";
import { useEffect, useMemo, useRef } from "preact/hooks";
import type { Agent, World } from "../../client/types.ts";
import { nextFrame } from "../state/browser.ts";
import { worldEditorHref } from "../state/route.ts";
import { NotKept } from "../view/not-kept.tsx";
import { Stage } from "../view/stage.tsx";
import { Thread } from "../view/thread.tsx";
import { WireLine } from "../view/wire-line.tsx";
import { AgentChips } from "./agent-chips.tsx";
import { huesOf } from "./agent-colours.ts";
import { createBackground, holdSlot } from "./background.ts";
import { EmptyRoom } from "./empty-room.tsx";
import { definitions, editorOf, following, roomOf } from "./page.ts";
import { RoomComposer } from "./room-composer.tsx";
import type { RoomState } from "./room-state.ts";
import { DeletedBanner, FULL, RoomFailure, RoomLoading } from "./room-states.tsx";
import { RoomTop } from "./room-top.tsx";
import { currentPhases, visibleTurns } from "./room-view.ts";
import { Turns } from "./turns.tsx";
import "./agent-colours.css";
import "./room.css";

const drafts = new Map<string, Signal<string>>();

/** What is being written in each room, for as long as the page is open. */
function draftOf(world: string): Signal<string> {
  const draft = drafts.get(world) ?? signal("");
  drafts.set(world, draft);
  return draft;
}

/** A world as a room: who is in it, what is said, and the field to join in. */
export function WorldRoom({ world: name }: { world: string }) {
  const definition = definitions.one(name).value;
  useEffect(() => {
    if (definitions.one(name).peek().state !== "loading") void definitions.load(name);
  }, [name]);
  if (definition.state === "loading") return <RoomLoading name={name} />;
  if (definition.state === "failed") return <RoomFailure name={name} failure={definition.failure} />;
  return <Room world={definition.world} agents={definition.agents} gone={definition.gone ?? false} />;
}

type RoomProps = { world: World; agents: readonly Agent[]; gone: boolean };

function Room({ world, agents, gone }: RoomProps) {
  const room = roomOf(world.name);
  const text = draftOf(world.name);
  const field = useRef<HTMLTextAreaElement>(null) as RefObject<HTMLTextAreaElement>;
  const hues = useMemo(() => huesOf(agents.map(({ name }) => name)), [agents]);
  useFollowing(room);
  useStopKey(room);
  const turns = visibleTurns(room.view.value);
  const mention = (name: string) => addMention(text, name, field);
  return (
    <Stage
      title={world.title ?? world.name}
      wire={{ answer: room.latest.value }}
      actions={
        <a class="button small plain" href={worldEditorHref(world.name)}>
          {editorOf(world.name).isChanged.value ? "Edit (not saved yet)" : "Edit"}
        </a>
      }
    >
      <div class="room">
        <RoomTop world={world} room={room}>
          <AgentChips agents={agents} hues={hues} phases={currentPhases(turns)} onMention={mention} />
        </RoomTop>
        <Thread
          label="Messages"
          restart={`${world.name} ${turns.findLast(({ mine }) => mine)?.key}`}
          centred={turns.length === 0}
        >
          {turns.length === 0 && <EmptyRoom world={world} agents={agents} text={text} field={field} />}
          <Turns world={world} room={room} hues={hues} />
        </Thread>
      </div>
      <div class="foot column">
        {gone && <DeletedBanner />}
        <NotKept full={room.full.value ? FULL : undefined} />
        <WireLine answer={room.latest.value} />
        <RoomComposer world={world} agents={agents} gone={gone} hues={hues} room={room} text={text} fieldRef={field} />
      </div>
    </Stage>
  );
}

/** Follows the room while it is looked at, as far as that is wanted. */
function useFollowing(room: RoomState): void {
  useSignalEffect(() => (following.value ? room.follow() : room.leave({ forGood: true })));
  useEffect(() => {
    const resume = () => (following.peek() ? room.follow() : undefined);
    const background = createBackground(() => holdSlot(navigator.locks), { resume, pause: () => room.leave() });
    const look = () => background.look(document.visibilityState === "visible");
    document.addEventListener("visibilitychange", look);
    return () => {
      document.removeEventListener("visibilitychange", look);
      background.leave();
      room.leave();
    };
  }, [room]);
}

/** Escape ends what is under way, unless something that is open takes the key. */
function useStopKey(room: RoomState): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key !== "Escape" || event.defaultPrevented || event.isComposing) return;
      if (room.running.peek().size > 0 && !document.querySelector("dialog[open]")) room.stop();
    };
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  }, [room]);
}

function addMention(text: Signal<string>, name: string, field: RefObject<HTMLTextAreaElement>): void {
  const before = text.peek();
  text.value = `${before}${before === "" || /\s$/.test(before) ? "" : " "}@${name} `;
  nextFrame(() => {
    field.current?.focus();
    field.current?.setSelectionRange(text.peek().length, text.peek().length);
  });
}
