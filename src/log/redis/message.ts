/** What a server has said on a channel, as JSON; undefined for what none of them says: whoever may come in to Redis can say anything there. */
export function messageOf<Message extends object>(text: string): Message | undefined {
  try {
    const said: unknown = JSON.parse(text);
    return typeof said === "object" && said !== null ? (said as Message) : undefined;
  } catch {
    return undefined;
  }
}
