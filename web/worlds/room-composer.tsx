import { type Signal, useSignalEffect } from "@preact/signals";
import type { RefObject } from "preact";
import { useEffect, useMemo, useRef } from "preact/hooks";
import type { Agent, World } from "../../client/types.ts";
import { announce } from "../state/announce.ts";
import { nextFrame } from "../state/browser.ts";
import { client } from "../state/client.ts";
import { Composer } from "../view/composer.tsx";
import { createCompletion } from "./completion.ts";
import { MENTION_LIST, MentionList, optionId } from "./mention-list.tsx";
import { after, sender } from "./page.ts";
import type { RoomState } from "./room-state.ts";
import { createRoutePreview } from "./route-preview.ts";
import { SenderField } from "./sender-field.tsx";
import { type Routed, routeLine, unaddressedLine } from "./words.ts";

type RoomComposerProps = {
  world: World;
  agents: readonly Agent[];
  /** The world was deleted: nothing can be sent. */
  gone: boolean;
  hues: ReadonlyMap<string, number>;
  room: RoomState;
  text: Signal<string>;
  fieldRef: RefObject<HTMLTextAreaElement>;
};

/** The field of a room: completes mentions, and says who would answer. */
export function RoomComposer({ world, agents, gone, hues, room, text, fieldRef }: RoomComposerProps) {
  const names = agents.map(({ name }) => name);
  const completion = useCompletion(text, names);
  const preview = usePreview(world.name, text, names);
  const routed = preview.routed.value;
  const list = completion.open.value;
  const busy = room.running.value.size > 0 && text.value.trim() === "";
  return (
    <>
      <Composer
        value={text}
        label="Message to the room"
        placeholder={names.length ? "Write to the room, @ mentions an agent" : "Write to the room"}
        fieldRef={fieldRef}
        busy={busy}
        blocked={gone ? "This world was deleted" : undefined}
        onStop={room.stop}
        onSend={(said) => {
          const known = routed?.text === said ? routed.agents.map(({ agent }) => agent) : [];
          room.send({ text: said.trimEnd(), sender: sender.peek(), expected: known });
        }}
        onKey={(event, field) => completion.key(event.shiftKey ? `Shift+${event.key}` : event.key, field)}
        onCaret={completion.look}
        onBlur={completion.close}
        aria={{
          "aria-autocomplete": "list",
          "aria-haspopup": "listbox",
          "aria-controls": list?.names.length ? MENTION_LIST : undefined,
          "aria-activedescendant": list?.names.length ? optionId(list.active) : undefined,
          "aria-describedby": "who-answers",
        }}
        above={
          list && (
            <MentionList
              names={list.names}
              query={list.word.query}
              active={list.active}
              hues={hues}
              onTake={(name) => completion.take(name, fieldRef.current)}
              onHover={completion.point}
            />
          )
        }
        below={<SenderField agents={names} />}
      />
      <p class="who-answers" id="who-answers">
        {gone ? "" : routed ? routeLine(withoutTyped(routed, list?.word.query)) : unaddressedLine(world.respond, names)}
      </p>
    </>
  );
}

/** A name that is still being written is not held against anybody. */
const withoutTyped = ({ agents, unknown }: Routed, typed: string | undefined): Routed => ({
  agents,
  unknown: unknown.filter((name) => name.toLowerCase() !== typed?.toLowerCase()),
});

function useCompletion(text: Signal<string>, names: readonly string[]) {
  const current = useRef(names);
  current.current = names;
  return useMemo(
    () => createCompletion({ text, announce, names: () => current.current, drawn: (run) => void nextFrame(run) }),
    [text],
  );
}

function usePreview(world: string, text: Signal<string>, names: readonly string[]) {
  const preview = useMemo(
    () => createRoutePreview({ after, ask: (query) => client.world(world).route(query) }),
    [world],
  );
  useSignalEffect(() => preview.write(text.value));
  useEffect(() => preview.leave, [preview]);
  const present = names.join();
  useEffect(() => preview.renew(present), [preview, present]);
  return preview;
}
