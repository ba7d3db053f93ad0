import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { isFailure } from "./errors.ts";
import * as requests from "./world-requests.ts";

/** What is refused, in short: code, text, and the paths of its details. */
function refusal(parse: (body: unknown) => unknown, body: unknown) {
  try {
    parse(body);
  } catch (error) {
    if (!isFailure(error)) throw error;
    const { code, message, extra } = error;
    return { code, message, paths: (extra.details ?? []).map(({ path }) => path).join(" ") };
  }
  return assert.fail("the body was taken");
}

const MAX_CHARS = 32_000;
const parsers = {
  parseWorldCreate: requests.parseWorldCreate,
  parseWorldPatch: (body: unknown) => requests.parseWorldPatch(body, "kitchen"),
  parseAgentCreate: requests.parseAgentCreate,
  parseAgentPatch: (body: unknown) => requests.parseAgentPatch(body, "Vera"),
  parseWorldChatStart: (body: unknown) => requests.parseWorldChatStart(body, MAX_CHARS),
  parseWorldMessage: (body: unknown) => requests.parseWorldMessage(body, MAX_CHARS),
  parseRouteQuery: (body: unknown) => requests.parseRouteQuery(body, MAX_CHARS),
};
type Parser = keyof typeof parsers;
const definitions = ["parseWorldCreate", "parseWorldPatch", "parseAgentCreate", "parseAgentPatch"] as const;
const messages = ["parseWorldChatStart", "parseWorldMessage", "parseRouteQuery"] as const;

type Refused = [title: string, body: unknown, code: string, text: string, paths?: string];

function refuses(parser: Parser, cases: Refused[]) {
  for (const [title, body, code, text, paths = ""] of cases) {
    test(`${parser} refuses ${title}`, () => {
      const refused = refusal(parsers[parser], body);
      assert.ok(refused.message.includes(text), refused.message);
      assert.deepEqual({ code: refused.code, paths: refused.paths }, { code, paths });
    });
  }
}

function takes(parser: Parser, cases: [title: string, body: unknown][]) {
  for (const [title, body] of cases) {
    test(`${parser} takes ${title}`, () => assert.deepEqual(parsers[parser](body), body));
  }
}

const NAMES = ["a", "7", "A-b_C", "0_", `k${"x".repeat(63)}`, "x--", "constructor"];
const BAD_NAMES = ["", "_a", "-a", "a b", "a/b", "ä", "a.b", "a\n", "😀", "x".repeat(65), "a\0", "../a", " a", "@a"];
const timing = { stall: 1, completion: 600_000, response: 3000, long_operation: 8000 };

describe("a definition", () => {
  const world = { title: "Kitchen", description: "Where all meet", turn_limit: 3, respond: "first", memory: false };
  const agent = {
    instructions: "You are a sceptic.",
    model: "builtin:chat",
    temperature: 0.4,
    max_tokens: 50,
    streaming: false,
  };
  const nothing = (fields: object) => Object.fromEntries(Object.keys(fields).map((key) => [key, null]));

  takes("parseWorldCreate", [
    ["only a name", { name: "kitchen" }],
    ["every field", { name: "kitchen", ...world, timing }],
    ["null as an absent field", { name: "kitchen", ...nothing({ ...world, timing }) }],
    ["one delay, and null for another", { name: "kitchen", timing: { stall: 5, response: null } }],
    ["no delay", { name: "kitchen", timing: {} }],
    ["texts of the greatest length", { name: "kitchen", title: "x".repeat(200), description: "x".repeat(2000) }],
    ["the least turn limit", { name: "kitchen", turn_limit: 1 }],
    ["the greatest turn limit", { name: "kitchen", turn_limit: 1000 }],
  ]);
  takes("parseAgentCreate", [
    ["only a name", { name: "Vera" }],
    ["every field", { name: "Vera", ...agent }],
    ["null as an absent field", { name: "Vera", ...nothing(agent) }],
    ["instructions of 32,000 characters, and the edges of numbers", limits("Vera")],
  ]);
  takes("parseWorldPatch", [
    ["nothing", {}],
    ["every field", { ...world, timing }],
    ["null, which takes a field back to its default", nothing({ ...world, timing })],
    ["the name that the world has", { name: "kitchen" }],
    ["that name in other letters", { name: "Kitchen" }],
    ["null as a name", { name: null }],
  ]);
  takes("parseAgentPatch", [
    ["nothing", {}],
    ["every field", agent],
    ["null, which takes a field back to its default", nothing(agent)],
    ["the name that the agent has", { name: "VERA" }],
  ]);

  function limits(name: string) {
    return { name, instructions: "x".repeat(32_000), temperature: 2, max_tokens: 1, model: "m".repeat(200) };
  }

  test("any name of 1 to 64 letters, digits, _ and -, that begins with a letter or digit, is a name", () => {
    for (const name of NAMES) {
      assert.equal(requests.parseWorldName(name), name);
      assert.deepEqual(requests.parseWorldCreate({ name }), { name });
      assert.deepEqual(requests.parseAgentCreate({ name }), { name });
    }
  });

  test("any other is invalid_world_name for a world, and invalid_request for an agent", () => {
    const rule = "must be 1 to 64 letters, digits, _ or -, and begin with a letter or digit, not ";
    for (const name of BAD_NAMES) {
      const { code, message } = refusal(requests.parseWorldName as (body: unknown) => string, name);
      assert.equal(code, "invalid_world_name");
      assert.ok(message.startsWith(`A world's name ${rule}`) && message.length < 160, message);
      assert.equal(refusal(requests.parseWorldCreate, { name, title: 5 }).code, "invalid_world_name");
      const agentNamed = refusal(requests.parseAgentCreate, { name });
      assert.ok(agentNamed.message.startsWith(`"name" ${rule}`), agentNamed.message);
      assert.deepEqual([agentNamed.code, agentNamed.paths], ["invalid_request", "name"]);
    }
  });

  test("half characters are refused: what is read again must be what was written", () => {
    const refuse = (parser: Parser, body: object, field: string) => {
      const { code, message, paths } = refusal(parsers[parser], body);
      assert.deepEqual([code, paths], ["invalid_request", field]);
      assert.ok(message.startsWith(`"${field}" must have no half characters`), message);
    };
    for (const half of ["\ud800", "a\udc00b", "\ude00\ud83d"]) {
      for (const field of ["title", "description"]) {
        refuse("parseWorldCreate", { name: "kitchen", [field]: half }, field);
        refuse("parseWorldPatch", { [field]: half }, field);
      }
      for (const field of ["instructions", "model"]) {
        refuse("parseAgentCreate", { name: "Vera", [field]: half }, field);
        refuse("parseAgentPatch", { [field]: half }, field);
      }
    }
    assert.deepEqual(requests.parseWorldPatch({ title: "😀" }), { title: "😀" });
  });

  test("a name of a megabyte is not sent back", () => {
    const { message } = refusal(requests.parseWorldCreate, { name: "x".repeat(2 ** 20) });
    assert.ok(message.endsWith("not a string of 1048576 characters."), message);
  });

  const KNOWN_WORLD = "Known fields: name, title, description, turn_limit, respond, memory, timing.";
  const KNOWN_AGENT = "Known fields: name, instructions, model, temperature, max_tokens, streaming.";
  const inWorld = (more: object) => ({ name: "kitchen", ...more });
  refuses("parseWorldCreate", [
    ["no name", {}, "invalid_request", 'The field "name" is missing. Send JSON like {"name": "kitchen"}.', "name"],
    ["a name of null", { name: null }, "invalid_request", 'The field "name" is missing.', "name"],
    ["a number as name", { name: 5 }, "invalid_request", '"name" must be a string, not 5.', "name"],
    ["a misspelt field", inWorld({ turnlimit: 3 }), "invalid_request", 'Did you mean "turn_limit"?', "turnlimit"],
    ["a far field", inWorld({ agents: [] }), "invalid_request", `Unknown field "agents". ${KNOWN_WORLD}`, "agents"],
    ["an unknown field before a bad name", { name: "a b", foo: 1 }, "invalid_request", "Unknown field", "name foo"],
    [
      "an unknown delay",
      inWorld({ timing: { stal: 5 } }),
      "invalid_request",
      'Unknown field "stal" in "timing". Did you mean "stall"?',
      "timing.stal",
    ],
    [
      "a delay of 0",
      inWorld({ timing: { stall: 0 } }),
      "invalid_request",
      "must be at least 1, not 0.",
      "timing.stall",
    ],
    [
      "a delay over 10 minutes",
      inWorld({ timing: { completion: 600_001 } }),
      "invalid_request",
      '"timing.completion" must be at most 600000, not 600001.',
      "timing.completion",
    ],
    [
      "half a millisecond",
      inWorld({ timing: { response: 1.5 } }),
      "invalid_request",
      '"timing.response" must be a whole number, not 1.5.',
      "timing.response",
    ],
    [
      "a delay in quotes",
      inWorld({ timing: { long_operation: "8s" } }),
      "invalid_request",
      '"timing.long_operation" must be a number, not "8s".',
      "timing.long_operation",
    ],
    ["a number as timing", inWorld({ timing: 5 }), "invalid_request", '"timing" must be an object, not 5.', "timing"],
    ["no calls", inWorld({ turn_limit: 0 }), "invalid_request", "must be at least 1, not 0.", "turn_limit"],
    [
      "a turn limit that is a slip",
      inWorld({ turn_limit: 1001 }),
      "invalid_request",
      "must be at most 1000",
      "turn_limit",
    ],
    ["half a call", inWorld({ turn_limit: 1.5 }), "invalid_request", "must be a whole number, not 1.5", "turn_limit"],
    [
      "another way to respond",
      inWorld({ respond: "all" }),
      "invalid_request",
      '"respond" must be "everyone", "first" or "mentioned", not "all".',
      "respond",
    ],
    [
      "a word as memory",
      inWorld({ memory: "no" }),
      "invalid_request",
      '"memory" must be a boolean, not "no".',
      "memory",
    ],
    ["a long title", inWorld({ title: "x".repeat(201) }), "invalid_request", "at most 200 characters long", "title"],
    [
      "a long description",
      inWorld({ description: "x".repeat(2001) }),
      "invalid_request",
      "at most 2000 characters long",
      "description",
    ],
    ["several faults, each with its path", inWorld({ memory: 1, title: 2 }), "invalid_request", "", "title memory"],
  ]);
  const vera = (more: object) => ({ name: "Vera", ...more });
  refuses("parseAgentCreate", [
    ["no name", {}, "invalid_request", 'The field "name" is missing. Send JSON like {"name": "Vera"}.', "name"],
    [
      "the name of a person who gives none",
      { name: "Human" },
      "invalid_request",
      '"name" must not be HUMAN: so a person is called who gives no name.',
      "name",
    ],
    ["a misspelt field", vera({ instruction: "" }), "invalid_request", 'mean "instructions"?', "instruction"],
    ["a far field", vera({ role: "host" }), "invalid_request", `Unknown field "role". ${KNOWN_AGENT}`, "role"],
    [
      "long instructions",
      vera({ instructions: "x".repeat(32_001) }),
      "invalid_request",
      "at most 32000 characters long, not a string of 32001 characters",
      "instructions",
    ],
    ["a hot temperature", vera({ temperature: 2.1 }), "invalid_request", "must be at most 2, not 2.1", "temperature"],
    ["a cold temperature", vera({ temperature: -1 }), "invalid_request", "must be at least 0, not -1", "temperature"],
    ["no tokens", vera({ max_tokens: 0 }), "invalid_request", "must be at least 1, not 0", "max_tokens"],
    ["half a token", vera({ max_tokens: 0.5 }), "invalid_request", "must be a whole number", "max_tokens"],
    ["an empty model", vera({ model: "" }), "invalid_request", "must be at least 1 character long", "model"],
    ["a list as model", vera({ model: [] }), "invalid_request", "must be a string, not an array of 0", "model"],
    ["a word as streaming", vera({ streaming: "yes" }), "invalid_request", "must be a boolean", "streaming"],
  ]);
  refuses("parseWorldPatch", [
    [
      "another name",
      { name: "cellar" },
      "invalid_request",
      '"name" cannot change: this is "kitchen". Leave the field out.',
      "name",
    ],
    ["a number as name", { name: 5 }, "invalid_request", '"name" must be a string, not 5.', "name"],
    ["a misspelt field", { titel: "x" }, "invalid_request", 'Did you mean "title"?', "titel"],
    ["an unknown delay", { timing: { wait: 1 } }, "invalid_request", "Known fields: stall, completion,", "timing.wait"],
    ["a bad value", { turn_limit: "5" }, "invalid_request", '"turn_limit" must be a number, not "5".', "turn_limit"],
  ]);
  refuses("parseAgentPatch", [
    ["another name", { name: "Otto" }, "invalid_request", 'cannot change: this is "Vera"', "name"],
    ["a misspelt field", { Streaming: true }, "invalid_request", 'Did you mean "streaming"?', "Streaming"],
    [
      "a bad value",
      { max_tokens: Number.POSITIVE_INFINITY },
      "invalid_request",
      "not a number too large to be one.",
      "max_tokens",
    ],
  ]);

  test("a patch whose world is not known yet may hold any name", () => {
    assert.deepEqual(requests.parseWorldPatch({ name: "cellar" }), { name: "cellar" });
    assert.deepEqual(requests.parseAgentPatch({ name: "Otto" }), { name: "Otto" });
  });

  test("the defaults make a whole world and a whole agent", () => {
    const name = "kitchen";
    assert.deepEqual(requests.worldSchema.parse({ name, ...requests.WORLD_DEFAULTS }), {
      name,
      turn_limit: 5,
      respond: "everyone",
      memory: true,
    });
    assert.deepEqual(requests.agentSchema.parse({ name, ...requests.AGENT_DEFAULTS }), { name, streaming: true });
  });
});

describe("a body that is no object", () => {
  const EXAMPLES = {
    parseWorldCreate: '{"name": "kitchen"}',
    parseWorldPatch: '{"turn_limit": 3}',
    parseAgentCreate: '{"name": "Vera"}',
    parseAgentPatch: '{"instructions": "You are a sceptic."}',
    parseWorldChatStart: '{"message": "Hello"}',
    parseWorldMessage: '{"message": "Hello"}',
    parseRouteQuery: '{"message": "Hello"}',
  };
  const nested = (levels: number): unknown => (levels === 0 ? 1 : [nested(levels - 1)]);
  for (const parser of Object.keys(parsers) as Parser[]) {
    const like = EXAMPLES[parser];
    refuses(parser, [
      ["a list, with an example", [1], "invalid_request", `must be a JSON object like ${like}, not an array of 1.`],
      ["a string, with an example", "kitchen", "invalid_request", `must be a JSON object like ${like}, not "kitchen".`],
      ["null, with an example", null, "invalid_request", `must be a JSON object like ${like}, not null.`],
      ["more than 32 levels", { x: nested(32) }, "invalid_request", "The body nests deeper than 32 levels."],
    ]);
    test(`${parser}'s own example is taken`, () => {
      const body = JSON.parse(like);
      assert.deepEqual(parsers[parser](body), body);
    });
  }
  for (const parser of definitions) {
    const text = `The body is missing. Send JSON like ${EXAMPLES[parser]}.`;
    refuses(parser, [["an absent body, with an example", undefined, "invalid_request", text]]);
  }
  for (const parser of messages) {
    const text = 'The field "message" is missing. Send JSON like {"message": "Hello"}.';
    refuses(parser, [["an absent body as an absent message", undefined, "message_required", text]]);
  }
});

describe("a message", () => {
  const hi = (more: object) => ({ message: "Hi", ...more });
  for (const parser of messages) {
    takes(parser, [
      ["only a message", { message: "Hi" }],
      ["null as an absent field", hi({ sender: null, mentions: null })],
      ["a sender and mentions", hi({ sender: "Ada", mentions: ["Vera", "Otto"] })],
      ["a mention twice, which counts once for the route", hi({ mentions: ["Vera", "vera", "Vera"] })],
      ["no mentions at all", hi({ mentions: [] })],
      ["50 mentions, and names of 64 characters", hi({ mentions: Array(50).fill("x".repeat(64)) })],
      ["white space around a message, as it is", { message: " Hi\n" }],
    ]);
    refuses(parser, [
      ["no message", {}, "message_required", 'The field "message" is missing.'],
      ["a message of null", { message: null }, "message_required", 'The field "message" is missing.'],
      ["a blank message", { message: " \n\u2028" }, "message_required", 'The field "message" is blank.'],
      ["a number as message", { message: 3 }, "invalid_request", '"message" must be a string, not 3.', "message"],
      ["parts as message", { message: [{}] }, "invalid_request", "must be a string, not an array of 1.", "message"],
      ["a long message", { message: "x".repeat(32_001) }, "message_too_long", "has 32001 characters; at most 32000"],
      ["a misspelt field", hi({ mention: [] }), "invalid_request", 'mean "mentions"?', "mention"],
      ["a name as mentions", hi({ mentions: "Vera" }), "invalid_request", "must be an array, not", "mentions"],
      ["a number as mention", hi({ mentions: [5] }), "invalid_request", "must be a string, not 5.", "mentions[0]"],
      ["an empty mention", hi({ mentions: [""] }), "invalid_request", "at least 1 character long", "mentions[0]"],
      [
        "a long mention",
        hi({ mentions: ["a", "x".repeat(65)] }),
        "invalid_request",
        "at most 64 characters long",
        "mentions[1]",
      ],
      [
        "51 mentions",
        hi({ mentions: Array(51).fill("Vera") }),
        "invalid_request",
        '"mentions" has 51 entries; at most 50 are allowed. Name each agent once.',
        "mentions",
      ],
      ["a number as sender", hi({ sender: 5 }), "invalid_request", '"sender" must be a string, not 5.', "sender"],
      ["a blank sender", hi({ sender: " " }), "invalid_sender", 'The field "sender" is blank. Send a name, or'],
      ["a long sender", hi({ sender: "x".repeat(65) }), "invalid_sender", "has 65 characters; at most 64 are allowed."],
      ["a sender of two lines", hi({ sender: "Ada\nVera" }), "invalid_sender", "has control characters."],
      [
        "R-SENDER: a sender of invisible letters",
        hi({ sender: "\u3164\u115f" }),
        "invalid_sender",
        "no visible character.",
      ],
      ["a missing message before a bad sender", { sender: "" }, "message_required", ""],
      ["a bad sender before other faults", hi({ sender: "", mentions: 1 }), "invalid_sender", ""],
    ]);
  }

  test("R-ROUTE: mentions are names whether or not an @ and white space stand before them", () => {
    const mentions = ["@Vera", " Vera ", "\n@ Vera", `@${"x".repeat(64)}`];
    for (const parse of [requests.parseWorldChatStart, requests.parseWorldMessage, requests.parseRouteQuery]) {
      assert.deepEqual(parse(hi({ mentions }), 10).mentions, ["Vera", "Vera", "Vera", "x".repeat(64)]);
      for (const name of ["@", " ", "@ "]) {
        const { code, paths } = refusal((body) => parse(body, 10), hi({ mentions: [name] }));
        assert.deepEqual([code, paths], ["invalid_request", "mentions[0]"]);
      }
    }
  });

  test("R-SENDER: a name has something in it that is seen, in a message and in its context", () => {
    const inContext = (sender: string) => hi({ context: { messages: [{ role: "user", content: "Hi", sender }] } });
    for (const sender of [
      "\u3164",
      "\u115f",
      "\u1160",
      "\uffa0",
      "\u2800",
      "\u200d",
      "\u034f",
      "\u0301",
      "\ufe0f \u3164",
    ]) {
      assert.equal(refusal(requests.parseSender as (body: unknown) => string, sender).code, "invalid_sender");
      const { code, paths } = refusal(parsers.parseWorldChatStart, inContext(sender));
      assert.deepEqual([code, paths], ["invalid_request", "context.messages[0].sender"]);
    }
    for (const sender of ["Ada", "7", "♥", "-", "👩‍💻", "अदा", "می‌خواهم", "Ada\u3164", "e\u0301"]) {
      assert.equal(requests.parseSender(sender), sender);
      assert.ok(parsers.parseWorldChatStart(inContext(sender)));
    }
  });

  test("is as long as the server allows", () => {
    const long = { message: "x".repeat(50_000) };
    for (const parse of [requests.parseWorldChatStart, requests.parseWorldMessage, requests.parseRouteQuery]) {
      assert.deepEqual(parse(long, 50_000), long);
      assert.equal(refusal((body) => parse(body, 10), { message: "x".repeat(11) }).code, "message_too_long");
    }
  });

  const LONG = Array(201).fill({ role: "user", content: "Hi" });
  const earlier = (...entries: unknown[]) => hi({ context: { messages: entries } });
  const said = (more: object) => earlier({ role: "user", content: "Hello", ...more });
  const at = "context.messages[0]";
  takes("parseWorldChatStart", [
    ["null for the context and on_disconnect", hi({ context: null, on_disconnect: null })],
    ["a context of nothing", hi({ context: {} })],
    ["a context of null messages", hi({ context: { messages: null } })],
    ["both ways to leave", hi({ on_disconnect: "cancel" })],
    [
      "earlier messages of people and agents, an assistant's empty",
      earlier(
        { role: "user", content: "I'm Ada", sender: "Ada", timestamp: "2026-01-02T03:04:05Z" },
        { role: "assistant", content: "", sender: "Vera" },
        { role: "assistant", content: "Hello", sender: null, timestamp: null },
      ),
    ],
    ["200 earlier messages", hi({ context: { messages: LONG.slice(1) } })],
    ["a sender of 64 characters", said({ sender: "x".repeat(64) })],
  ]);
  refuses("parseWorldChatStart", [
    ["a turn", hi({ turn_id: "a" }), "invalid_request", 'Unknown field "turn_id".', "turn_id"],
    ["instructions", hi({ instructions: "a" }), "invalid_request", "Known fields: message, sender,", "instructions"],
    [
      "another way to leave",
      hi({ on_disconnect: "stop" }),
      "invalid_request",
      '"continue" or "cancel"',
      "on_disconnect",
    ],
    ["a list as context", hi({ context: [] }), "invalid_request", '"context" must be an object', "context"],
    ["a misspelt list", hi({ context: { message: [] } }), "invalid_request", 'mean "messages"?', "context.message"],
    [
      "a misspelt field below",
      said({ sendr: "A" }),
      "invalid_request",
      `in "${at}". Did you mean "sender"?`,
      `${at}.sendr`,
    ],
    ["201 earlier messages", hi({ context: { messages: LONG } }), "invalid_request", "201 entries", "context.messages"],
    ["another role", said({ role: "system" }), "invalid_request", 'must be "user" or "assistant"', `${at}.role`],
    ["a person's blank message", said({ content: " " }), "invalid_request", "is blank; only an", `${at}.content`],
    ["no content", earlier({ role: "user" }), "invalid_request", `"${at}.content" is missing.`, `${at}.content`],
    ["a date in words", said({ timestamp: "now" }), "invalid_request", "(RFC 3339)", `${at}.timestamp`],
    [
      "an earlier blank sender",
      said({ sender: " " }),
      "invalid_request",
      `"${at}.sender" must not be blank.`,
      `${at}.sender`,
    ],
    ["an earlier long sender", said({ sender: "x".repeat(65) }), "invalid_request", "at most 64", `${at}.sender`],
    [
      "an earlier sender of two lines",
      said({ sender: "a\nb" }),
      "invalid_request",
      `"${at}.sender" must have no control characters.`,
      `${at}.sender`,
    ],
  ]);
  takes("parseWorldMessage", [
    ["a turn", hi({ turn_id: "kT9" })],
    ["null as a turn", hi({ turn_id: null })],
  ]);
  refuses("parseWorldMessage", [
    ["a context", hi({ context: {} }), "invalid_request", 'Unknown field "context".', "context"],
    ["a number as turn", hi({ turn_id: 1 }), "invalid_request", '"turn_id" must be a string, not 1.', "turn_id"],
    ["an empty turn", hi({ turn_id: "" }), "invalid_request", "at least 1 character long", "turn_id"],
    ["a long turn", hi({ turn_id: "x".repeat(65) }), "invalid_request", "at most 64 characters long", "turn_id"],
  ]);
  refuses("parseRouteQuery", [
    ["a turn", hi({ turn_id: "a" }), "invalid_request", 'Unknown field "turn_id".', "turn_id"],
  ]);
});

describe("R-SENDER parseSender", () => {
  test("calls a person HUMAN who gives no name", () => {
    assert.deepEqual([requests.parseSender(undefined), requests.parseSender(null)], ["HUMAN", "HUMAN"]);
  });

  test("takes any name that can be read, without the white space around it", () => {
    const names = ["Ada", "Ada Lovelace", "李", "O'Neil", "x".repeat(64), "👩‍🚀", "می‌خواهم", "[Ada]", "data: x"];
    for (const name of names) assert.equal(requests.parseSender(name), name);
    assert.equal(requests.parseSender("  Ada\u00a0"), "Ada");
  });

  test("refuses control characters, ends of lines and what is not seen or turns the text round", () => {
    const unfit = [
      "\0",
      "\r",
      "\n",
      "\x1b",
      "\x7f",
      "\x85",
      "\u2028",
      "\u2029",
      "\u200b",
      "\u202e",
      "\u2066",
      "\ud800",
    ];
    for (const character of unfit) {
      const { code, message } = refusal(requests.parseSender as (body: unknown) => string, `A${character}b`);
      assert.equal(code, "invalid_sender", JSON.stringify(character));
      assert.equal(message, 'The field "sender" has control characters. Send a name that can be read.');
    }
  });

  test("refuses what is blank", () => {
    for (const sender of ["", " ", "\t\n", "\u00a0\u3000"]) {
      const { code } = refusal(requests.parseSender as (body: unknown) => string, sender);
      assert.equal(code, "invalid_sender");
    }
  });
});

describe("whatever is sent", () => {
  const KEYS = ["name", "message", "mentions", "context", "messages", "sender", "timing", "stall", "role", "__proto__"];
  const { tree } = fc.letrec((tie) => ({
    tree: fc.oneof(
      { maxDepth: 5 },
      fc.jsonValue({ maxDepth: 1 }),
      fc.array(tie("tree"), { maxLength: 3 }),
      tie("object"),
    ),
    object: fc.array(fc.tuple(fc.constantFrom(...KEYS), tie("tree")), { maxLength: 4 }).map((entries) => {
      return JSON.parse(`{${entries.map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value) ?? 1}`)}}`);
    }),
  }));

  for (const parser of Object.keys(parsers) as Parser[]) {
    test(`${parser} gives it back or refuses it with a public error of a few words`, () => {
      fc.assert(
        fc.property(tree, (body) => {
          try {
            assert.deepEqual(parsers[parser](body), body);
          } catch (error) {
            if (!isFailure(error)) throw error;
            assert.ok(error.message.length < 300, error.message);
          }
        }),
      );
    });
  }

  const many = Object.fromEntries(Array.from({ length: 100_000 }, (_, n) => [`key${n}`, n]));
  const hostile: [string, Parser, object][] = [
    ["half a million mentions", "parseRouteQuery", { message: "Hi", mentions: Array(500_000).fill(0) }],
    [
      "half a million earlier messages",
      "parseWorldChatStart",
      { message: "Hi", context: { messages: Array(500_000).fill(0) } },
    ],
    ["a hundred thousand delays", "parseWorldCreate", { name: "a", timing: many }],
    ["a hundred thousand fields", "parseAgentPatch", many],
    ["a field whose name has a million characters", "parseAgentCreate", { name: "a", ["k".repeat(1_000_000)]: 1 }],
    ["a million characters as respond", "parseWorldPatch", { respond: "x".repeat(1_000_000) }],
    ["a turn of a million characters", "parseWorldMessage", { message: "Hi", turn_id: "x".repeat(1_000_000) }],
  ];
  for (const [title, parser, body] of hostile) {
    test(`${title}: the answer is short`, () => {
      const { code, message, paths } = refusal(parsers[parser], body);
      assert.equal(code, "invalid_request");
      assert.ok(message.length < 300 && paths.length < 2000, `${message.length} and ${paths.length} characters`);
    });
  }
});
