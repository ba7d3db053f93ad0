import assert from "node:assert/strict";
import { test } from "node:test";
import type { Connection } from "../../client/types.ts";
import { manualClock } from "../../testing/manual-clock.ts";
import { answerOf, scriptedStream } from "../../testing/scripted-stream.ts";
import { readAnswer } from "../state/answer.ts";
import { wireState } from "./wire-words.ts";

function reading() {
  const clock = manualClock();
  let stream = scriptedStream();
  const open = (onConnection: (connection: Connection) => void) => {
    stream = scriptedStream({ onConnection });
    return stream;
  };
  const answer = readAnswer(open, { now: clock.now, frame: (run) => clock.after(16, run) });
  return { answer, stream, says: () => wireState(answer).text };
}

test("An answer that was stopped is not called complete", async () => {
  const { answer, stream, says } = reading();
  await stream.say(...answerOf(["Half"], "cancelled"));
  await stream.end();
  await answer.finished;
  assert.equal(says(), "Stopped");
});

test("A refusal for the moment is told from a failure", async () => {
  for (const [code, text] of [
    ["rate_limited", "Not taken yet"],
    ["model_error", "Failed"],
  ]) {
    const { answer, stream, says } = reading();
    await stream.end(Object.assign(new Error("No."), { name: "ChatWaitError", code, retryable: true }));
    await answer.finished;
    assert.equal(says(), text);
  }
});

test("A stop that does not reach the server is seen, until it is tried again", async () => {
  const { answer, stream, says } = reading();
  await stream.say(...answerOf(["Half"]).slice(0, 3));
  stream.connect({ status: "open" });
  assert.equal(says(), "Receiving");
  const { stop } = stream;
  stream.stop = () => Promise.reject(new Error("405"));
  await assert.rejects(answer.stop());
  assert.equal(says(), "Could not be stopped");
  stream.stop = stop;
  await answer.stop();
  assert.equal(says(), "Receiving");
});
