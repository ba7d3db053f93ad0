import type { Client, StreamEvent } from "../../client/types.ts";
import { type Answer, readAnswer } from "../state/answer.ts";
import type { Resume } from "../state/resumes.ts";
import type { RoomStore, RunningTurn } from "./room-store.ts";

export type OwnTurnWiring = {
  client: Client;
  world: string;
  store: Pick<RoomStore, "setRunning" | "clearRunning">;
  /** ms on a clock that never goes back. */
  now: () => number;
  /** Milliseconds since 1970. */
  wall: () => number;
  frame: (run: () => void) => () => void;
  announce: (text: string) => void;
  onEvent: (event: StreamEvent) => void;
  onResume: (resume: Resume) => void;
};

export type OwnTurn = {
  readonly key: string;
  readonly answer: Answer;
  /** Writes down where it stands, for a reload. */
  keep(): void;
};

/** How often, in ms, the position of a running turn is written down. */
const KEEP_EVERY_MS = 400;

/** Begins the turn that `running` says, or goes on with it where a reload left it. */
export function runTurn(running: RunningTurn, wiring: OwnTurnWiring): OwnTurn {
  const { client, world, store, now, wall, frame, announce, onEvent, onResume } = wiring;
  const { saved, savedAt, request, key } = running;
  let keptAt = Number.NEGATIVE_INFINITY;

  function keep() {
    const position = answer?.save();
    const at = new Date(wall()).toISOString();
    keptAt = now();
    store.setRunning(position ? { ...running, saved: position, savedAt: at } : running);
  }

  let answer: Answer | undefined;
  let lost = false;
  answer = readAnswer(
    (tell) => {
      const options = {
        onConnection: (connection: Parameters<typeof tell>[0]) => {
          tell(connection);
          if (connection.status === "waiting" && !lost) announce("Connection lost, reconnecting");
          if (connection.status === "waiting" || connection.status === "open") lost = connection.status === "waiting";
        },
      };
      return saved
        ? client.restore(saved, options)
        : client.world(world).stream(request, { ...options, idempotencyKey: key });
    },
    {
      now,
      frame,
      ...(saved && savedAt ? { restored: { savedMsAgo: Math.max(0, wall() - Date.parse(savedAt)) } } : {}),
      onEvent: (event) => {
        onEvent(event);
        if (now() - keptAt >= KEEP_EVERY_MS) keep();
      },
      onResume: (resume) => {
        onResume(resume);
        announce(resume.text);
      },
    },
  );
  keep();
  return { key, answer, keep };
}
