import type { Answer } from "../state/answer.ts";
import { wireEnd } from "../state/ending.ts";
import type { Latency } from "../state/latency.ts";
import { duration } from "../state/words.ts";

/** What the wire says of itself: `tone` is for the eye, `text` for everybody. */
export type WireState = { tone: "idle" | "live" | "lost" | "bad"; text: string };

type WireFacts = Pick<Answer, "status" | "connection" | "reason" | "messages" | "failure" | "unstopped">;

export function wireState(answer: WireFacts | undefined): WireState {
  const status = answer?.status.value;
  if (!answer || status === "left") return { tone: "idle", text: "Ready" };
  if (status === "done") return { tone: "idle", text: wireEnd(answer.reason.value ?? "", answer.messages.value) };
  if (status === "failed") return { tone: "bad", text: failedText(answer.failure.value?.code) };
  const connection = answer.connection.value;
  if (connection.status === "waiting") return { tone: "lost", text: "Waiting to try again" };
  if (connection.status === "connecting") {
    return connection.attempt > 1 ? { tone: "lost", text: "Reconnecting" } : { tone: "live", text: "Connecting" };
  }
  if (answer.unstopped.value) return { tone: "bad", text: "Could not be stopped" };
  return { tone: "live", text: status === "starting" ? "Waiting for the first event" : "Receiving" };
}

/** What is sent again by itself in a moment has not failed for good. */
const failedText = (code: string | undefined): string => (code === "rate_limited" ? "Not taken yet" : "Failed");

const ms = (value: number | undefined): string => (value === undefined ? "–" : duration(value));

/** The latency line; every figure is what this page saw. */
export const latencyText = ({ firstTokenMs, medianGapMs, p95GapMs }: Latency): string =>
  [
    firstTokenMs === undefined ? undefined : `first token ${duration(firstTokenMs)}`,
    medianGapMs === undefined ? undefined : `median gap ${duration(medianGapMs)}, 95 % under ${ms(p95GapMs)}`,
  ]
    .filter(Boolean)
    .join(" · ");

export const latencyRows = (latency: Latency): [label: string, value: string][] => [
  ["First token", ms(latency.firstTokenMs)],
  ["Median gap", ms(latency.medianGapMs)],
  ["95 % under", ms(latency.p95GapMs)],
  ["Longest gap", ms(latency.longestGapMs)],
  ["Tokens", String(latency.tokens)],
];
