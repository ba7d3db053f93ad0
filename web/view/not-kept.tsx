import { keeps } from "../state/shelf.ts";
import { Banner } from "./states.tsx";

const NOTHING_KEPT =
  "This browser does not let the page keep anything, so what is said here is lost when it is closed or loaded again. To keep it, allow this site to store data.";

/** Says that what is said is lost with the page, and why; `full`: what to say where the browser has no room left. */
export function NotKept({ full }: { full: string | undefined }) {
  const text = keeps ? full : NOTHING_KEPT;
  if (!text) return null;
  return (
    <Banner icon="alert" tone="warn">
      <p>{text}</p>
    </Banner>
  );
}
