import { effect, type Signal, signal } from "@preact/signals";
import type { ModelList } from "../../client/types.ts";
import { route } from "../../src/worlds/mentions.ts";
import { announce } from "../state/announce.ts";
import { nextFrame, randomId } from "../state/browser.ts";
import { client } from "../state/client.ts";
import { type Failure, failureOf } from "../state/failure.ts";
import { shelf } from "../state/shelf.ts";
import { createDefinitions, GONE } from "./definitions.ts";
import { createEditor, type Editor } from "./editor-state.ts";
import { createRoom, type RoomState } from "./room-state.ts";
import { readSender, writeSender } from "./room-store.ts";

/** The worlds of this page, wired to this browser. Everything in it is made once and lives as long as the page. */

export const definitions = createDefinitions(client);

/** Who speaks here; undefined: nobody in particular. */
export const sender: Signal<string | undefined> = signal(readSender(shelf));
effect(() => writeSender(shelf, sender.value));

/** Whether what others say is shown as well. */
export const following = signal(shelf.getItem("chatwait/follow") !== "off");
effect(() => keepFollowing(following.value));

function keepFollowing(on: boolean): void {
  try {
    if (on) shelf.removeItem("chatwait/follow");
    else shelf.setItem("chatwait/follow", "off");
  } catch {
    // No room: it holds for as long as the page is open.
  }
}

export const models = signal<ModelList>();

/** Reads which models there are; without them, the field shows what the agent has. */
export async function loadModels(): Promise<void> {
  models.value = await client.models().catch(() => models.peek());
}

const editors = new Map<string, Editor>();

/** What is being changed about that world: it is kept while the page is open. */
export function editorOf(world: string): Editor {
  const key = world.toLowerCase();
  const editor = editors.get(key) ?? createEditor(world, { client, newKey: randomId, told: changeTold });
  editors.set(key, editor);
  return editor;

  function changeTold(refusal: Failure | undefined) {
    definitions.told(refusal);
    if (refusal && !GONE.has(refusal.code)) return;
    void definitions.load(world);
    void definitions.loadList();
  }
}

/** A change that changes nothing tells whether there may be one; asked only where nothing else has told. */
export async function probeEditing(world: string): Promise<void> {
  if (definitions.editing.peek() !== "unknown") return;
  const refusal = await client.worlds.update(world, {}).then(() => undefined, failureOf);
  definitions.told(refusal);
}

/** The world was deleted here. */
export function forgetWorld(world: string): void {
  editors.delete(world.toLowerCase());
  definitions.forget(world);
  void definitions.loadList();
}

export const hasUnsaved = (): boolean => [...editors.values()].some(({ isChanged }) => isChanged.peek());

addEventListener("beforeunload", (event) => {
  if (hasUnsaved()) event.preventDefault();
});

export function after(ms: number, run: () => void): () => void {
  const timer = setTimeout(run, ms);
  return () => clearTimeout(timer);
}

const opened = signal<ReadonlyMap<string, RoomState>>(new Map());

/** The room of that name, opened when it is first asked for. */
export function roomOf(world: string): RoomState {
  const key = world.toLowerCase();
  const known = opened.peek().get(key);
  if (known) return known;
  const room = openRoom(world);
  opened.value = new Map([...opened.peek(), [key, room]]);
  return room;
}

const openRoom = (world: string): RoomState =>
  createRoom(world, {
    ...{ client, shelf, announce, after },
    newId: randomId,
    now: () => performance.now(),
    wall: () => Date.now(),
    frame: nextFrame,
    woken: (text, speaker) => wokenBy(world, text, speaker),
    onDefinition: () => void definitions.load(world),
  });

/** Whom the words of an agent, or of a person who came in later, wake (R-ROUTE). */
function wokenBy(world: string, text: string, speaker: string): string[] {
  const definition = definitions.one(world).peek();
  if (definition.state !== "there") return [];
  const { agents, world: room } = definition;
  const isAgent = agents.some(({ name }) => name === speaker);
  const asked = { text, agents, respond: room.respond, sender: isAgent ? { agent: speaker } : ("person" as const) };
  return route(asked).agents.map(({ agent }) => agent);
}

addEventListener("pagehide", () => {
  for (const room of opened.peek().values()) room.keep();
});

addEventListener("storage", ({ key }) => {
  for (const room of opened.peek().values()) room.changedElsewhere(key);
});

/** Whether a turn that was begun here is under way in that room. */
export const isRunning = (world: string): boolean =>
  (opened.value.get(world.toLowerCase())?.running.value.size ?? 0) > 0;
