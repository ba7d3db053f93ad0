import { drafts } from "../state/page.ts";
import { chatHref, worldHref } from "../state/route.ts";
import { keeps } from "../state/shelf.ts";
import { focusComposer } from "./focus.ts";

/** They suit a model that needs no key, and show what is special here: answers long enough to cut in the middle. */
const EXAMPLES = ["Tell me a long story", "Count to 200", "What can you do?"];

/** Before the first message. */
export function EmptyChat() {
  return (
    <div class="empty">
      <h2>Ask something</h2>
      <p>
        Answers here survive a lost connection, to the very next token. Drop the connection in the middle of one, or
        reload the page, and see it go on.
      </p>
      <ul class="examples" aria-label="Examples">
        {EXAMPLES.map((text) => (
          <li key={text}>
            <button type="button" class="button" onClick={() => offer(text)}>
              {text}
            </button>
          </li>
        ))}
      </ul>
      <p>
        In a <a href={worldHref("default")}>world</a> several agents answer at once; worlds are listed beside your
        conversations.
      </p>
    </div>
  );
}

function offer(text: string): void {
  drafts.of(undefined).value = text;
  focusComposer();
}

/** The address of a conversation that is not in this browser. */
export function MissingChat() {
  return (
    <div class="empty">
      <h2>This conversation is not here</h2>
      <p>
        Conversations are stored in the browser in which they were held, and nowhere else.{" "}
        {keeps
          ? "This one was deleted, or held in another browser."
          : "This browser does not let the page store them, so they end when it is closed or loaded again."}
      </p>
      <BeginAnew />
    </div>
  );
}

/** The way on from where there is nothing to read. */
export function BeginAnew() {
  return (
    <ul class="examples">
      <li>
        <a class="button" href={chatHref()}>
          Begin a new conversation
        </a>
      </li>
    </ul>
  );
}
