import { useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useEffect } from "preact/hooks";
import type { Failure } from "../state/failure.ts";
import { ticking } from "../state/words.ts";
import { useCountdown } from "./countdown.ts";
import { Icon, type IconName } from "./icon.tsx";

type BannerProps = {
  icon: IconName;
  tone?: "quiet" | "warn" | "bad";
  children: ComponentChildren;
  actions?: ComponentChildren;
};

/** A line across the page or a thread about something that is not as usual. */
export function Banner({ icon, tone = "quiet", children, actions }: BannerProps) {
  return (
    <div class={`banner ${tone}`}>
      <Icon name={icon} />
      <div class="banner-text">{children}</div>
      {actions && <div class="banner-actions">{actions}</div>}
    </div>
  );
}

/** The network is away, says the browser. */
export function OfflineBanner() {
  return (
    <Banner icon="offline" tone="warn">
      <p>You are offline. What you see stays here; an answer under way goes on when the network is back.</p>
    </Banner>
  );
}

type FailureProps = {
  failure: Failure;
  /** Milliseconds since 1970 when it failed. */
  at: number;
  onRetry?: (() => void) | undefined;
  /** The way out where the message itself is at fault. */
  onEdit?: (() => void) | undefined;
};

/** Once the pause is not counted down any more, its length says nothing. */
const PAUSE = "Many requests came from your address, and the server asked for a pause.";

/** The same message would fail again. */
const AT_FAULT = new Set(["message_too_long", "message_required", "payload_too_large"]);

/** What went wrong, in the server's words, and the way out. */
export function FailureBanner({ failure, at, onRetry, onEdit }: FailureProps) {
  const limited = failure.code === "rate_limited" && failure.retryAfterMs !== undefined && onRetry !== undefined;
  if (limited) return <RateLimited until={at + (failure.retryAfterMs ?? 0)} onRetry={onRetry} />;
  const edit = onEdit && AT_FAULT.has(failure.code);
  return (
    <Banner
      icon="alert"
      tone="bad"
      actions={
        <>
          {edit && <WayOut icon="edit" label="Edit the message" onClick={onEdit} />}
          {!edit && onRetry && <WayOut icon="retry" label="Retry" onClick={onRetry} />}
        </>
      }
    >
      <p>{failure.code === "rate_limited" ? PAUSE : failure.message}</p>
      <p class="fine">
        {failure.code}
        {failure.requestId && ` · request ${failure.requestId}`}
      </p>
    </Banner>
  );
}

function WayOut({ icon, label, onClick }: { icon: IconName; label: string; onClick: () => void }) {
  return (
    <button type="button" class="button small" onClick={onClick}>
      <Icon name={icon} /> {label}
    </button>
  );
}

/** Counts down to the moment when the server takes requests again, and then asks again by itself. */
function RateLimited({ until, onRetry }: { until: number; onRetry: () => void }) {
  const left = useCountdown(until);
  const waits = useSignal(true);
  // A reload long after the fact asks nothing by itself.
  const fresh = useSignal(until > Date.now());
  const over = left <= 0;
  useEffect(() => {
    if (over && waits.peek() && fresh.peek()) onRetry();
  }, [over, waits, fresh, onRetry]);
  const counting = left > 0 && waits.value;
  return (
    <Banner
      icon="clock"
      tone="warn"
      actions={
        <>
          {counting && (
            <button
              type="button"
              class="button small plain"
              onClick={() => {
                waits.value = false;
              }}
            >
              Cancel
            </button>
          )}
          <button type="button" class="button small" onClick={onRetry}>
            <Icon name="retry" /> Retry now
          </button>
        </>
      }
    >
      <p>
        {counting ? `Many requests came from your address. This one is sent again in ${ticking(left + 999)}.` : PAUSE}
      </p>
    </Banner>
  );
}
