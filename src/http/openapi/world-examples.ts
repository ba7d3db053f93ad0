import { encodeFrame, RETRY_LINE } from "../../protocol/frames.ts";

/** The values that the OpenAPI document shows of worlds: one room, one question, told the same way everywhere. */

const STREAM = "9QeLr4Wn7yTbKxMv2sHdGa";
const FEED = "Zp3kXn8RfUwYq6LtVb1CjE";
const TURN = "tVhK2mQ8xZ4c";
const QUESTION = "nB7rWpLs3eYd";
const VERAS = "kJ5tFzGq9uMx";
const OTTOS = "wC2yHvDa6oRn";
const CREATED = "2026-01-02T03:04:05.000Z";
const FINISHED = "2026-01-02T03:04:05.420Z";

export const agents = [
  { name: "Vera", instructions: "You are a sceptic. Two sentences at most.", streaming: true },
  { name: "Otto", instructions: "You are an optimist.", temperature: 0.9, streaming: false },
];
export const agent = agents[0];
export const agentCreate = agents[1];
export const agentPatch = { temperature: 0.4, model: null };
export const changedAgent = { ...agent, temperature: 0.4 };

export const world = { name: "kitchen", title: "The kitchen", turn_limit: 5, respond: "everyone", memory: true };
export const worldCreate = { name: "kitchen", title: "The kitchen" };
export const worldPatch = { respond: "first", timing: { long_operation: 15_000 } };
export const changedWorld = { ...world, ...worldPatch };
export const worldDetails = { ...world, agents };

export const chatStart = { message: "@Vera, is the glass half full?", sender: "Ada" };
export const worldMessage = { message: "It has a crack, too.", sender: "Ada", turn_id: TURN };
export const published = { message_id: "eS8gPiXl4bQw", turn_id: TURN };
export const routeQuery = { message: "@Vera and @Bob, is the glass half full?" };
export const route = { agents: [{ agent: "Vera", why: "mentioned" }], unknown: ["Bob"] };

const outcomes = ["Vera", "Otto"].map((name) => ({ agent: name, outcome: "replied" as const }));
const words = ["Half ", "empty. ", "@Otto?"];
const veras = { message_id: VERAS, sender: "Vera", in_reply_to: QUESTION };
const ottos = {
  message_id: OTTOS,
  sender: "Otto",
  role: "assistant",
  content: "Half full!",
  timestamp: FINISHED,
} as const;

/** The events of a whole turn, in order: Vera is asked, and asks Otto, who is not streamed. */
const turn = [
  {
    type: "start",
    stream_id: STREAM,
    kind: "world",
    created_at: CREATED,
    world: "kitchen",
    turn_id: TURN,
    message_id: QUESTION,
  },
  { type: "message_start", ...veras, role: "assistant" },
  ...words.map((text) => ({ type: "token" as const, message_id: VERAS, text })),
  { type: "message_end", ...veras, content: words.join(""), timestamp: FINISHED, reason: "stop" },
  { type: "message", ...ottos, in_reply_to: VERAS },
  { type: "done", reason: "completed", agents: outcomes },
] as const;

const frames = turn.map((event, index) => encodeFrame(`${STREAM}.0.`, index + 1, event));

/** What a turn looks like on the wire, from its first byte. */
export const turnStream = RETRY_LINE + frames.join("");

/** The same after a cut: what follows the fifth event. */
export const resumedTurn = RETRY_LINE + frames.slice(5).join("");

const messages = [
  {
    message_id: VERAS,
    sender: "Vera",
    role: "assistant",
    content: words.join(""),
    timestamp: FINISHED,
    reason: "stop",
  },
  ottos,
];

export const turnReply = { stream_id: STREAM, turn_id: TURN, reason: "completed", messages, agents: outcomes };

export const snapshot = {
  stream_id: STREAM,
  kind: "world",
  status: "completed",
  last_seq: turn.length,
  messages,
  reason: "completed",
};

export const stoppedSnapshot = {
  ...snapshot,
  status: "cancelled",
  last_seq: 6,
  messages: messages.slice(0, 1).map((message) => ({ ...message, content: "Half ", reason: "cancelled" })),
  reason: "cancelled",
};

const POSITION = 40;
const asked = {
  message_id: QUESTION,
  sender: "Ada",
  role: "user",
  content: chatStart.message,
  timestamp: CREATED,
} as const;
const { stream_id: _key, ...begun } = turn[0];
const feed = [
  { type: "start", stream_id: FEED, kind: "feed", created_at: CREATED },
  begun,
  { type: "message", ...asked, turn_id: TURN },
] as const;

/** The first events of a feed: where it stands, then what happens from now on. */
export const feedStream =
  RETRY_LINE + feed.map((event, index) => encodeFrame(`${FEED}.0.`, POSITION + index, event)).join("");
