import type { Conversation } from "../state/conversation.ts";
import { chatHref } from "../state/route.ts";

type ConversationListProps = { conversations: readonly Conversation[]; current: string | undefined };

export function ConversationList({ conversations, current }: ConversationListProps) {
  return (
    <>
      <ul class="links">
        {conversations.map(({ id, title }) => (
          <li key={id}>
            <a href={chatHref(id)} aria-current={id === current ? "page" : undefined}>
              {title}
            </a>
          </li>
        ))}
      </ul>
    </>
  );
}
