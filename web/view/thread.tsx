import { useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { Icon } from "./icon.tsx";

type ThreadProps = {
  label: string;
  /** Another value begins at the end again: another conversation, or a message of one's own. */
  restart?: unknown;
  /** In the middle of the height: for what stands in place of messages. */
  centred?: boolean;
  children: ComponentChildren;
};

/** So near to the end, in CSS pixels, a reader counts as being there. */
const NEAR = 48;

/** A list of messages that stays at its end while the reader is there, and leaves a reader who scrolled up in peace. */
export function Thread({ label, restart, centred, children }: ThreadProps) {
  const scroller = useRef<HTMLElement>(null);
  const content = useRef<HTMLDivElement>(null);
  const away = useSignal(false);
  useEffect(
    () => (scroller.current && content.current ? stick(scroller.current, content.current, away) : undefined),
    [away],
  );
  // biome-ignore lint/correctness/useExhaustiveDependencies: the value of `restart` itself does not matter
  useEffect(() => {
    away.value = false;
    toEnd(scroller.current);
  }, [restart, away]);
  return (
    <div class="thread-frame">
      {/* The headings in messages stand below this one. */}
      <h2 class="unseen">{label}</h2>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard */}
      <section class="thread" ref={scroller} aria-label={label} tabIndex={0}>
        <div class={`column messages${centred ? " centred" : ""}`} ref={content}>
          {children}
        </div>
      </section>
      {away.value && (
        <button type="button" class="button jump" onClick={() => toEnd(scroller.current, smoothly())}>
          <Icon name="down" /> Jump to latest
        </button>
      )}
    </div>
  );
}

const smoothly = (): ScrollBehavior =>
  matchMedia("(prefers-reduced-motion: no-preference)").matches ? "smooth" : "instant";

function toEnd(scroller: HTMLElement | null, behavior: ScrollBehavior = "instant"): void {
  scroller?.scrollTo({ top: scroller.scrollHeight, behavior });
}

/** Keeps the end in view as the content grows; returns what lets go. */
function stick(scroller: HTMLElement, content: HTMLElement, away: { value: boolean }): () => void {
  // So that what stands below can stand in line with it.
  const gutter = (scroller.offsetWidth - scroller.clientWidth) / 2;
  document.documentElement.style.setProperty("--gutter", `${gutter}px`);
  let top = scroller.scrollTop;
  const onScroll = () => {
    const end = scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight;
    // Only a reader moves up: content that grows leaves what is shown where it is.
    if (end <= NEAR) away.value = false;
    else if (scroller.scrollTop < top) away.value = true;
    top = scroller.scrollTop;
  };
  const grown = new ResizeObserver(() => {
    if (!away.value) toEnd(scroller);
  });
  grown.observe(content);
  grown.observe(scroller);
  scroller.addEventListener("scroll", onScroll, { passive: true });
  return () => {
    grown.disconnect();
    scroller.removeEventListener("scroll", onScroll);
  };
}
