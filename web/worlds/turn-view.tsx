import { useMemo } from "preact/hooks";
import type { Answer } from "../state/answer.ts";
import { CopyButton } from "../view/copy-button.tsx";
import { Lost } from "../view/lost.tsx";
import { MessageView } from "../view/message.tsx";
import { Notes } from "../view/notes.tsx";
import { FailureBanner } from "../view/states.tsx";
import type { Noted, Said, Turn } from "./turn.ts";
import { endLine, shownName } from "./words.ts";

type TurnViewProps = {
  turn: Turn;
  hues: ReadonlyMap<string, number>;
  /** Of a turn that was begun here and is under way. */
  answer: Answer | undefined;
  /** Says again what it began with; only those answer, if given. Absent where that would be out of place. */
  onAgain?: ((mentions?: readonly string[]) => void) | undefined;
};

/** One message to the room and all that followed from it. */
export function TurnView({ turn, hues, answer, onAgain }: TurnViewProps) {
  const { asked, items, missedBefore, notes = [], mine } = turn;
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is for a form
    <div class="turn" role="group" aria-label={asked?.content ? `Turn: ${asked.content.slice(0, 80)}` : "Turn"}>
      {missedBefore && <MissedLine />}
      {asked?.content && <PersonView sender={asked.sender} content={asked.content} mine={mine} />}
      {items.map((item) => (
        <ItemView
          key={item.id}
          item={item}
          hue={item.kind === "said" ? hues.get(item.sender.toLowerCase()) : undefined}
        />
      ))}
      <Notes lines={notes}>{answer && <Lost answer={answer} />}</Notes>
      <EndView turn={turn} onAgain={onAgain} />
    </div>
  );
}

/** Something was said that is not here. */
export function MissedLine() {
  return (
    <p class="room-line missed">
      Something may be missing here: the server no longer has what was said while the connection was away.
    </p>
  );
}

function PersonView({ sender, content, mine }: { sender: string; content: string; mine: boolean }) {
  const name = shownName(sender, mine);
  return useMemo(
    () => (
      <div class={mine ? "mine" : "theirs"}>
        <MessageView
          sender={name}
          showSender={name !== "You"}
          from="user"
          content={content}
          actions={<CopyButton text={content} />}
        />
      </div>
    ),
    [name, content, mine],
  );
}

/** Drawn again only when the item has changed. */
function ItemView({ item, hue }: { item: Said | Noted; hue: number | undefined }) {
  return useMemo(() => {
    if (item.kind === "noted") return <p class={`room-line ${item.code}`}>{item.text}</p>;
    if (item.role === "user") return <PersonView sender={item.sender} content={item.content} mine={false} />;
    return <AgentView said={item} hue={hue} />;
  }, [item, hue]);
}

const REASONS: Readonly<Record<string, string>> = {
  cancelled: "Stopped.",
  length: "This answer reached its greatest length.",
  content_filter: "The model's filter ended this answer.",
  timeout: "Fell silent and was cut off.",
  error: "Broke off here.",
};

function AgentView({ said, hue }: { said: Said; hue: number | undefined }) {
  const { sender, content, reason, stalled } = said;
  const growing = reason === undefined;
  return (
    <MessageView
      sender={sender}
      showSender
      hue={hue}
      from="assistant"
      content={content}
      streaming={growing}
      status={growing ? stalled && "Pausing for a moment." : REASONS[reason]}
      actions={!growing && <CopyButton text={content} />}
    />
  );
}

function EndView({ turn, onAgain }: Pick<TurnViewProps, "turn" | "onAgain">) {
  const { ending, asked } = turn;
  const line = endLine(turn);
  if (!ending || !line) return null;
  if (ending.kind === "failed") {
    const at = ending.at ?? Date.parse(asked?.at ?? "");
    return <FailureBanner failure={ending.failure} at={at} {...(onAgain ? { onRetry: () => onAgain() } : {})} />;
  }
  return (
    <div class={`turn-end ${line.tone}`}>
      <p>{line.text}</p>
      {onAgain &&
        line.again?.map((agent) => (
          <button key={agent} type="button" class="button small" onClick={() => onAgain([agent])}>
            Ask {agent} again
          </button>
        ))}
    </div>
  );
}
