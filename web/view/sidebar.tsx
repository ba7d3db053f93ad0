import { useEffect } from "preact/hooks";
import { conversations } from "../state/page.ts";
import { chatHref, type Route, route } from "../state/route.ts";
import { sidebarOpen } from "../state/sidebar.ts";
import { WorldList } from "../worlds/sidebar.tsx";
import { ConversationList } from "./conversation-list.tsx";
import { focusComposer } from "./focus.ts";
import { Icon } from "./icon.tsx";
import { IconButton } from "./icon-button.tsx";
import { SidebarFoot } from "./sidebar-foot.tsx";

/** Conversations, worlds, and the page's own settings; on a narrow window a drawer. */
export function Sidebar() {
  const open = sidebarOpen.value;
  const close = () => {
    sidebarOpen.value = false;
  };
  // biome-ignore lint/correctness/useExhaustiveDependencies: the focus moves when it opens and when it closes
  useEffect(() => (open ? takeFocus() : undefined), [open]);
  return (
    <>
      {open && <div class="scrim" onClick={close} aria-hidden="true" />}
      <aside class={open ? "sidebar open" : "sidebar"} id="sidebar" aria-label="Conversations and worlds">
        <div class="brand">
          <a href={chatHref()} onClick={close}>
            <Icon name="wire" /> ChatWait
          </a>
          <IconButton class="close-drawer" icon="close" label="Hide conversations and worlds" onClick={close} />
        </div>
        <a
          class="button new"
          href={chatHref()}
          onClick={() => {
            close();
            focusComposer();
          }}
        >
          <Icon name="plus" /> New conversation
        </a>
        <div class="lists">
          <nav aria-label="Conversations" class="list-block">
            <div class="list-head">
              <h2>Conversations</h2>
            </div>
            <ConversationList list={conversations.list.value} current={currentChat(route.value)} />
          </nav>
          <nav aria-label="Worlds" class="list-block">
            <WorldList current={"world" in route.value ? route.value.world : undefined} />
          </nav>
        </div>
        <SidebarFoot />
      </aside>
    </>
  );
}

/** While the drawer is open the focus is in it; then it goes back to what opened it. */
function takeFocus(): () => void {
  document.querySelector<HTMLElement>("#sidebar .close-drawer")?.focus();
  return () => {
    // What is hidden has lost its focus to the page already.
    const lost = document.activeElement === document.body;
    const inside = document.getElementById("sidebar")?.contains(document.activeElement);
    if (lost || inside) document.querySelector<HTMLElement>(".menu-button")?.focus();
  };
}

const currentChat = (now: Route): string | undefined => (now.view === "chat" ? now.id : undefined);
