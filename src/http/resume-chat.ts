import { type Clock, timestampOf } from "../clock.ts";
import { type Begun, begunIn } from "../generation/begun.ts";
import { cancelGeneration, generate } from "../generation/generate.ts";
import { endingOf } from "../log/endings.ts";
import type { Takeable, TakenOver } from "../log/shelf.ts";
import type { StreamLog } from "../log/stream-log.ts";
import { canContinue, continuation } from "../models/continuation.ts";
import type { OfferedModel, Registry } from "../models/registry.ts";
import type { StreamEvent } from "../protocol/events.ts";
import { handOver } from "./hand-over-chat.ts";
import { type ChatResume, type ChatStarterDeps, callOptions } from "./start-chat.ts";

/**
 * Goes on with an answer whose server has died, or has handed it over (R-TAKEOVER): from the text so far where the model can, from
 * the beginning where nothing was said yet. Anything else, a world's turn too, ends with `generation_lost`.
 */
export function chatResumer({
  registry,
  clock,
  call,
  observe,
}: Omit<ChatStarterDeps, "shelf" | "instructions">): (taken: TakenOver) => void {
  function goOn({ log, resume, setCancel }: TakenOver): boolean {
    const chat = log.kind === "chat" ? (resume as ChatResume | undefined) : undefined;
    const offered = chat && registry.get(chat.modelId);
    const begun = begunIn(eventsOf(log));
    const rest = chat && offered && restCall(chat, offered, log.createdAt, begun);
    if (!rest) return false;
    const { modelId, messageId } = chat;
    const generation = generate({ log, modelId, ...rest, messageId, begun, deps: call, observe });
    setCancel(
      (cause) => cancelGeneration(generation, cause),
      () => handOver(offered, generation),
    );
    return true;
  }

  return (taken) => {
    try {
      if (goOn(taken)) return;
    } catch (error) {
      // It must not end this server, and then the next one.
      observe.failed(taken.log.kind, "generation_lost", error);
    }
    endLost(taken.log, clock);
  };
}

/** Whether an answer that another server wrote can be gone on with here: its model is offered, and can. */
export function canResumeChat(registry: Pick<Registry, "get">, { resume, events }: Omit<Takeable, "kind">): boolean {
  const chat = resume as ChatResume | undefined;
  const offered = chat ? registry.get(chat.modelId) : undefined;
  return offered !== undefined && canContinue(offered, begunIn(events));
}

const restCall = ({ start, instructions }: ChatResume, offered: OfferedModel, createdAt: string, begun: Begun) =>
  continuation(offered, callOptions(start, offered, createdAt, instructions), begun);

const eventsOf = (log: StreamLog): StreamEvent[] =>
  Array.from({ length: log.lastSeq }, (_, index) => log.event(index + 1));

function endLost(log: StreamLog, clock: Clock): void {
  const { ends, terminal } = endingOf(eventsOf(log), "generation_lost", timestampOf(clock.wall()));
  for (const end of ends) log.append(end);
  log.seal(terminal);
}
