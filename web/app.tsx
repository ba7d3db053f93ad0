import { announcement } from "./state/announce.ts";
import { online } from "./state/page.ts";
import { route } from "./state/route.ts";
import { sidebarOpen } from "./state/sidebar.ts";
import { ChatView } from "./view/chat-view.tsx";
import { Nowhere } from "./view/nowhere.tsx";
import { Shortcuts } from "./view/shortcuts.tsx";
import { Sidebar } from "./view/sidebar.tsx";
import { OfflineBanner } from "./view/states.tsx";
import { WorldEditor } from "./worlds/editor.tsx";
import { WorldRoom } from "./worlds/room.tsx";

export function App() {
  return (
    <div class="page">
      <button type="button" class="skip button" onClick={skip}>
        Skip to the messages
      </button>
      <Sidebar />
      <div class="view" inert={sidebarOpen.value}>
        <section class="page-banners" aria-label="Notices">
          {!online.value && <OfflineBanner />}
        </section>
        <View />
      </div>
      <Shortcuts />
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
  if (now.view === "nowhere") return <Nowhere />;
  return <ChatView id={now.id} />;
}

/** No link: the hash names where in the page the reader is. */
function skip(): void {
  document.getElementById("main")?.focus();
}
