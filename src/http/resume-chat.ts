import { type Clock, timestampOf } from "../clock.ts";
import { type Begun, begunIn } from "../generation/begun.ts";
import { cancelGeneration, generate } from "../generation/generate.ts";
import { endingOf } from "../log/endings.ts";
import type { TakenOver } from "../log/shelf.ts";
import type { StreamLog } from "../log/stream-log.ts";
import { continuation } from "../models/continuation.ts";
import type { OfferedModel } from "../models/registry.ts";
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
    const begun = begunIn(log);
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

const restCall = ({ start, instructions }: ChatResume, offered: OfferedModel, createdAt: string, begun: Begun) =>
  continuation(offered, callOptions(start, offered, createdAt, instructions), begun);

function endLost(log: StreamLog, clock: Clock): void {
  const events = Array.from({ length: log.lastSeq }, (_, index) => log.event(index + 1));
  const { ends, terminal } = endingOf(events, "generation_lost", timestampOf(clock.wall()));
  for (const end of ends) log.append(end);
  log.seal(terminal);
}
