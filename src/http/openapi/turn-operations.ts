import { FIND, oneEach, PUBLISH, RESUME, SAY, TURN_ENDS, WORLD } from "./codes.ts";
import { BASE, json, nothingLeft, type Operation, sse } from "./operation.ts";
import * as examples from "./world-examples.ts";

/** The paths on which something is said in a world (PROTOCOL.md, section 6). */
export const TURN_OPERATIONS: Operation[] = [
  {
    method: "post",
    path: "/worlds/{world}/chat",
    id: "worldChat",
    tag: "Worlds",
    summary: "Say something to a world, and read the turn that follows",
    description:
      "Subscribes to the world, publishes the message, and sends what its agents say until nothing is left to be answered. " +
      "With `Accept: application/json` it waits, and answers with the whole turn. The turn goes on if the connection is lost; " +
      "with `Last-Event-ID` the request is a resume and nothing else. An agent that fails says so in `message_end` and in its " +
      "outcome, and the others go on. The room is shared: whoever knows the world's name may read along, and its agents " +
      "remember what was said. Where `Accept` names `text/event-stream` alone, a refusal is one frame `event: error` under the " +
      "same status.",
    parameters: ["world", "Accept of a turn", "Last-Event-ID", "Idempotency-Key"],
    body: { schema: "WorldChatStart", example: examples.chatStart },
    answers: [
      {
        status: 200,
        description: "The events of the turn as they come, or the whole turn.",
        headers: ["Content-Location", "Idempotent-Replayed"],
        content: { ...sse(examples.turnStream), ...json("Turn", examples.turnReply) },
      },
      nothingLeft,
    ],
    errors: oneEach(...WORLD, ...SAY, ...PUBLISH, ...RESUME, "not_acceptable", "subscription_failed", ...TURN_ENDS),
    ends: TURN_ENDS,
    curl: `curl -N ${BASE}/worlds/default/chat -H 'Content-Type: application/json' -d '{"message":"Hello, all"}'`,
  },
  {
    method: "get",
    path: "/worlds/{world}/chat",
    id: "resumeTurn",
    tag: "Worlds",
    summary: "Resume a turn",
    description:
      "Sends what came after `Last-Event-ID`, which names the turn too, and goes on live. Without it there is nothing to read.",
    parameters: ["world", "Last-Event-ID"],
    answers: [
      {
        status: 200,
        description: "The events after the cursor.",
        headers: ["Content-Location"],
        content: sse(examples.resumedTurn),
      },
      nothingLeft,
    ],
    errors: [...WORLD, ...RESUME, "not_acceptable", "overloaded"],
    ends: TURN_ENDS,
    curl: `curl -N ${BASE}/worlds/default/chat -H "Last-Event-ID: $LAST_EVENT_ID"`,
  },
  {
    method: "get",
    path: "/worlds/{world}/chat/{stream_id}",
    id: "readTurn",
    tag: "Worlds",
    summary: "Read a turn, from its beginning or from a cursor, or take a snapshot",
    description:
      "Sends the events; `Last-Event-ID` beats `starting_after`. With `Accept: application/json` it answers at once with the " +
      "turn as it stands.",
    parameters: ["world", "stream_id", "starting_after", "Last-Event-ID", "Accept"],
    answers: [
      {
        status: 200,
        description: "The events after the cursor, or a snapshot.",
        headers: ["Content-Location"],
        content: { ...sse(examples.turnStream), ...json("Snapshot", examples.snapshot) },
      },
      nothingLeft,
    ],
    errors: [...WORLD, ...RESUME, "not_acceptable", "overloaded"],
    ends: TURN_ENDS,
    curl: `curl ${BASE}/worlds/default/chat/$STREAM_ID -H 'Accept: application/json'`,
  },
  {
    method: "delete",
    path: "/worlds/{world}/chat/{stream_id}",
    id: "stopTurn",
    tag: "Worlds",
    summary: "Stop a turn",
    description: "Closes all calls to models and ends the turn with `done` / `cancelled`. A second time does no harm.",
    parameters: ["world", "stream_id"],
    answers: [
      { status: 200, description: "The turn as it now stands.", content: json("Snapshot", examples.stoppedSnapshot) },
    ],
    errors: [...WORLD, ...FIND, "not_acceptable"],
    curl: `curl -X DELETE ${BASE}/worlds/default/chat/$STREAM_ID`,
  },
  {
    method: "get",
    path: "/worlds/{world}/events",
    id: "worldEvents",
    tag: "Worlds",
    summary: "Follow all that happens in a world",
    description:
      "A feed begins at the present: its `start` says where it stands. It carries the events of all turns, each with its " +
      "`turn_id`, every message that is published, and notices about the world. It resumes by `Last-Event-ID`, for 5 minutes " +
      "or 4 MiB of events, and ends only when the world is deleted.",
    parameters: ["world", "Last-Event-ID"],
    answers: [
      {
        status: 200,
        description: "The events from now on, or after the cursor.",
        headers: ["Content-Location"],
        content: sse(examples.feedStream),
      },
    ],
    errors: [...WORLD, ...RESUME, "not_acceptable", "overloaded", "shutting_down"],
    curl: `curl -N ${BASE}/worlds/default/events`,
  },
  {
    method: "post",
    path: "/worlds/{world}/messages",
    id: "publishMessage",
    tag: "Worlds",
    summary: "Publish a message and do not wait",
    description:
      "For people and programs outside: the message is routed as a person's. With `turn_id` it joins a turn that is under " +
      "way, without it begins one. What follows is in the feed.",
    parameters: ["world", "Idempotency-Key"],
    body: { schema: "WorldMessage", example: examples.worldMessage },
    answers: [
      {
        status: 202,
        description: "It is on its way.",
        headers: ["Idempotent-Replayed"],
        content: json("Published", examples.published),
      },
    ],
    errors: [...WORLD, ...SAY, ...PUBLISH, "turn_not_found", "turn_ended", "not_acceptable"],
    curl: `curl ${BASE}/worlds/default/messages -H 'Content-Type: application/json' -d '{"message":"Dinner is ready"}'`,
  },
  {
    method: "post",
    path: "/worlds/{world}/route",
    id: "route",
    tag: "Worlds",
    summary: "Ask whom a message would wake",
    description: "Wakes nobody. A mention is `@name`, but for code, quotes, links, addresses and `\\@name`.",
    parameters: ["world"],
    body: { schema: "RouteQuery", example: examples.routeQuery },
    answers: [{ status: 200, description: "Who would answer, and why.", content: json("Route", examples.route) }],
    errors: [...WORLD, ...SAY, "not_acceptable"],
    curl: `curl ${BASE}/worlds/default/route -H 'Content-Type: application/json' -d '{"message":"@Vera?"}'`,
  },
];
