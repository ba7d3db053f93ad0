import type { StreamEvent } from "../src/protocol/events.ts";
import type { Expected } from "./turn-script.ts";

/** Reads one turn's events, whatever connections they came by, and says what is wrong with them. */
export type TurnCheck = {
  /** One event, with the id of its frame. */
  take(id: string, event: StreamEvent): void;
  /** The response is over: what was to come and did not is told. Call once. */
  end(): void;
  readonly faults: string[];
  /** The terminal event is there. */
  readonly isOver: boolean;
  /** What to resume after. */
  readonly lastId: string | undefined;
  readonly events: number;
  readonly tokens: number;
  /** How it came out for each agent, as `done` says. */
  readonly agents: readonly string[];
};

/** A check for one turn, of which nothing has come yet. */
export function turnCheck(expected: Expected): TurnCheck {
  const faults: string[] = [];
  const open = new Map<string, string[]>();
  const check = { faults, events: 0, tokens: 0, isOver: false, lastId: undefined as string | undefined, agents: [""] };
  check.agents = [];
  const whole = { messages: 0, tokens: 0 };

  function number(id: string, { seq, type }: StreamEvent) {
    check.events++;
    check.lastId = id;
    if (check.isOver) faults.push(`${type} came after the end`);
    if (seq !== check.events) faults.push(`seq ${seq} came where ${check.events} was due`);
    if (!id.endsWith(`.${seq}`)) faults.push(`the frame of seq ${seq} has the id ${id}`);
    if ((seq === 1) !== (type === "start")) faults.push(`${type} is number ${seq}`);
  }

  function finish(messageId: string, content: string, reason: string) {
    const said = open.get(messageId);
    open.delete(messageId);
    if (said === undefined) faults.push("a message ended that had not begun");
    else if (said.join("") !== content) faults.push("a message's content is not its tokens");
    if (reason === "stop") count(content);
    else if (reason !== "error") faults.push(`a message ended with ${reason}`);
  }

  function count(content: string) {
    whole.messages++;
    whole.tokens += content.split(";").length - 1;
  }

  function compare(name: string, found: unknown, due: unknown) {
    if (found !== due) faults.push(`${name}: ${found} instead of ${due}`);
  }

  function seal(event: StreamEvent) {
    check.isOver = true;
    if (open.size > 0) faults.push(`${open.size} messages had no end`);
    compare("messages", whole.messages, expected.messages);
    compare("tokens", whole.tokens, expected.tokens);
    if (event.type !== "done") return compare("end", event.type, "done");
    compare("reason", event.reason, expected.reason);
    check.agents = event.agents?.map(({ outcome }) => outcome) ?? [];
    const outcomes = event.agents?.map(({ agent, outcome }) => `${agent} ${outcome}`).sort();
    const due = Object.entries(expected.outcomes).map(([agent, outcome]) => `${agent} ${outcome}`);
    compare("agents", outcomes?.join(", "), due.sort().join(", "));
  }

  return Object.assign(check, {
    take(id: string, event: StreamEvent) {
      number(id, event);
      if (event.type === "message_start") open.set(event.message_id, []);
      else if (event.type === "token") {
        check.tokens++;
        const said = open.get(event.message_id);
        if (said) said.push(event.text);
        else faults.push("a token came outside its message");
      } else if (event.type === "message_end") finish(event.message_id, event.content, event.reason);
      else if (event.type === "message") count(event.content);
      else if (event.type === "done" || event.type === "error") seal(event);
      else if (event.type === "system" && !EXPECTED_NOTICES.has(event.code)) faults.push(`notice ${event.code}`);
    },
    end() {
      if (!check.isOver) faults.push(`the response ended after event ${check.events}, which was not the last`);
    },
  });
}

/** A machine that is loaded to the full may let a message stand still for a moment. */
const EXPECTED_NOTICES = new Set(["turn_limit", "stalled", "resumed"]);
