/**
 * When a turn speaks up, cuts off and ends (PROTOCOL.md, R-TIMING), as a pure reducer: state, event and the time go in;
 * state, actions and the time to look again come out. Whoever runs it owns the one timer and does what the actions say.
 * All times are milliseconds on one monotonic clock.
 */
export type Timing = {
  /** Without a token for so long, a message that is streamed counts as stalled. */
  stall: number;
  /** After the last event of a program outside, with no work open, the turn ends. */
  completion: number;
  /** Where no agent was woken: how long a program outside may take to answer. */
  response: number;
  /** Without a sign of work for so long, an agent is waited for aloud, and a message that has begun is cut off. */
  long_operation: number;
};

/** `message` names a message from the moment at which it is asked for, before it has a text. */
export type TimingEvent =
  /** An agent's model is called. */
  | { type: "call_opened"; message: string; agent: string }
  /** Work that is no text: a thought, a part of an answer that is sent as a whole. */
  | { type: "call_progress"; message: string }
  /** Text begins; `shown` where it is streamed to readers. */
  | { type: "message_started"; message: string; shown: boolean }
  | { type: "message_token"; message: string }
  /** It is known already that the message stands still. */
  | { type: "message_stalled"; message: string }
  /** The call, and its message if it had one, is over, whatever the outcome. */
  | { type: "call_ended"; message: string }
  /** A program outside says a whole message, or streams one. An error of it ends it. */
  | { type: "outside_message" }
  | { type: "outside_started" | "outside_chunk" | "outside_ended"; message: string }
  /** The open work of the ledger falls to 0, or rises again. */
  | { type: "settled" | "reopened" }
  /** The time `wakeAt` has come. Too late does no harm, too early does nothing. */
  | { type: "alarm" };

export type TimingAction =
  | { type: "resumed"; message: string }
  | { type: "stalled" | "timeout"; message: string }
  | { type: "waiting"; agent: string }
  /** `unfinished`: streamed messages that have no end yet and get one now. */
  | { type: "end"; reason: "completed" | "silence" | "no_recipient"; unfinished: string[] };

type Message = {
  readonly id: string;
  /** Absent for a program outside. */
  readonly agent?: string;
  readonly phase: "silent" | "hidden" | "shown";
  readonly tokenAt: number;
  readonly progressAt: number;
  readonly stalled: boolean;
};

export type TimingState = {
  readonly timing: Timing;
  readonly begunAt: number;
  readonly woken: boolean;
  readonly messages: readonly Message[];
  /** Agents that have been waited for aloud. */
  readonly waited: readonly string[];
  /** Since when no work is open. */
  readonly settledAt: number | undefined;
  /** The last event of a program outside. */
  readonly outsideAt: number | undefined;
  readonly ended: boolean;
};

export type TimingStep = {
  state: TimingState;
  actions: TimingAction[];
  /** When to send the next `alarm`; undefined where only another event can bring anything about. */
  wakeAt: number | undefined;
};

/**
 * A turn begins, its ledger open: `woken` says whether the message that begins it wakes an agent. `waited`: agents that have
 * been waited for aloud, where the turn goes on that another server has begun.
 */
export function beginTiming(timing: Timing, woken: boolean, now: number, waited: readonly string[] = []): TimingStep {
  const nothing = { messages: [], settledAt: undefined, outsideAt: undefined, ended: false };
  return lookAhead({ timing, woken, begunAt: now, waited, ...nothing }, []);
}

/**
 * What `event` at `now` changes. An event that comes when something is due counts first: nobody is cut off by an alarm
 * that came late itself. After the `end`, nothing follows.
 */
export function timingStep(state: TimingState, event: TimingEvent, now: number): TimingStep {
  if (state.ended) return lookAhead(state, []);
  switch (event.type) {
    case "alarm":
      return actOnDue(state, now);
    case "settled":
      return endIfDue({ ...state, settledAt: state.settledAt ?? now }, now);
    case "reopened":
      return lookAhead({ ...state, settledAt: undefined }, []);
    case "call_opened":
      return lookAhead(withMessage(state, silent(event.message, event.agent, now)), []);
    case "call_ended":
      return lookAhead(withoutMessage(state, event.message), []);
    case "call_progress":
      return lookAhead(changed(state, event.message, { progressAt: now }), []);
    case "message_started":
      return lookAhead(changed(state, event.message, begun(event.shown, now)), []);
    case "message_token":
      return tokenStep(state, event.message, now);
    case "message_stalled":
      return lookAhead(changed(state, event.message, { stalled: true }), []);
    default:
      return outsideStep({ ...state, outsideAt: now }, event, now);
  }
}

type OutsideEvent = Extract<TimingEvent, { type: `outside_${string}` }>;

function outsideStep(state: TimingState, event: OutsideEvent, now: number): TimingStep {
  switch (event.type) {
    case "outside_message":
      return lookAhead(state, []);
    case "outside_started":
      return lookAhead(withMessage(state, { id: event.message, stalled: false, ...begun(true, now) }), []);
    case "outside_chunk":
      return tokenStep(state, event.message, now);
    case "outside_ended":
      return lookAhead(withoutMessage(state, event.message), []);
  }
}

function tokenStep(state: TimingState, id: string, now: number): TimingStep {
  const stalled = state.messages.some((message) => message.id === id && message.stalled);
  const next = changed(state, id, { tokenAt: now, progressAt: now, stalled: false });
  return lookAhead(next, stalled ? [{ type: "resumed", message: id }] : []);
}

const silent = (id: string, agent: string, now: number): Message => ({
  id,
  agent,
  phase: "silent",
  stalled: false,
  tokenAt: now,
  progressAt: now,
});

const begun = (shown: boolean, now: number): Pick<Message, "phase" | "tokenAt" | "progressAt"> => ({
  phase: shown ? "shown" : "hidden",
  tokenAt: now,
  progressAt: now,
});

const withMessage = (state: TimingState, message: Message): TimingState => ({
  ...state,
  messages: [...state.messages.filter(({ id }) => id !== message.id), message],
});

const withoutMessage = (state: TimingState, id: string): TimingState => ({
  ...state,
  messages: state.messages.filter((message) => message.id !== id),
});

/** A message that is not there any more, because it was cut off, is not changed. */
const changed = (state: TimingState, id: string, change: Partial<Message>): TimingState => ({
  ...state,
  messages: state.messages.map((message) => (message.id === id ? { ...message, ...change } : message)),
});

// ---- What falls due, and when.

type DueAction = Exclude<TimingAction, { type: "resumed" }>;
type Due = { at: number; action: DueAction };

const lookAhead = (state: TimingState, actions: TimingAction[]): TimingStep => ({
  state,
  actions,
  wakeAt: nextDue(state)?.at,
});

/** Does what is due at `now`, in the order of its time, as alarms that are never late would. */
function actOnDue(state: TimingState, now: number): TimingStep {
  const actions: TimingAction[] = [];
  let after = state;
  for (let due = nextDue(after); due && due.at <= now; due = nextDue(after)) {
    actions.push(due.action);
    after = acted(after, due.action);
  }
  return lookAhead(after, actions);
}

/** The end of the work may be the end of the turn: it does not wait for an alarm. */
function endIfDue(state: TimingState, now: number): TimingStep {
  const end = endOf(state);
  return end && end.at <= now ? lookAhead(acted(state, end.action), [end.action]) : lookAhead(state, []);
}

function acted(state: TimingState, action: DueAction): TimingState {
  switch (action.type) {
    case "stalled":
      return changed(state, action.message, { stalled: true });
    case "timeout":
      return withoutMessage(state, action.message);
    case "waiting":
      return { ...state, waited: [...state.waited, action.agent] };
    case "end":
      return { ...state, messages: [], ended: true };
  }
}

function nextDue(state: TimingState): Due | undefined {
  let next = endOf(state);
  for (const message of state.messages) {
    const due = dueOf(message, state);
    // What happens to a message comes before the end of the turn.
    if (due && (!next || due.at < next.at || (due.at === next.at && next.action.type === "end"))) next = due;
  }
  return next;
}

function dueOf({ id, agent, phase, stalled, tokenAt, progressAt }: Message, state: TimingState): Due | undefined {
  const { stall, long_operation } = state.timing;
  const patienceEnds = progressAt + long_operation;
  if (phase === "silent") {
    const waits = agent !== undefined && !state.waited.includes(agent);
    return waits ? { at: patienceEnds, action: { type: "waiting", agent } } : undefined;
  }
  if (phase === "shown" && !stalled && tokenAt + stall <= patienceEnds) {
    return { at: tokenAt + stall, action: { type: "stalled", message: id } };
  }
  return { at: patienceEnds, action: { type: "timeout", message: id } };
}

/** How the turn ends if nothing more happens. A time that has passed already when the work ends means at once. */
function endOf({ timing, woken, begunAt, settledAt, outsideAt, messages, ended }: TimingState): Due | undefined {
  if (ended || settledAt === undefined) return undefined;
  const unfinished = messages.filter(({ phase }) => phase === "shown").map(({ id }) => id);
  const end = (at: number, reason: Extract<DueAction, { type: "end" }>["reason"]): Due => ({
    at,
    action: { type: "end", reason, unfinished },
  });
  if (outsideAt === undefined)
    return woken ? end(settledAt, "completed") : end(begunAt + timing.response, "no_recipient");
  const quietAt = outsideAt + timing.completion;
  // The work took longer than the silence: it is the work that ended the turn, unless somebody is cut off.
  return end(quietAt, settledAt >= quietAt && unfinished.length === 0 ? "completed" : "silence");
}
