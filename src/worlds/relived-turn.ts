import type { GenerationObserver } from "../generation/generate.ts";
import type { EventDraft, StreamEvent } from "../protocol/events.ts";
import { relivedAgents } from "./relived-agents.ts";
import { type Notice, relivedNotices } from "./relived-notices.ts";
import { relivedOutside } from "./relived-outside.ts";
import type { Published, TurnDeps, TurnSpec } from "./turn.ts";
import type { Ending } from "./turn-end.ts";
import type { TurnRecord } from "./turn-record.ts";
import { createTurnWork, type TurnWork } from "./turn-work.ts";

/** A turn that stands where its log ends. Nothing of it was written or told again, and no model is called yet. */
export type Relived = {
  work: TurnWork;
  /** Has those speak who are to. */
  begin(): void;
  /** Notices that the log should have at its end, and has not. */
  owed: readonly Notice[];
  /** The message that began it has woken an agent. */
  woken: boolean;
  /** Agents that were waited for aloud, and messages of which it was said that they stand still. */
  waited: readonly string[];
  stalled: ReadonlySet<string>;
  /** Somebody outside took part. */
  tookPart: boolean;
  /** It was about to end. */
  ending: Ending | undefined;
};

export type Reliving = {
  record: TurnRecord;
  agentsNow: readonly { name: string }[];
  events: readonly StreamEvent[];
};

type Told = Pick<Relived, "tookPart"> & { waited: string[]; stalled: Set<string> };

/**
 * Lives through a turn again: the work is told what the log says, in that order, and comes to whom it wakes, what they are told, and
 * how often they have answered by itself, as it did the first time. The log has nothing of an agent that ended without a word: it
 * is asked again, unless it has answered something later.
 */
export function reliveTurn(spec: TurnSpec, deps: TurnDeps, { record, agentsNow, events }: Reliving): Relived {
  const { log } = spec;
  let reliving = true;
  const notices = relivedNotices(events);
  const agents = relivedAgents(events, deps);
  let there = record.agents.map((name) => ({ name }));
  const told: Told = { waited: [], stalled: new Set(), tookPart: false };
  const { lasting, ending, ended } = partsOf(events);
  const isThere = (draft: EventDraft) => reliving || (draft.type === "message_end" && ended.has(draft.message_id));
  const work = createTurnWork(
    spec,
    {
      ...deps,
      writer: {
        append(draft) {
          if (!isThere(draft)) return log.append(draft);
          if (draft.type === "system") notices.give(draft);
          return undefined;
        },
        seal: (draft) => log.seal(draft),
      },
      tell: (draft) => isThere(draft) || deps.tell(draft),
      observe: quietWhile(() => reliving, deps.observe),
      newMessageId: agents.messageId,
      agents: () => (reliving ? there : deps.agents()),
      hold: (activation, lines) => (reliving ? agents.hold(activation, lines) : undefined),
    },
    record.first,
  );
  const outside = relivedOutside(work);

  function relive(event: StreamEvent): void {
    if (event.type === "system") {
      notice(event);
      return;
    }
    notices.next();
    if (event.type === "message" && event.role === "user") take(event);
    else if (!agents.relive(event, work) && outside.relive(event)) told.tookPart = true;
  }

  function take(event: StreamEvent & { type: "message" }) {
    told.tookPart = true;
    work.take(publishedIn(event));
  }

  function notice(event: StreamEvent & { type: "system" }) {
    const { code, agent = "", message_id = "" } = event;
    if (code === "thinking") agents.thought(agent, event);
    else if (code === "waiting") told.waited.push(agent);
    else if (code === "stalled") told.stalled.add(message_id);
    else if (code === "resumed") told.stalled.delete(message_id);
    // It was refused a call: it had ended all that it began.
    else if (code === "turn_limit") while (!notices.isGiven(event) && agents.passOver(agent));
  }

  const first = work.routeFirst();
  work.wakeFirst(first);
  // Who has come since may have been spoken to.
  there = [...there, ...agentsNow.filter(({ name }) => !record.agents.includes(name))];
  for (const event of lasting) relive(event);
  reliving = false;
  return { ...told, work, ending, woken: first.agents.length > 0, owed: notices.owed, begin: agents.begin };
}

function publishedIn({ message_id: id, sender, content, mentions }: StreamEvent & { type: "message" }): Published {
  return { id, sender, content, mentions };
}

/** What happened after the `start` until it was about to end, and which messages had their end by then. */
function partsOf(events: readonly StreamEvent[]) {
  const until = events.findIndex((event) => endingSeen(event) !== undefined);
  if (until < 0) return { lasting: events.slice(1), ending: undefined, ended: new Set<string>() };
  const [first, ...others] = events.slice(until) as [StreamEvent, ...StreamEvent[]];
  const ended = [first, ...others].flatMap((event) => (event.type === "message_end" ? [event.message_id] : []));
  return { lasting: events.slice(1, until), ending: endingSeen(first), ended: new Set(ended) };
}

/** What only a turn that ends says of a message. */
function endingSeen(event: StreamEvent): Ending | undefined {
  if (event.type !== "message_end") return undefined;
  const { reason, error_code } = event;
  if (reason === "cancelled") return { reason };
  return error_code === "shutting_down" ? { code: error_code } : undefined;
}

const quietWhile = (isQuiet: () => boolean, observe: GenerationObserver): GenerationObserver => ({
  token: () => isQuiet() || observe.token(),
  firstToken: (ms) => isQuiet() || observe.firstToken(ms),
  failed: (model, code, cause) => observe.failed(model, code, cause),
  ended: (outcome, ms) => isQuiet() || observe.ended(outcome, ms),
});
