import { useMemo } from "preact/hooks";
import type { Connection } from "../../client/types.ts";
import type { Answer } from "../state/answer.ts";
import { ticking } from "../state/words.ts";
import { useCountdown } from "./countdown.ts";

/** A line while the connection is away: why, and when it is tried again. Nothing while it is there. */
export function Lost({ answer }: { answer: Answer }) {
  const connection = answer.connection.value;
  if (connection.status === "waiting") return <Retrying connection={connection} dropped={answer.dropped.value} />;
  if (connection.status !== "connecting" || connection.attempt === 1) return null;
  return <li class="lost">Reconnecting.</li>;
}

type Waiting = Extract<Connection, { status: "waiting" }>;

function Retrying({ connection, dropped }: { connection: Waiting; dropped: boolean }) {
  const until = useMemo(() => Date.now() + connection.retryInMs, [connection]);
  const left = useCountdown(until);
  const cause = dropped ? "You dropped the connection." : connection.cause;
  return (
    <li class="lost">
      {cause} {left < 1000 ? "Trying again now." : `Trying again in ${ticking(left + 999)}.`}
    </li>
  );
}
