import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";

/** A few buttons that pop up below the one that opened them; arrows move between them, anything else closes. */
export function Menu({ children, onClose }: { children: ComponentChildren; onClose: () => void }) {
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const opener = document.activeElement;
    box.current?.scrollIntoView({ block: "nearest" });
    box.current?.querySelector("button")?.focus();
    const away = ({ target }: Event) => {
      if (target instanceof Node && !box.current?.contains(target) && !opener?.contains(target)) onClose();
    };
    document.addEventListener("pointerdown", away);
    return () => {
      document.removeEventListener("pointerdown", away);
      if (opener instanceof HTMLElement && opener.isConnected) opener.focus();
    };
  }, [onClose]);
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the keys come from the buttons in it
    <div
      class="menu"
      ref={box}
      onClick={onClose}
      onKeyDown={(event) => onKeyDown(event, onClose)}
      onBlur={leave(onClose)}
    >
      {children}
    </div>
  );
}

const leave = (onClose: () => void) => (event: FocusEvent) => {
  const to = event.relatedTarget;
  if (to instanceof Node && event.currentTarget instanceof Node && !event.currentTarget.contains(to)) onClose();
};

function onKeyDown(event: KeyboardEvent, onClose: () => void): void {
  const buttons = [...((event.currentTarget as Element | null)?.querySelectorAll("button") ?? [])];
  const at = buttons.indexOf(document.activeElement as HTMLButtonElement);
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step) buttons.at((at + step) % buttons.length)?.focus();
  else if (event.key === "Escape") onClose();
  else return;
  event.preventDefault();
  event.stopPropagation();
}
