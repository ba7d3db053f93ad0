import assert from "node:assert/strict";
import type { TestContext } from "node:test";
import type { DoneEvent, StartEvent, StreamEvent, WorldEvent } from "../src/protocol/events.ts";
import { offer, startTestApp, type TestApp, type TestAppOptions } from "./app.ts";
import { closeMoving } from "./driven-server.ts";
import { type ManualClock, manualClock } from "./manual-clock.ts";
import { type ScriptedCall, type ScriptedModel, scriptedModel } from "./scripted-model.ts";
import { type JsonAnswer, openStream, type Received, requestJson, type SseConnection } from "./sse-client.ts";
import { until } from "./until.ts";

/** The world that a {@link worldApp} begins with. */
export const WORLD = "kitchen";

/** Fields of an agent; a name alone is one that streams. Each speaks with a model of its own, `test:NAME`, if it names none. */
export type AgentSpec = string | { name: string; [field: string]: unknown };

export type WorldAppOptions = Pick<TestAppOptions, "env" | "models" | "subscribeWorld" | "publish" | "page"> & {
  /** By default Vera and Otto. */
  agents?: readonly AgentSpec[];
  /** Fields of the world, `timing` say. */
  world?: Record<string, unknown>;
};

export type Asking = { world?: string; headers?: Record<string, string>; signal?: AbortSignal };

export type BegunTurn = {
  stream: SseConnection;
  start: Received & StartEvent;
  /** The stream's id, the turn's public name, and the id of the message that began it. */
  id: string;
  turnId: string;
  messageId: string;
};

/** An event of a world, and the time at which it happened. */
export type Timed = { at: number; event: WorldEvent };

export type WorldApp = {
  app: TestApp;
  url: string;
  clock: ManualClock;
  /** The model of an agent, driven by the test. */
  voice(agent: string): ScriptedModel;
  /** Once that call of the agent's model has been made: says the tokens, and ends. */
  says(agent: string, index: number, ...tokens: string[]): Promise<ScriptedCall>;
  /** The URL of something in a world. */
  at(path: string, world?: string): string;
  /** Makes another world over HTTP; its agents must have been named in the options, or name their model. */
  addWorld(name: string, agents?: readonly AgentSpec[], fields?: Record<string, unknown>): Promise<void>;
  /** Publishes, and streams the turn; its `start` has been taken. A string is the message. */
  chat(said?: unknown, asking?: Asking): Promise<BegunTurn>;
  /** The same, waited for as JSON. */
  chatJson(said?: unknown, asking?: Asking): Promise<JsonAnswer>;
  /** Publishes without waiting. */
  publish(said: unknown, asking?: Asking): Promise<JsonAnswer>;
  feed(asking?: Asking): Promise<SseConnection>;
  /** From now on, all that happens in a world, at the moment at which it happens. */
  timeline(world?: string): Promise<Timed[]>;
  /** Resolves once so many requests read: the server has noticed who came and who left. */
  readers(count: number): Promise<void>;
  /** Resolves once nobody reads, and checks that no turn has left anything behind. */
  released(): Promise<void>;
};

/**
 * A server whose time is in the test's hands, with a world whose agents say what the test says. It ends with the test, which
 * fails if an event came when its turn had ended (R-COUNT).
 */
export async function worldApp(t: TestContext, options: WorldAppOptions = {}): Promise<WorldApp> {
  const { agents = ["Vera", "Otto"], world: fields = {}, models: more = [], ...rest } = options;
  const clock = manualClock();
  const voices = new Map(agents.map((agent) => [nameOf(agent), scriptedModel()]));
  const own = [...voices].map(([name, { model }]) => offer(`test:${name}`, model));
  const app = await startTestApp({ clock, models: [...own, ...more], ...rest });
  t.after(async () => {
    await closeMoving(app, clock);
    assert.equal(app.worlds.counts().lateEvents, 0, "late events");
  });
  const made = { app, url: app.url, clock, ...asker(app), ...speakers(voices), ...watcher(app, clock) };
  await made.addWorld(WORLD, agents, fields);
  return made;
}

const nameOf = (agent: AgentSpec) => (typeof agent === "string" ? agent : agent.name);

function speakers(voices: ReadonlyMap<string, ScriptedModel>): Pick<WorldApp, "voice" | "says"> {
  function voice(agent: string) {
    const found = voices.get(agent);
    assert.ok(found, `${agent} has no model of its own`);
    return found;
  }
  return {
    voice,
    async says(agent, index, ...tokens) {
      const call = await voice(agent).call(index);
      call.text(...tokens);
      call.finish();
      return call;
    },
  };
}

type Asker = Pick<WorldApp, "at" | "addWorld" | "chat" | "chatJson" | "publish" | "feed">;

function asker({ url }: TestApp): Asker {
  const at = (path: string, world = WORLD) => `${url}/worlds/${world}${path}`;
  const outgoing = (said: unknown, { headers = {}, signal }: Asking) => ({
    ...{ body: typeof said === "string" ? { message: said } : said, headers },
    ...(signal ? { signal } : {}),
  });

  async function make(place: string, body: unknown) {
    const made = await requestJson(place, { body });
    assert.equal(made.status, 201, made.text);
  }

  return {
    at,
    async addWorld(name, agents = [], fields = {}) {
      await make(`${url}/worlds`, { name, ...fields });
      for (const agent of agents) {
        const { name: agentName, ...more } = typeof agent === "string" ? { name: agent } : agent;
        await make(at("/agents", name), { name: agentName, model: `test:${agentName}`, ...more });
      }
    },
    async chat(said = "Hi", asking = {}) {
      const stream = await openStream(at("/chat", asking.world), outgoing(said, asking));
      const [start] = await stream.take(1);
      assert.ok(start?.type === "start" && start.stream_id && start.turn_id && start.message_id);
      return { stream, start, id: start.stream_id, turnId: start.turn_id, messageId: start.message_id };
    },
    chatJson(said = "Hi", asking = {}) {
      const headers = { accept: "application/json", ...asking.headers };
      return requestJson(at("/chat", asking.world), outgoing(said, { ...asking, headers }));
    },
    publish: (said, asking = {}) => requestJson(at("/messages", asking.world), outgoing(said, asking)),
    feed: ({ world, headers = {} } = {}) => openStream(at("/events", world), { headers }),
  };
}

function watcher(app: TestApp, clock: ManualClock): Pick<WorldApp, "timeline" | "readers" | "released"> {
  const readers = (count: number) => until(() => app.shelf.counts().readers === count, `${count} readers`);
  let watching = 0;
  return {
    readers,
    async timeline(world = WORLD) {
      const seen: Timed[] = [];
      const onWorldEvent = (_type: unknown, event: WorldEvent) => void seen.push({ at: clock.now(), event });
      await app.worlds.subscribeWorld(world, { send() {}, isOpen: true, onWorldEvent });
      watching++;
      return seen;
    },
    async released() {
      await readers(0);
      await until(() => app.worlds.counts().subscriptions === watching, "no subscriptions");
      const { turns, timers, feedReaders } = app.worlds.counts();
      assert.deepEqual({ turns, timers, feedReaders }, { turns: 0, timers: 0, feedReaders: 0 });
    },
  };
}

export const typesOf = (events: readonly { type: string }[]): string[] => events.map(({ type }) => type);

/** The codes of notices. */
export const noticesOf = (events: readonly StreamEvent[]): string[] =>
  events.flatMap((event) => (event.type === "system" ? [event.code] : []));

/** How a turn ended: its last event, which must be `done`. */
export function doneOf(events: readonly StreamEvent[]): DoneEvent {
  const last = events.at(-1);
  assert.ok(last?.type === "done", `The last event is ${JSON.stringify(last)}.`);
  return last;
}

/** The last outcome of each agent of a turn, by name. */
export const outcomesOf = (events: readonly StreamEvent[]): Record<string, string> =>
  Object.fromEntries((doneOf(events).agents ?? []).map(({ agent, outcome }) => [agent, outcome]));

/** What was said, in the order in which it ended. */
export const saidIn = (events: readonly StreamEvent[]): [sender: string, content: string][] =>
  events.flatMap((event) =>
    event.type === "message_end" || event.type === "message" ? [[event.sender, event.content]] : [],
  );

/** R-SEQ, R-ONE and R-TEXT of a whole turn: from its `start` to its only end, each message whole and in order. */
export function assertWholeTurn(events: readonly StreamEvent[]): void {
  assert.deepEqual(
    events.map(({ seq }) => seq),
    events.map((_, index) => index + 1),
  );
  const isTerminal = ({ type }: StreamEvent) => type === "done" || type === "error";
  assert.deepEqual([events[0]?.type, events.findIndex(isTerminal)], ["start", events.length - 1]);
  const open = new Map<string, string>();
  for (const event of events) {
    if (event.type === "message_start") {
      assert.ok(!open.has(event.message_id), "begun twice");
      open.set(event.message_id, "");
    } else if (event.type === "token" || event.type === "message_end") {
      const text = open.get(event.message_id);
      assert.notEqual(text, undefined, `a ${event.type} of a message that is not open`);
      if (event.type === "token") open.set(event.message_id, text + event.text);
      else {
        assert.equal(event.content, text);
        open.delete(event.message_id);
      }
    }
  }
  assert.deepEqual([...open.keys()], [], "messages without an end");
}

/** All events of a turn, once it has ended; they are checked as {@link assertWholeTurn} says. */
export async function wholeOf({ stream }: Pick<BegunTurn, "stream">): Promise<readonly Received[]> {
  await stream.closed;
  assertWholeTurn(stream.events);
  return stream.events;
}
