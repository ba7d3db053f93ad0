import type { Group } from "./load.ts";
import type { Hammered } from "./load-wait.ts";
import { checked, cores, endings, group, type Metrics, perToken, RAMP_MS, warmedUp } from "./metrics.ts";
import { pause } from "./patience.ts";
import { SERVERS_SCENARIOS } from "./servers-scenarios.ts";
import type { Stage } from "./stage.ts";
import { WORLD_SCENARIOS } from "./world-scenarios.ts";

/** What is done to each server. */

/** How long a window lasts, in seconds, and the time to settle before it. */
export type Pace = { window: number; settle: number };

export type Scenario = {
  name: string;
  title: string;
  subjects: readonly string[];
  /** How often it is run where more rounds would tell no more. */
  rounds?: number;
  run(stage: Stage, pace: Pace): Promise<Metrics>;
};

const RATE = 20;

/** So few that the machine is not full: where tokens wait for the processor they are sent together, and cost less. */
const TURNS = 200;

/** Time between the end of the window and the end of the first stream, for the questions to the processes. */
const SLACK_S = 2;

/** With fewer streams, memory per stream tells more of the garbage collector than of the streams. */
const ENOUGH_FOR_MEMORY = 1000;

function steady(streams: number, subjects: string[], names: Partial<Scenario> = {}): Scenario {
  return {
    name: `steady-${streams}`,
    title: `${streams} streams of ${RATE} tokens/s`,
    ...names,
    subjects,
    async run(stage, { window, settle }) {
      const before = await warmedUp(stage);
      const tokens = RATE * (RAMP_MS / 1000 + settle + window + SLACK_S);
      const opened = performance.now();
      await stage.open([group(stage, streams, { tokens, pace: RATE })], settle * 1000);
      await pause(Math.max(0, RAMP_MS + settle * 1000 - (performance.now() - opened)));
      const measured = await stage.window(window);
      const rssKiBPerStream = (stage.rss() - before) / streams;
      const outcome = await stage.finish(RAMP_MS + SLACK_S * 1000 + 3000);
      const metrics = { ...perToken(measured), ...endings(outcome) };
      return streams < ENOUGH_FOR_MEMORY ? metrics : { ...metrics, rssKiBPerStream };
    },
  };
}

const flatOut: Scenario = {
  name: "flat-out",
  title: "8 streams, as fast as they go",
  subjects: ["pipe", "keep", "nginx", "chatwait", "ai-sdk"],
  async run(stage, { window, settle }) {
    await stage.open([group(stage, 8, { tokens: 10_000, pace: "flood" }, { repeat: true, rampMs: 100 })]);
    await pause(settle * 1000);
    const measured = await stage.window(window);
    checked(await stage.finish(0));
    return perToken(measured);
  },
};

const IDLE_STREAMS = 1000;

const idle: Scenario = {
  name: "idle-1000",
  title: `${IDLE_STREAMS} streams open, their model silent`,
  subjects: ["pipe", "keep", "nginx", "chatwait", "ai-sdk"],
  async run(stage, { window, settle }) {
    const before = await warmedUp(stage);
    const answered = await stage.open([group(stage, IDLE_STREAMS, { tokens: 2, pace: "idle" })]);
    await pause(settle * 1000);
    const measured = await stage.window(Math.min(window, 4));
    const calls = await stage.openCalls();
    if (answered !== IDLE_STREAMS) throw new Error(`${answered} of ${IDLE_STREAMS} streams were answered.`);
    if (calls !== IDLE_STREAMS) throw new Error(`${calls} calls to the model are open instead of ${IDLE_STREAMS}.`);
    const rssKiBPerStream = (stage.rss() - before) / IDLE_STREAMS;
    checked(await stage.finish(0));
    return { rssKiBPerStream, ...cores(measured) };
  },
};

/** An answer of a few paragraphs. */
const SHORT_TOKENS = 200;

const shortStreams: Scenario = {
  name: "short-drop",
  title: `10 clients, streams of ${SHORT_TOKENS} tokens as fast as they go, every other one left after 3 tokens`,
  subjects: ["keep", "keep-plain", "chatwait", "ai-sdk-detached"],
  async run(stage, { window, settle }) {
    const kinds: Partial<Group> = { repeat: true, cutAfter: 3, rampMs: 100 };
    await stage.open([group(stage, 10, { tokens: SHORT_TOKENS, pace: "brisk" }, kinds)]);
    await pause(settle * 1000);
    const measured = await stage.window(window);
    checked(await stage.finish(0));
    const { started, ms } = measured.window;
    return {
      cpuMsPerRequest: measured.cpu.serverUs / started / 1000,
      requestsPerSecond: (started * 1000) / ms,
      ...cores(measured),
    };
  },
};

const FLOODS = 4;

/** Tokens per second; one flood stays below the 4 MiB that a log may have. */
const FLOOD_RATE = 1200;
const SLOW_BYTES_PER_SECOND = 1024;

function floods(name: string, title: string, reading: Partial<Group>): Scenario {
  return {
    name,
    title: `100 streams of ${RATE} tokens/s beside ${FLOODS} floods of ${FLOOD_RATE} tokens/s ${title}`,
    subjects: ["keep", "chatwait"],
    async run(stage, { window, settle }) {
      const before = await warmedUp(stage);
      const seconds = RAMP_MS / 1000 + settle + window + SLACK_S;
      const flood = group(
        stage,
        FLOODS,
        { tokens: FLOOD_RATE * seconds, pace: FLOOD_RATE },
        { rampMs: 10, ...reading },
      );
      const others = group(stage, 100, { tokens: RATE * seconds, pace: RATE });
      await stage.open([flood, others]);
      await pause(settle * 1000);
      const measured = await stage.window(window);
      const grownMiB = (stage.rss() - before) / 1024;
      const { firstTokenP50Ms: _1, firstTokenP99Ms: _2, ...ends } = endings(await stage.finish(seconds * 1000));
      const { addedP50Ms, addedP99Ms, addedMaxMs } = perToken(measured) as Record<string, number>;
      return { addedP50Ms, addedP99Ms, addedMaxMs, grownMiB, ...ends, ...cores(measured) } as Metrics;
    },
  };
}

const wait: Scenario = {
  name: "wait",
  title: "POST /chat/wait with an instant model, 32 connections",
  subjects: ["fastify", "chatwait-instant"],
  async run(stage, { window, settle }) {
    const { path, body } = stage.subject;
    const hammer = { port: stage.port, path, body: body({ tokens: 2, pace: "flood" }), connections: 32 };
    await stage.askLoad("hammer", { ...hammer, ms: settle * 1000 });
    const measured = await stage.during(() => stage.askLoad<Hammered>("hammer", { ...hammer, ms: window * 1000 }));
    const { answers, ms } = measured.value;
    return {
      requestsPerSecond: (answers * 1000) / ms,
      cpuUsPerRequest: measured.cpu.serverUs / answers,
      ...cores(measured),
    };
  },
};

export const SCENARIOS: readonly Scenario[] = [
  steady(1000, ["pipe", "keep", "keep-plain", "nginx", "chatwait", "ai-sdk"]),
  steady(100, ["pipe", "keep", "nginx", "chatwait", "ai-sdk"]),
  flatOut,
  idle,
  shortStreams,
  floods("flood-fast", "that are read", {}),
  floods("flood-slow", "whose readers take 1 KB/s", { bytesPerSecond: SLOW_BYTES_PER_SECOND }),
  wait,
  steady(TURNS, ["chatwait", "chatwait-worlds"], {
    name: "worlds-steady",
    title: `${TURNS} streams of ${RATE} tokens/s, chats beside turns of worlds of one agent`,
  }),
  ...WORLD_SCENARIOS,
  ...SERVERS_SCENARIOS,
];
