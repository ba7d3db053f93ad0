import type { Signal } from "@preact/signals";
import type { RefObject } from "preact";
import type { Agent, World } from "../../client/types.ts";
import { nextFrame } from "../state/browser.ts";
import { worldEditorHref } from "../state/route.ts";
import { KEPT_HERE } from "./room-states.tsx";
import { sharedLine } from "./words.ts";

type EmptyRoomProps = {
  world: World;
  agents: readonly Agent[];
  text: Signal<string>;
  field: RefObject<HTMLTextAreaElement>;
};

/** Before the first message. */
export function EmptyRoom({ world, agents, text, field }: EmptyRoomProps) {
  const names = agents.map(({ name }) => name);
  const offer = (example: string) => {
    text.value = example;
    nextFrame(() => field.current?.focus());
  };
  return (
    <div class="empty">
      <h2>{names.length ? "Nobody has said anything here yet" : "There is nobody here yet"}</h2>
      <p>
        {sharedLine(world.memory)} {KEPT_HERE}
      </p>
      {names.length === 0 ? (
        <p>
          A room needs agents to answer. <a href={worldEditorHref(world.name)}>Add one in the editor.</a>
        </p>
      ) : (
        <ul class="examples" aria-label="Examples">
          {examplesFor(names).map((example) => (
            <li key={example}>
              <button type="button" class="button" onClick={() => offer(example)}>
                {example}
              </button>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

/** They show mentions, and several agents at once. */
function examplesFor(names: readonly string[]): string[] {
  const [first = "", second, third] = names;
  if (second === undefined) return [`Who are you, @${first}?`, "Should I learn to sail?"];
  const [one, other] = third === undefined ? [first, second] : [second, third];
  return [
    `Should I learn to sail? @${one}, @${other}?`,
    `Who are you? @${names.slice(0, 3).join(" @")}`,
    "What can we talk about?",
  ];
}
