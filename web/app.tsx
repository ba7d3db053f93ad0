import { announcement } from "./state/announce.ts";
import { online } from "./state/page.ts";
import { route } from "./state/route.ts";
import { ChatView } from "./view/chat-view.tsx";
import { Sidebar } from "./view/sidebar.tsx";
import { OfflineBanner } from "./view/states.tsx";
import { WorldEditor } from "./worlds/editor.tsx";
import { WorldRoom } from "./worlds/room.tsx";

export function App() {
  return (
    <div class="page">
      <a class="skip button" href="#main" onClick={skip}>
        Skip to the messages
      </a>
      <Sidebar />
      <div class="view">
        {!online.value && <OfflineBanner />}
        <View />
      </div>
      <p class="unseen" role="status" aria-live="polite">
        {announcement.value}
      </p>
    </div>
  );
}

function View() {
  const now = route.value;
  if (now.view === "world") return <WorldRoom key={now.world} world={now.world} />;
  if (now.view === "world-editor") return <WorldEditor key={now.world} world={now.world} />;
  return <ChatView id={now.id} />;
}

/** The hash names where the page is, so a link must not change it. */
function skip(event: Event): void {
  event.preventDefault();
  document.getElementById("main")?.focus();
}
