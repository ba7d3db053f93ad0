import type { RefObject } from "preact";
import { useEffect, useRef } from "preact/hooks";

/**
 * Gives the focus back to a button when what it had opened in its place is closed again, unless somebody has gone elsewhere
 * meanwhile. Returns the button's ref.
 */
export function useReturningFocus(isOpen: boolean): RefObject<HTMLButtonElement> {
  const button = useRef<HTMLButtonElement>(null);
  const wasOpen = useRef(false);
  useEffect(() => {
    const focused = document.activeElement;
    if (wasOpen.current && !isOpen && (focused === null || focused === document.body)) button.current?.focus();
    wasOpen.current = isOpen;
  }, [isOpen]);
  return button as RefObject<HTMLButtonElement>;
}
