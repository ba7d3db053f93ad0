import type { Heard, Hearing, Routed } from "./hearing.ts";
import type { Ledger, Obligation } from "./ledger.ts";
import type { Published } from "./turn.ts";
import type { TurnEvents } from "./turn-events.ts";
import { unknownNotices } from "./turn-notices.ts";
import type { Voices } from "./voices.ts";

/** What is said in a turn, on its way to those whom it wakes. */
export type TurnTalk = {
  wake(routed: Routed, messageId: string, cause: Obligation): void;
  /** Something was said to which agents may answer: from `cause`, or from outside. */
  publish(message: Heard & { id: string }, sender: "person" | { agent: string }, cause?: Obligation): void;
  /** A person's message is heard, and answered. */
  take(message: Published): void;
};

export type TurnTalkDeps = { ledger: Ledger; hearing: Hearing; events: TurnEvents; wake: Voices["wake"] };

export function createTurnTalk({ ledger, hearing, events, wake: wakeAgents }: TurnTalkDeps): TurnTalk {
  const { notice, tell } = events;

  function wake({ agents, unknown }: Routed, messageId: string, cause: Obligation) {
    for (const text of unknownNotices(unknown)) {
      if (!notice("unknown_mention", text, { message_id: messageId })) return;
    }
    if (!events.isClosing) wakeAgents(agents, messageId, cause);
  }

  const publish: TurnTalk["publish"] = (message, sender, cause) => {
    if (!cause && ledger.count === 0) tell({ type: "reopened" });
    const publication = ledger.open({ kind: "publication" }, cause);
    try {
      wake(hearing.route(message, sender), message.id, publication);
    } finally {
      publication.close("replied");
    }
  };

  return {
    wake,
    publish,
    take(message) {
      const { sender, content } = message;
      tell({ type: "outside_message" });
      hearing.hear({ sender, agent: false, content });
      publish(message, "person");
    },
  };
}
