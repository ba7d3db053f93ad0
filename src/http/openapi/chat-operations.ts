import { BODY, FIND, GENERATION, oneEach, RESUME, START } from "./codes.ts";
import * as examples from "./examples.ts";
import { type Answer, BASE, json, nothingLeft, type Operation, sse } from "./operation.ts";

/** The paths of a chat (PROTOCOL.md, section 3). */

const start = { schema: "ChatStart", example: examples.chatStart };

const stillRunning: Answer = {
  status: 202,
  description: "With `Prefer: wait=N`: not complete within N seconds. The generation goes on.",
  headers: ["Location", "Preference-Applied"],
  content: json("WaitRunning", examples.waitRunning),
};

export const CHAT_OPERATIONS: Operation[] = [
  {
    method: "post",
    path: "/chat/wait",
    id: "chatWait",
    tag: "Chat",
    summary: "Ask, and wait for the whole answer",
    description:
      "Starts a stream and answers when it is complete. The generation goes on if the connection is lost: the same request " +
      "with the same `Idempotency-Key` picks it up.",
    parameters: ["Prefer", "Idempotency-Key"],
    body: start,
    answers: [
      {
        status: 200,
        description: "The whole answer.",
        headers: ["Idempotent-Replayed"],
        content: json("WaitReply", examples.waitReply),
      },
      stillRunning,
    ],
    errors: oneEach(...START, ...BODY, ...GENERATION),
    curl: `curl ${BASE}/chat/wait -H 'Content-Type: application/json' -d '{"message":"Hello"}'`,
  },
  {
    method: "get",
    path: "/chat/wait/{stream_id}",
    id: "chatWaitFor",
    tag: "Chat",
    summary: "Wait for a stream that exists already",
    description: "Answers when the stream is complete, in whichever mode it was started.",
    parameters: ["stream_id", "Prefer"],
    answers: [
      { status: 200, description: "The whole answer.", content: json("WaitReply", examples.waitReply) },
      stillRunning,
    ],
    errors: oneEach(...FIND, "not_acceptable", "overloaded", ...GENERATION),
    curl: `curl ${BASE}/chat/wait/$STREAM_ID -H 'Prefer: wait=10'`,
  },
  {
    method: "post",
    path: "/chat/streaming",
    id: "chatStreaming",
    tag: "Chat",
    summary: "Ask, and read the answer as it is written",
    description:
      "Starts a stream and sends its events. With `Last-Event-ID` the request is a resume and nothing else: its body is not " +
      "looked at.",
    parameters: ["Last-Event-ID", "Idempotency-Key"],
    body: start,
    answers: [
      {
        status: 200,
        description: "The events of the stream, from its beginning or after `Last-Event-ID`.",
        headers: ["Content-Location", "Idempotent-Replayed"],
        content: sse(examples.wholeStream),
      },
      nothingLeft,
    ],
    errors: oneEach(...START, ...BODY, ...RESUME),
    ends: GENERATION,
    curl: `curl -N ${BASE}/chat/streaming -H 'Content-Type: application/json' -d '{"message":"Hello"}'`,
  },
  {
    method: "get",
    path: "/chat/streaming",
    id: "chatStreamingByGet",
    tag: "Chat",
    summary: "The same for a browser's EventSource, and the short way to resume",
    description:
      "Takes the message in the query and no context. When an EventSource reconnects it sends `Last-Event-ID`, which turns " +
      "the same URL into a resume.",
    parameters: ["message", "Last-Event-ID", "Idempotency-Key"],
    answers: [
      {
        status: 200,
        description: "The events of the stream, from its beginning or after `Last-Event-ID`.",
        headers: ["Content-Location", "Idempotent-Replayed"],
        content: sse(examples.resumedStream),
      },
      nothingLeft,
    ],
    errors: oneEach(...START, ...RESUME),
    ends: GENERATION,
    curl: `curl -N ${BASE}/chat/streaming -H "Last-Event-ID: $LAST_EVENT_ID"`,
  },
  {
    method: "get",
    path: "/chat/streaming/{stream_id}",
    id: "readStream",
    tag: "Chat",
    summary: "Read a stream, from its beginning or from a cursor, or take a snapshot",
    description:
      "Sends the events; `Last-Event-ID` beats `starting_after`. With `Accept: application/json` it answers at once with " +
      "the stream as it stands.",
    parameters: ["stream_id", "starting_after", "Last-Event-ID", "Accept"],
    answers: [
      {
        status: 200,
        description: "The events after the cursor, or a snapshot.",
        headers: ["Content-Location"],
        content: { ...sse(examples.wholeStream), ...json("Snapshot", examples.snapshot) },
      },
      nothingLeft,
    ],
    errors: [...RESUME, "not_acceptable", "overloaded"],
    ends: GENERATION,
    curl: `curl ${BASE}/chat/streaming/$STREAM_ID -H 'Accept: application/json'`,
  },
  {
    method: "delete",
    path: "/chat/streaming/{stream_id}",
    id: "stopStream",
    tag: "Chat",
    summary: "Stop the generation",
    description:
      "Closes the call to the model and ends the stream with `done` / `cancelled`. A second time does no harm.",
    parameters: ["stream_id"],
    answers: [
      { status: 200, description: "The stream as it now stands.", content: json("Snapshot", examples.stoppedSnapshot) },
    ],
    errors: [...FIND, "not_acceptable"],
    curl: `curl -X DELETE ${BASE}/chat/streaming/$STREAM_ID`,
  },
];
