import type { Outlive, Outlived } from "./load-outlive.ts";
import { checked, endings, group, type Metrics, perToken, RAMP_MS, warmedUp } from "./metrics.ts";
import { pause } from "./patience.ts";
import type { Scenario } from "./scenarios.ts";
import type { Measured, Stage } from "./stage.ts";

/** What is done to servers that share a Redis. */

const STREAMS = 200;
const RATE = 20;

/** Time between the end of the window and the end of the first stream. */
const SLACK_S = 2;

type Reading = Pick<Scenario, "name" | "title" | "subjects"> & { elsewhere: boolean };

function steady({ elsewhere, ...names }: Reading): Scenario {
  return {
    ...names,
    async run(stage, { window, settle }) {
      await warmedUp(stage);
      const shares = stage.subject.servers !== undefined;
      const tokens = RATE * (RAMP_MS / 1000 + settle + window + SLACK_S);
      const move = elsewhere ? { move: { after: 1, port: stage.otherPort } } : {};
      const empty = shares ? (await stage.redis()).memory : 0;
      const opened = performance.now();
      await stage.open([group(stage, STREAMS, { tokens, pace: RATE }, move)], settle * 1000);
      await pause(Math.max(0, RAMP_MS + settle * 1000 - (performance.now() - opened)));
      const { measured, traffic } = await windowWithTraffic(stage, window, shares);
      const outcome = await stage.finish(RAMP_MS + SLACK_S * 1000 + 3000);
      const kept = shares ? { redisKiBPerStream: ((await stage.redis()).memory - empty) / STREAMS / 1024 } : {};
      return { ...perToken(measured), ...traffic, ...endings(outcome), ...kept };
    },
  };
}

async function windowWithTraffic(stage: Stage, seconds: number, shares: boolean) {
  const before = shares ? await stage.redis() : undefined;
  const measured = await stage.window(seconds);
  if (!before) return { measured, traffic: {} };
  const after = await stage.redis();
  const per = (value: number) => value / measured.window.tokens;
  const traffic = {
    ...redisUse(measured),
    redisInBytesPerToken: per(after.received - before.received),
    redisOutBytesPerToken: per(after.sent - before.sent),
  };
  return { measured, traffic };
}

function redisUse({ cpu, window }: Measured): Metrics {
  return { redisUsPerToken: cpu.redisUs / window.tokens, otherUsPerToken: cpu.otherUs / window.tokens };
}

const RESUMING = 50;

const resume: Scenario = {
  name: "servers-resume",
  title: `${RESUMING} clients, streams of 25 tokens at ${RATE} tokens/s, cut after 10 and resumed five earlier on another server`,
  subjects: ["chatwait-shared"],
  async run(stage, { window, settle }) {
    await warmedUp(stage);
    const move = { after: 10, port: stage.otherPort, back: 5 };
    // Spread over the time that a stream takes, so that they do not come back at once.
    await stage.open([group(stage, RESUMING, { tokens: 25, pace: RATE }, { repeat: true, rampMs: 1250, move })]);
    await pause((settle + window) * 1000);
    const { moved, ended } = checked(await stage.finish(0));
    return { resumed: moved.count, ended, resumedP50Ms: moved.p50, resumedP99Ms: moved.p99, resumedMaxMs: moved.max };
  },
};

const DYING = 100;

const kill: Scenario = {
  name: "servers-kill",
  title: `${DYING} streams of ${RATE} tokens/s, their server killed, their readers back on another`,
  subjects: ["chatwait-builtin"],
  async run(stage) {
    const { port, otherPort, subject } = stage;
    const ask = (question: Outlive) => stage.askLoad<Outlived>("outlive", question);
    const body = subject.body({ tokens: 250, pace: RATE });
    await ask({ act: "begin", port, otherPort, path: subject.path, body, streams: DYING });
    const killedAt = stage.kill();
    const { again, faults } = await ask({ act: "end", killedAt, withinMs: 40_000 });
    if (faults.length > 0) throw new Error(faults.slice(0, 3).join(" | "));
    return { survived: again.count, survivedP50Ms: again.p50, survivedP99Ms: again.p99 };
  },
};

export const SERVERS_SCENARIOS: readonly Scenario[] = [
  steady({
    name: "servers-steady",
    title: `${STREAMS} streams of ${RATE} tokens/s, alone and sharing`,
    subjects: ["chatwait", "xadd", "chatwait-shared", "resumable-stream"],
    elsewhere: false,
  }),
  steady({
    name: "servers-far",
    title: `${STREAMS} streams of ${RATE} tokens/s, read on another server`,
    subjects: ["chatwait-shared"],
    elsewhere: true,
  }),
  resume,
  kill,
];
