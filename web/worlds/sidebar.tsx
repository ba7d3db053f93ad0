import { useEffect } from "preact/hooks";
import { worldHref } from "../state/route.ts";
import { sidebarOpen } from "../state/sidebar.ts";
import { definitions, isRunning } from "./page.ts";

/** The server's worlds, and the way to a new one. */
export function WorldList({ current }: { current: string | undefined }) {
  useEffect(() => void definitions.loadList(), []);
  const list = definitions.list.value;
  return (
    <>
      <div class="list-head">
        <h2>Worlds</h2>
      </div>
      <ul class="links">
        {list?.map(({ name, title }) => (
          <li key={name}>
            <a
              href={worldHref(name)}
              aria-current={name.toLowerCase() === current?.toLowerCase() ? "page" : undefined}
              onClick={() => (sidebarOpen.value = false)}
            >
              {title ?? name}
              {isRunning(name) && <span class="unseen"> (a turn is under way)</span>}
            </a>
          </li>
        ))}
      </ul>
    </>
  );
}
