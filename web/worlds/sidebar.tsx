import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { worldHref } from "../state/route.ts";
import { sidebarOpen } from "../state/sidebar.ts";
import { IconButton } from "../view/icon-button.tsx";
import { NewWorld } from "./new-world.tsx";
import { definitions, isRunning } from "./page.ts";
import { useReturningFocus } from "./returning-focus.ts";
import "./sidebar.css";

/** The server's worlds, and the way to a new one. */
export function WorldList({ current }: { current: string | undefined }) {
  const adding = useSignal(false);
  const button = useReturningFocus(adding.value);
  useEffect(() => followList(document), []);
  const mayAdd = definitions.editing.value !== "disabled";
  return (
    <>
      <div class="list-head">
        <h2>Worlds</h2>
        {mayAdd && (
          <IconButton
            small
            icon="plus"
            label="New world"
            buttonRef={button}
            aria-expanded={adding.value}
            onClick={() => {
              adding.value = !adding.value;
            }}
          />
        )}
      </div>
      {adding.value && <Adding onDone={() => (adding.value = false)} />}
      <Links current={current} />
    </>
  );
}

/** Others make worlds, too: the list is read again when the page is looked at again. */
function followList(page: Document): () => void {
  const look = () => {
    if (page.visibilityState === "visible") void definitions.loadList();
  };
  look();
  page.addEventListener("visibilitychange", look);
  return () => page.removeEventListener("visibilitychange", look);
}

function Adding({ onDone }: { onDone: () => void }) {
  if (definitions.editing.value !== "disabled") return <NewWorld onDone={onDone} />;
  return <p class="list-hint">This server does not allow worlds to be made or changed.</p>;
}

function Links({ current }: { current: string | undefined }) {
  const list = definitions.list.value;
  const failure = definitions.failure.value;
  if (!list && failure) {
    return (
      <p class="list-hint">
        The worlds could not be read.{" "}
        <button type="button" class="button small" onClick={() => void definitions.loadList()}>
          Try again
        </button>
      </p>
    );
  }
  if (list?.length === 0) return <p class="list-hint">There are no worlds yet.</p>;
  return (
    <ul class="links">
      {list?.map(({ name, title }) => (
        <li key={name}>
          <a
            class="world-link"
            href={worldHref(name)}
            aria-current={name.toLowerCase() === current?.toLowerCase() ? "page" : undefined}
            onClick={() => {
              sidebarOpen.value = false;
            }}
          >
            <span class="world-title">
              {title ?? name}
              {list.some((other) => other.name !== name && other.title === title) && title && (
                <small class="quiet"> {name}</small>
              )}
            </span>
            {isRunning(name) && (
              <span class="world-running">
                <span class="unseen">, a turn is under way</span>
              </span>
            )}
          </a>
        </li>
      ))}
    </ul>
  );
}
