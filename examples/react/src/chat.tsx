import { useChat } from "@ai-sdk/react";
import { type ChatWaitUIMessage, createChatTransport } from "chatwait/ai-sdk";
import { useEffect, useState } from "react";
import { loadHistory, saveHistory } from "./history.ts";

const transport = createChatTransport();

export function Chat() {
  const [history] = useState(loadHistory);
  const { messages, sendMessage, setMessages, regenerate, stop, status, error, clearError } = useChat({
    id: "example", // A reload finds the running answer by this name.
    resume: true,
    messages: history,
    transport,
  });
  const isBusy = status === "submitted" || status === "streaming";

  // Not with each token: what is under way is in the hands of the transport.
  // biome-ignore lint/correctness/useExhaustiveDependencies: the messages are those at the moment of the change
  useEffect(() => saveHistory(messages), [status, messages.length]);

  function begin() {
    setMessages([]);
    clearError();
  }

  return (
    <main>
      <div role="log" aria-label="Conversation" aria-busy={isBusy}>
        {messages.map((message) => (
          <Message key={message.id} message={message} />
        ))}
        {status === "submitted" && <p className="waiting">Waiting for the answer …</p>}
        {error && <p role="alert">{error.message}</p>}
        {!isBusy && (error || messages.at(-1)?.role === "user") && (
          <button type="button" onClick={() => regenerate()}>
            Ask again
          </button>
        )}
      </div>
      <Ask onAsk={(text) => sendMessage({ text })} isBusy={isBusy} onStop={stop} />
      {messages.length > 0 && !isBusy && (
        <button type="button" onClick={begin}>
          New conversation
        </button>
      )}
    </main>
  );
}

function Message({ message }: { message: ChatWaitUIMessage }) {
  const text = message.parts.map((part) => (part.type === "text" ? part.text : "")).join("");
  return (
    <article className={message.role} aria-label={message.role === "user" ? "You" : "Answer"}>
      {text}
      {message.metadata?.reason === "length" && (
        <small>The answer was cut short: it had reached its longest length.</small>
      )}
    </article>
  );
}

function Ask({ onAsk, isBusy, onStop }: { onAsk(text: string): void; isBusy: boolean; onStop(): void }) {
  const [text, setText] = useState("");
  function ask() {
    setText("");
    onAsk(text);
  }
  return (
    <form action={ask}>
      <input
        aria-label="Message"
        placeholder="Ask something"
        value={text}
        onChange={(event) => setText(event.target.value)}
      />
      {isBusy ? (
        <button type="button" onClick={onStop}>
          Stop
        </button>
      ) : (
        <button type="submit" disabled={text.trim() === ""}>
          Send
        </button>
      )}
    </form>
  );
}
