import { type ReadonlySignal, signal } from "@preact/signals";
import type { StreamEvent } from "../../client/types.ts";
import type { Answer } from "../state/answer.ts";
import { type Resume, resumeNote } from "../state/resumes.ts";
import { type OwnTurn, type OwnTurnWiring, runTurn } from "./own-turn.ts";
import type { RoomBoard } from "./room-board.ts";
import type { RoomStore, RunningTurn } from "./room-store.ts";
import { begun, broughtUp, changed, ownEvent } from "./room-view.ts";
import { failed } from "./turn.ts";
import type { Woken } from "./turn-events.ts";
import { endLine, NOBODY } from "./words.ts";

/** The turns that were begun in this browser and are under way. */
export type OwnTurns = {
  /** By key. */
  readonly running: ReadonlySignal<ReadonlyMap<string, Answer>>;
  /** The latest of them, under way or over. */
  readonly latest: ReadonlySignal<Answer | undefined>;
  begin(turn: RunningTurn): void;
  /** Goes on with those that were under way when the page was closed. */
  goOn(): void;
  /** Ends them all, for everybody. */
  stop(): void;
  keep(): void;
};

export type OwnTurnsSettings = Omit<OwnTurnWiring, "onEvent" | "onResume" | "store"> & {
  board: RoomBoard;
  store: RoomStore;
  woken: Woken;
};

/** What has stood still for longer, in ms, is not said again by itself: nobody may be waiting for it any more. */
const STALE_MS = 10 * 60_000;

export function createOwnTurns(settings: OwnTurnsSettings): OwnTurns {
  const { board, store, wall, announce, woken } = settings;
  const running = signal<ReadonlyMap<string, Answer>>(new Map());
  const latest = signal<Answer>();
  const own = new Map<string, OwnTurn>();

  function begin(turn: RunningTurn) {
    const { key } = turn;
    const onEvent = (event: StreamEvent) => board.change((room) => ownEvent(room, key, event, woken));
    const onResume = (resume: Resume) =>
      board.change((room) => changed(room, key, (it) => ({ ...it, notes: [...(it.notes ?? []), resumeNote(resume)] })));
    const started = runTurn(turn, { ...settings, onEvent, onResume });
    own.set(key, started);
    latest.value = started.answer;
    running.value = new Map([...running.peek(), [key, started.answer]]);
    void started.answer.finished.then(() => ended(started));
  }

  function ended({ key, answer }: OwnTurn) {
    own.delete(key);
    running.value = new Map([...running.peek()].filter(([other]) => other !== key));
    if (answer.status.peek() === "left") return;
    const failure = answer.failure.peek();
    if (failure)
      board.change((room) => changed(room, key, (turn) => (turn.ending ? turn : failed(turn, failure, wall()))));
    store.clearRunning(key);
    board.write();
    const turn = board.now().turns.find((other) => other.key === key);
    announce((turn && endLine(turn)?.text) ?? "The turn is over.");
  }

  function goOnWith(turn: RunningTurn) {
    const { saved, savedAt, startedAt, key, request } = turn;
    const stale = wall() - Date.parse(savedAt ?? startedAt) > STALE_MS;
    if (stale && !saved) return store.clearRunning(key);
    board.change((room) => {
      const asked = { sender: request.sender ?? NOBODY, content: request.message, at: startedAt };
      const known = room.turns.some((other) => other.key === key) ? room : begun(room, key, asked);
      return changed(known, key, (other) => broughtUp(other, saved?.messages ?? []));
    });
    begin(turn);
  }

  return {
    running,
    latest,
    begin,
    goOn: () => {
      for (const turn of store.running()) if (!own.has(turn.key)) goOnWith(turn);
    },
    stop: () => {
      for (const { answer } of own.values()) {
        answer.stop().catch(() => announce("The turn could not be stopped. Try again."));
      }
    },
    keep: () => {
      for (const turn of own.values()) turn.keep();
    },
  };
}
