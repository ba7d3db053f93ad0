import { errorNamed } from "./error-codes.ts";
import { exactly, type Part, type Skill } from "./skill.ts";

const BASE = "http://localhost:3000";
const sh = (...lines: string[]): string => `\`\`\`sh\n${lines.join("\n")}\n\`\`\``;
const POST = `-H 'Content-Type: application/json'`;

const WAIT = sh(`curl ${BASE}/chat/wait ${POST} \\`, `  -d '{"message": "Hello!"}'`);
const STREAM = sh(`curl -N ${BASE}/chat/streaming ${POST} \\`, `  -d '{"message": "Tell me a long story"}'`);
const RESUME = sh(`curl -N ${BASE}/chat/streaming -H 'Last-Event-ID: PASTE_THE_LAST_ID_HERE'`);

type Topic = { name: string; pattern: RegExp; text: string };

const MODELS = `Until a model is configured you talk to me, \`builtin:chat\`. Set \`CHATWAIT_MODEL\` before the start:

${sh(
  "# Ollama on this machine: no key needed",
  "CHATWAIT_MODEL=ollama:llama3.2 npm start",
  "",
  "# OpenAI or Anthropic",
  "OPENAI_API_KEY=… CHATWAIT_MODEL=openai:gpt-5 npm start",
  "ANTHROPIC_API_KEY=… CHATWAIT_MODEL=anthropic:YOUR_MODEL npm start",
  "",
  "# anything that speaks OpenAI's protocol: vLLM, llama.cpp, LM Studio, a gateway",
  "CHATWAIT_BASE_URL=http://localhost:8000/v1 CHATWAIT_MODEL=openai-compatible:my-model npm start",
)}

A key alone changes nothing. \`CHATWAIT_MODELS\` offers further models, which a request chooses with \`"model"\`; \`GET /models\` lists them.`;

// In this order: the special comes before the general.
const TOPICS: readonly Topic[] = [
  {
    name: "resume",
    pattern:
      /\bresum(?:e|ing|able|es)\b|\blast-event-id\b|\breconnect|\b(?:connection|stream|line) (?:is |was |gets? |got |has been )?(?:cuts?|lost|breaks?|broke|broken|drops?|dropped|dies|fails?|closes?|ends early|goes (?:away|down))\b|\blos(?:e|t|ing) (?:a |the |my )?(?:connection|tokens?)\b|\bstarting_after\b/,
    text: `Every event has an \`id\`. If the connection is cut, send the last one that you received, and you get everything strictly after it, then live:

${RESUME}

By stream id it works, too: \`GET /chat/streaming/{stream_id}?starting_after=SEQ\`, or without a cursor to read from the beginning. A browser's \`EventSource\` resumes by itself. A finished answer is kept for 5 minutes; once everything was delivered, the answer to a resume is 204.`,
  },
  {
    name: "stop",
    pattern:
      /\b(?:stop|cancel|abort|interrupt|end|kill)(?:ping|ling|ing|s)?\b.{0,30}\b(?:answer|stream|generation|response|reply|it|you|request|generating|turn)\b|\bdelete\b.{0,20}\bstream\b/,
    text: `Closing the connection stops nothing: the answer goes on, so that you can come back to it. To stop it, say so:

${sh(`curl -X DELETE ${BASE}/chat/streaming/STREAM_ID`)}

The stream then ends with \`done\` and the reason \`cancelled\`; the text so far stays readable. With \`"on_disconnect": "cancel"\` in the body a generation ends 10 seconds after its last reader has left.`,
  },
  {
    name: "idempotency",
    pattern:
      /\bidempoten|\bretr(?:y|ies|ying)\b.{0,30}\b(?:safe|request|twice|post)|\bsame request twice\b|\bduplicate requests?\b/,
    text: `Send an \`Idempotency-Key\` with a start. The same key with the same body attaches to the stream that the first request started, in either mode, instead of calling the model again (you see \`Idempotent-Replayed: true\`). The same key with another body is refused with 422.

${sh(`curl ${BASE}/chat/wait ${POST} \\`, `  -H 'Idempotency-Key: order-4711' -d '{"message": "Hello!"}'`)}`,
  },
  {
    name: "multi-turn",
    pattern:
      /\b(?:multi-?turn|context|history)\b.{0,40}\b(?:work|send|pass|use|field|parameter|api|request|keep)|\bhow\b.{0,30}\b(?:send|pass|add|give|keep|use)\b.{0,20}\b(?:context|history|conversation)\b|\bwhat is (?:the )?context\b/,
    text: `The conversation is yours: send the earlier messages along as \`context\`, and I remember them.

${sh(`curl ${BASE}/chat/wait ${POST} -d '{`, `  "message": "What is my name?",`, `  "context": {"messages": [`, `    {"role": "user", "content": "I am Ada"},`, `    {"role": "assistant", "content": "Hello Ada!"}]}}'`)}

At most 200 messages; nothing of them is written to disk.`,
  },
  {
    name: "snapshot",
    pattern: /\bsnapshots?\b|\bstatus of (?:a|my|the) stream\b/,
    text: `A snapshot shows a stream as it stands right now:

${sh(`curl ${BASE}/chat/streaming/STREAM_ID -H 'Accept: application/json'`)}

It has \`status\` (\`running\`, \`completed\`, \`cancelled\` or \`failed\`), \`last_seq\` and the \`messages\` so far.`,
  },
  {
    name: "browser",
    pattern:
      /\beventsource\b|\bjavascript\b.{0,30}\b(?:example|code|client|api|browser|call|use)\b|\b(?:in|from) (?:a |the |my )?browser\b|\b(?:example|code)\b.{0,20}\b(?:javascript|js|fetch)\b/,
    text: `In a browser:

\`\`\`js
const source = new EventSource("/chat/streaming?message=" + encodeURIComponent("Hello!"));
source.addEventListener("token", (event) => append(JSON.parse(event.data).text));
source.addEventListener("done", () => source.close());
source.addEventListener("error", (event) => { if (event.data) source.close(); }); // without data it reconnects by itself
\`\`\`

The events have names, so they do not reach \`onmessage\`. For a conversation with \`context\` use \`POST /chat/streaming\` with \`fetch\`.`,
  },
  {
    name: "python",
    pattern:
      /\b(?:python|node(?:\.?js)?|golang|java|ruby|php|rust|c#)\b.{0,40}\b(?:api|client|connect|call|example|use|you|chatwait|server)\b|\b(?:api|client|connect|call|use|chatwait)\b.{0,40}\b(?:python|node(?:\.?js)?|golang|java|ruby|php|rust|c#)\b/,
    text: `Any HTTP client will do. In Python, with nothing but its own library:

\`\`\`python
import json, urllib.request

request = urllib.request.Request(
    "${BASE}/chat/wait",
    data=json.dumps({"message": "Hello!"}).encode(),
    headers={"Content-Type": "application/json"},
)
print(json.load(urllib.request.urlopen(request))["message"]["content"])
\`\`\`

To stream, send the same body to \`/chat/streaming\` and read the lines that begin with \`data: \`.`,
  },
  {
    name: "difference",
    pattern:
      /\bwait(?:ing)?\b.{0,30}\bstream(?:ing)?\b|\bstream(?:ing)?\b.{0,30}\b(?:and|or|versus|vs)\b.{0,10}\bwait(?:ing)?\b/,
    text: "Both start the same generation and give the same text. `POST /chat/wait` answers once, with the whole message as JSON; `POST /chat/streaming` sends it piece by piece as server-sent events. You can even change your mind: a stream that was started in one mode can be read in the other, by its `stream_id`.",
  },
  {
    name: "events",
    pattern:
      /\bwhat (?:is|are) (?:an? |the )?(?:tokens?|events?|epochs?|seq|stream[_ ]ids?|cursors?|event ids?)\b|\bevent types?\b|\bwhich events\b/,
    text: "An answer is a numbered stream of events: `start`, `message_start`, a `token` for each piece of text, `message_end` with the whole text, and `done` (or `error`) as the last one. `seq` counts them from 1 without a hole. The `id` of an event names the stream and the place in it; treat it as opaque, and send it back as `Last-Event-ID` to go on from there.",
  },
  {
    name: "capacity",
    pattern: /\bhow many (?:users|clients|people|streams|connections|readers|requests)\b/,
    text: "By default up to 5,000 answers may run at a time (`CHATWAIT_MAX_STREAMS`), with up to 20,000 readers (`CHATWAIT_MAX_READERS`); beyond that a start is refused with 503. How fast it is on your machine, `npm run bench` tells.",
  },
  {
    name: "hosting",
    pattern:
      /\bself-? ?host|\b(?:is|are) (?:it|this|chatwait|you) (?:free|open[ -]source)\b|\blicen[sc]e\b|\b(?:docker|deploy|install)\b/,
    text: `ChatWait is free software under the MIT licence, and runs wherever Node.js 24 does:

${sh("npm ci", "npm start")}

It needs no database; with \`CHATWAIT_MODEL\` you choose the model behind it.`,
  },
  {
    name: "worlds",
    pattern:
      /\bworlds?\b.{0,30}\b(?:api|agents?|chatwait|create|endpoint|are|work|do|use)\b|\bwhat (?:are|is) (?:a )?worlds?\b(?! (?:war|cup|record))|\bmulti-?agent\b|\bagents?\b.{0,30}\b(?:api|work|create|add|room)\b/,
    text: `A world is a named room with several agents, each with its own name, instructions and model. A message to a world wakes the agents that it mentions with \`@name\`, or all of them; what they say may wake others. One message and all that follows from it is a turn, and a turn is a stream like any other: it can be resumed, read again and stopped.

${sh(`curl -N ${BASE}/worlds/default/chat ${POST} \\`, `  -d '{"message": "Good evening, everybody!"}'`)}

Look at \`GET /worlds\` to see whether this server has any.`,
  },
  {
    name: "models",
    pattern:
      /\b(?:ollama|openai|anthropic|vllm|llama\.?cpp|lm studio|api key|chatwait_model)\b|\b(?:real|other|another|different|better|own|proper|actual|bigger) (?:language )?(?:model|llm|ai)\b|\b(?:connect|configure|choose|change|switch|use|set|add)\b.{0,20}\bmodels?\b/,
    text: MODELS,
  },
  {
    name: "limits",
    pattern:
      /\b(?:rate limits?|limits?)\b.{0,30}\b(?:api|server|message|request|chatwait)|\bwhat are (?:the|your) limits\b|\bhow long (?:can|may) (?:a|my) message be\b|\brate limits?\b/,
    text: "A message has at most 32,000 characters, a context at most 200 messages, a body at most 1 MiB. By default a client may start 600 answers a minute (`CHATWAIT_RATE_LIMIT`); beyond that it gets 429 with `Retry-After`. An answer is kept for 5 minutes after its end.",
  },
  {
    name: "errors",
    pattern:
      /\berror (?:codes?|handling|format|responses?|messages?)\b|\b(?:what|which) (?:kinds? of )?errors?\b|\berrors? (?:can|may|could|might|are there)\b|\bhow (?:are|do) errors\b|\bhandle errors\b/,
    text: 'Every error is JSON of the same shape: `{"error_code": "message_required", "message": "what was wrong and how to mend it", "request_id": "…"}`, with `details` for validation. A fault after a stream began is its last event, `error`, with the same codes and `retryable`. A stream ends with exactly one `done` or `error`; a connection that ends without either was cut: resume it.\n\nThe ones met most: `message_required` and `invalid_request` (400), `stream_not_found` (404), `cursor_ahead` and `cursor_void` (409), `stream_expired` (410), `rate_limited` (429), `model_error` (502), `overloaded` and `model_unavailable` (503), `model_timeout` (504). Ask me what any of them means.',
  },
  {
    name: "waiting",
    pattern:
      /\b(?:wait mode|\/chat\/wait|prefer: ?wait|non-?streaming|without streaming|whole answer|complete answer)\b|\bhow\b.{0,20}\bwait\b/,
    text: `\`POST /chat/wait\` answers once the whole text is there, as one JSON object:

${WAIT}

With \`Prefer: wait=10\` you get 202 and a \`Location\` if it takes longer than 10 seconds.`,
  },
  {
    name: "streaming",
    pattern:
      /\bhow\b.{0,40}\bstream(?:ing)?\b|\bstreaming\b.{0,30}\b(?:api|work|mode|endpoint|example|use)\b|\b(?:use|start|try|enable|get|explain|about|show)\b.{0,20}\bstream(?:ing|s)?\b|\bsse\b|\bserver-sent\b|\b\/chat\/streaming\b|\bwhat (?:is|are) (?:streaming|a stream|streams|tokens|events)\b/,
    text: `\`POST /chat/streaming\` sends the answer as it grows, as server-sent events:

${STREAM}

First comes \`start\` with the stream's id, then \`message_start\`, a \`token\` for each piece of text, \`message_end\` with the whole text, and \`done\`. Each event has an \`id\` from which you can resume.`,
  },
  {
    name: "settings",
    pattern:
      /\b(?:settings?|environment variables?|env vars?|configur(?:e|ation)|port)\b.{0,40}\b(?:server|chatwait|change|set|use|are there|list|port)\b|\b(?:change|set|which) (?:the )?port\b|\b(?:what|which) settings\b|\bhow (?:do|can) i configure\b/,
    text: "Settings are environment variables, all listed in the README: `HOST` and `PORT` (127.0.0.1, 3000), `CHATWAIT_MODEL`, `CHATWAIT_MODELS`, `CHATWAIT_INSTRUCTIONS`, limits such as `CHATWAIT_RATE_LIMIT`, and more. They are checked at the start; a bad one is named in one line.",
  },
  {
    name: "overview",
    pattern:
      /\b(?:show|give|send) me (?:some |an? |the )?(?:\w+ )?(?:curl|example request|api example|api|code)\b|\bcurl\b|\b(?:your|the|this|chatwait'?s?) api\b|\bapi (?:help|docs?|documentation|overview|example)\b|\bhow (?:do|can) i (?:use|call|talk to|query|access) (?:you|this|the api|the server|chatwait|it)\b|\bendpoints?\b|\bdocumentation\b/,
    text: `Wait for the whole answer:

${WAIT}

Stream it as it grows:

${STREAM}

Resume after a cut, with the last \`id\` that you received:

${RESUME}

Stop it:

${sh(`curl -X DELETE ${BASE}/chat/streaming/STREAM_ID`)}

All of it is described at [/docs](${BASE}/docs) and in \`/openapi.json\`. Ask me about resuming, stopping, context, idempotency, snapshots, worlds or real models.`,
  },
  {
    name: "chatwait",
    pattern:
      /\b(?:what is|what's|tell me about|explain|who is|describe|about) (?:this )?(?:chat ?wait|server|project)\b|^chatwait$|\bwhat does chatwait do\b|\bwhy\b.{0,20}\bchatwait\b/,
    text: 'ChatWait is a chat server that never loses a token. Every answer is a numbered stream: you can wait for the whole of it, read it as it grows, leave, come back and go on from the very next token, or stop it. It puts one HTTP API before any model: OpenAI, Anthropic, Ollama, anything compatible, or me. Ask me "show me curl" to try it.',
  },
];

const ASKING =
  /^(?:how|what|where|when|why|which|who|can|could|do|does|is|are|show|give|explain|tell|help|install|deploy|i (?:want|need|would)|describe|send|need|curl|api|code|example|resume|resuming|streaming|idempotency|worlds?|chatwait|the|my (?:connection|stream)|(?:get|post|delete) \/\w+)\b/;
const PLAIN_TALK =
  /\b(?:my (?:boss|friend|sister|brother|mother|father|life|job)|you are|i(?:'m| am) (?!asking|using|trying|wondering))\b/;

/** Help with ChatWait's own API, where a question is about it. */
export const apiHelp: Skill = (_, { bare }): Part | undefined => {
  const error = errorNamed(bare);
  if (error) return exactly(error);
  if (!ASKING.test(bare) || PLAIN_TALK.test(bare)) return undefined;
  const topic = TOPICS.find(({ pattern }) => pattern.test(bare));
  return topic && exactly(topic.text);
};
