import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { anyUnicode } from "../../../testing/any-unicode.ts";
import { JOKES } from "./jokes.ts";
import { reply } from "./reply.ts";
import type { Message } from "./turn.ts";

const createdAt = "2026-03-14T09:26:53Z";

/** Says the lines one after another, as a client that sends all of its conversation along. */
function dialogue(lines: readonly string[], instructions = ""): string[] {
  const messages: Message[] = [];
  return lines.map((content) => {
    messages.push({ role: "user", content });
    const answer = reply({ instructions, messages, createdAt });
    messages.push({ role: "assistant", content: answer });
    return answer;
  });
}

const one = (line: string, instructions = ""): string => dialogue([line], instructions)[0] ?? "";

// What somebody may say first, and what must be in the answer.
const LINES: [string, RegExp][] = [
  ["Hello!", /^Good morning!/],
  ["Who are you?", /ChatWait's small built-in conversationalist.*no language model/],
  ["Are you an AI?", /rules/],
  ["Are you ChatGPT?", /^No\. .*CHATWAIT_MODEL/],
  ["Which model are you?", /builtin:chat.*no language model/],
  ["What can you do?", /Remember[\s\S]*Calculate[\s\S]*resum/],
  ["How do you work?", /rules/],
  ["What is the capital of France?", /no knowledge of the world.*CHATWAIT_MODEL/],
  ["Who was Napoleon?", /no knowledge of the world/],
  ["Translate hello to French", /cannot translate/],
  ["Can you write a Python script?", /cannot write programs/],
  ["What's the weather like?", /no window/],
  ["Should I buy a house?", /the idea to buy a house/],
  ["thanks", /welcome|pleasure|Any time|Glad/],
  ["I'm sad because my cat died", /your cat died/i],
  ["what is my name?", /haven't told me your name/],
  ["what was my first message?", /first message/],
  ["repeat after me: To be, or not to be.", /^To be, or not to be\.$/],
  ['say "hello world"', /^hello world$/],
  ["say 'hello world' 3 times", /^hello world hello world hello world$/],
  ['say "hello" twice', /^hello hello$/],
  ["say hello three times", /^hello hello hello$/],
  ["say I called you 3 times", /^I called you 3 times$/],
  ["repeat after me: knock 3 times", /^knock 3 times$/],
  ['say "a" 5000 times', /^(?:a ){99}a\n\nI stop here/],
  ['reverse the word "stream"', /^maerts$/],
  ["How many r's are in strawberry?", /\*\*3\*\*/],
  ["count to 5", /^1, 2, 3, 4, 5\.$/],
  ["count from 10 to 7 backwards", /^10, 9, 8, 7\.$/],
  ["count down from 10", /^10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0\.$/],
  ["count down", /^10, .* 0\.$/],
  ["countdown from three", /^3, 2, 1, 0\.$/],
  ["count down from 10 to 7", /^10, 9, 8, 7\.$/],
  ["count down to 3", /^3, 2, 1\.$/],
  ["count from twenty one to twenty-three", /^21, 22, 23\.$/],
  ["count to 0", /^0\. /],
  ["count to -2", /^0, -1, -2\.$/],
  ["what's the alphabet?", /^A B C .* Z\.$/],
  ["flip a coin", /(?:Heads|Tails).*not(?:hing)?.*random/i],
  ["What is 2+2? And what is the capital of Spain?", /= \*\*4\*\*.*cannot answer/],
  ["2 + 2 = 5", /^No: 2 \+ 2 = \*\*4\*\*/],
  ["What is 10 / 0?", /divided by zero/],
  ["Ich heiße Anna und wohne in Berlin", /Englisch/],
  ["Bonjour, comment ça va ?", /anglais/],
  ["¿Cómo estás?", /inglés/],
  ["Привет, как дела?", /английский/],
  ["你好吗", /英语/],
  ["How do I resume?", /Last-Event-ID/],
  ["How can I stop an answer?", /curl -X DELETE/],
  ["what are worlds?", /agents/],
  ["what happens if the connection cuts?", /Last-Event-ID/],
  ["what if my connection drops?", /Last-Event-ID/],
  ["What errors can I get?", /error_code[\s\S]*`cursor_ahead`[\s\S]*`rate_limited`/],
  ["what does cursor_ahead mean?", /HTTP 409.*ahead of the stream.*last_seq/],
  ["stream_expired", /HTTP 410.*5 minutes/],
  ["I got error rate_limited", /HTTP 429.*Retry-After/],
  ["I won a 500 euro prize", /^(?!.*HTTP)/],
  ["what does a 409 mean?", /cursor_ahead[\s\S]*cursor_void[\s\S]*turn_ended/],
  ["Show me curl", /\/chat\/wait[\s\S]*\/chat\/streaming/],
  ["how do I use Ollama?", /CHATWAIT_MODEL=ollama:/],
  ["What about idempotency? How does it work?", /Idempotency-Key/],
  ["I want to kill myself", /crisis line/],
  ["<script>alert(1)</script>", /brackets|code/],
  ["asdkjh qwe", /make sense|beyond my rules/],
  ["asdfgh", /make sense|beyond my rules/],
];
for (const [line, answer] of LINES) test(`"${line}" gets a fitting answer`, () => assert.match(one(line), answer));

test("a first conversation makes sense from greeting to goodbye", () => {
  const turns: [string, RegExp][] = [
    ["Hi, I'm Ada!", /Ada/],
    ["I work on rockets", /rockets/],
    ["I live in Lyon and I have two cats. My dog is called Rex.", /Lyon.*two cats.*Rex/],
    ["I like tea and jazz", /tea and jazz/],
    ["What's my name?", /^Your name is Ada\.$/],
    ["what do I do?", /^You work on rockets\.$/],
    ["Where do I live?", /Lyon/],
    ["What is my dog called?", /Rex/],
    ["How many cats do I have?", /two cats/],
    ["Actually, my name is Grace.", /Grace.*no longer Ada/],
    ["Who am I?", /Grace/],
    ["I don't like tea any more", /don't like tea/],
    ["Do I like tea?", /^No, you don't like tea/],
    ["What do I like?", /^You like jazz\.$/],
    ["What do you know about me?", /Grace.*Lyon.*rockets.*two cats.*Rex.*jazz/],
    ["Summarise what we said", /fifteen messages.*Grace.*rockets/],
    ["How old am I?", /haven't told me how old/],
    ["Bye", /Grace/],
  ];
  const answers = dialogue(turns.map(([line]) => line));
  for (const [index, [line, expected]] of turns.entries()) assert.match(answers[index] ?? "", expected, line);
});

test("corrections, pronouns and mixed tastes are understood", () => {
  const turns: [string, RegExp][] = [
    ["My name is Ada", /Ada/],
    ["Is my name Ada?", /^Yes, your name is Ada\.$/],
    ["Is my name Bob?", /^No, your name is Ada\.$/],
    ["I hate Mondays", /hate Mondays/],
    ["I love Mondays actually", /you love Mondays\./],
    ["Do I like Mondays?", /^Yes, you love Mondays/],
    ["My favourite colour is blue.", /blue/],
    ["No wait, green.", /green/],
    ["What is my favourite colour?", /green/],
    ["My sister's name is Zoë.", /Zoë/],
    ["Where does my sister live?", /told me only that your sister is called Zoë/],
    ["My sister is called Zoë. She lives in Paris.", /Paris/],
    ["Where does my sister live?", /^Your sister lives in Paris\.$/],
    ["I love jazz and hate mornings", /love jazz and hate mornings|love jazz.*hate mornings/],
    ["What do I like?", /^You love Mondays and jazz\.$/],
    ["What do I hate?", /^You hate mornings\.$/],
    ["I have a cat called Tom and two kids", /Tom/],
    ["What is my cat called?", /^Your cat is called Tom\.$/],
    ["How many kids do I have?", /^You have two kids\.$/],
  ];
  const answers = dialogue(turns.map(([line]) => line));
  for (const [index, [line, expected]] of turns.entries()) assert.match(answers[index] ?? "", expected, line);
});

test("the conversation itself can be asked about", () => {
  const answers = dialogue([
    "The sea is calm today",
    "What is 6 * 7?",
    "and divided by 2?",
    "What did you just say?",
    "What was my first message?",
    "what did I just say?",
    "What did I say about the sea?",
    "How many messages have I sent?",
  ]);
  assert.match(answers[1] ?? "", /\*\*42\*\*/);
  assert.match(answers[2] ?? "", /42 \/ 2 = \*\*21\*\*/);
  assert.equal(answers[3], answers[2]);
  assert.match(answers[4] ?? "", /The sea is calm today/);
  assert.match(answers[5] ?? "", /What was my first message/);
  assert.match(answers[6] ?? "", /The sea is calm today/);
  assert.match(answers[7] ?? "", /eight messages/);
});

test("what was said is repeated on request, word for word", () => {
  const lines = [
    "My name is Ada",
    "I like tea",
    "Repeat what I said",
    "Repeat everything we said",
    "repeat everything I said",
  ];
  const answers = dialogue(lines);
  assert.match(answers[2] ?? "", /"I like tea"/);
  for (const said of [...lines.slice(0, 3), ...answers.slice(0, 2)]) assert.ok((answers[3] ?? "").includes(said), said);
  assert.match(answers[4] ?? "", /You: "My name is Ada"\n/);
  assert.doesNotMatch(answers[4] ?? "", /- I: /);
  assert.match(one("Repeat everything we said"), /first message/);
  const long = dialogue(Array(60).fill("The sea is calm").concat("repeat everything we said")).at(-1) ?? "";
  assert.equal(long.split("\n").length, 42);
});

test("jokes, facts and stories are not told twice in a row", () => {
  const answers = dialogue([
    "Tell me a joke",
    "another one",
    "and another one",
    "haha",
    "yes",
    "tell me a fun fact",
    "another one",
    "tell me a short story",
    "another one",
  ]);
  const told = [0, 1, 2, 4, 5, 6, 7, 8].map((index) => answers[index]);
  assert.equal(new Set(told).size, told.length);
});

test("a joke keeps its point under an order of length", () => {
  const answers = dialogue(["tell me a joke", "another one"], "You are a pirate. Answer in one sentence.");
  for (const [index, answer] of answers.entries()) assert.ok(answer.includes(JOKES[index] ?? "?"), answer);
});

test("an offer that is accepted is kept", () => {
  const [, , answer = ""] = dialogue(["I'm bored", "a joke", "another one"]);
  assert.ok(answer.length > 20);
  const [offer = "", kept = ""] = dialogue(["nothing much", "yes please"]);
  assert.match(offer, /joke|story/);
  assert.ok(!kept.includes("?") || kept.length > 60, kept);
});

test("what was told comes back in the second person, whoever speaks and whatever follows", () => {
  for (const role of ["", "sceptic", "optimist", "pessimist", "host", "pirate", "poet", "teacher", "formal butler"]) {
    const filling = [
      "The sky is grey today",
      "Trees are quiet in the snow",
      "asdkjh qwe",
      "My tea was cold this morning",
    ];
    const answers = dialogue(
      ["I work on rockets", ...filling, ...filling, "asdkjh qwe zxc vbn"],
      role && `You are a ${role}.`,
    );
    for (const answer of answers) assert.doesNotMatch(answer, /\bI work\b/);
    if (role === "") assert.ok(answers.slice(1).some((answer) => answer.includes("you work on rockets")));
  }
});

test("small talk does not repeat itself over a long conversation", () => {
  const lines = [
    "I went to the market",
    "My brother came along",
    "We bought a lot of fruit",
    "The market was crowded",
    "I met an old friend",
    "He moved to Canada",
    "I think that distance changes people",
    "My garden needs water",
    "I read a novel about whales",
    "Everybody likes whales",
  ];
  const answers = dialogue(lines);
  assert.equal(new Set(answers).size, answers.length);
});

test("after a story it can be asked about, and gone on from", () => {
  const answers = dialogue(["Tell me a short story", "what was the story about?", "Continue", "another one"]);
  const title = /^\*\*(.+)\*\*/.exec(answers[0] ?? "")?.[1] ?? "?";
  assert.match(answers[1] ?? "", new RegExp(`"${title}" is about an umbrella`));
  assert.match(answers[2] ?? "", /end|ends/);
  assert.match(answers[3] ?? "", /^\*\*The Last Page\*\*/);
  const [, over = "", next = ""] = dialogue(["Tell me a long story", "go on", "yes please"]);
  assert.match(over, /Lamplighter.*another one/);
  assert.match(next, /^\*\*/);
  const [, joke = "", other = ""] = dialogue(["Tell me a story", "tell me a joke", "another one"]);
  assert.ok(JOKES.some((text) => other.includes(text)) && joke !== other);
  assert.doesNotMatch(one("what was the story about?"), /is about/);
});

test("a long story is long, whole, and knows its listener", () => {
  const answers = dialogue([
    "My name is Ada and I like whales. I live in Lyon.",
    "Tell me a long story",
    "Tell me another long story",
  ]);
  for (const story of answers.slice(1)) {
    const words = story.split(/\s+/).length;
    assert.ok(words >= 800 && words <= 1300, `${words} words`);
    assert.match(story, /Ada[\s\S]*whales/);
    const paragraphs = story.split("\n\n");
    assert.equal(new Set(paragraphs).size, paragraphs.length);
    assert.doesNotMatch(story, /[{}]/);
  }
  assert.notEqual(answers[1], answers[2]);
});

test("counting has an end that it speaks of", () => {
  assert.equal(one("count to 200").split(", ").length, 200);
  assert.match(one("count to a million"), /1999, 2000\n\nI stop here/);
});

test("instructions give a name, a character and a form", () => {
  const vera = "You are Vera, a sceptic.";
  assert.match(one("Who are you?", vera), /I am Vera, a sceptic.*conversationalist/);
  assert.match(one("What's your name?", vera), /Vera/);
  assert.match(one("Are you human?", vera), /No.*playing Vera/);
  assert.notEqual(
    one("What do you think about gardens?", vera),
    one("What do you think about gardens?", "You are Otto, an optimist."),
  );
  assert.match(one("Hello", "You are Flint, a pirate."), /^Ahoy/);
  assert.equal(one("What is 2 plus 2? ", "Answer in uppercase."), "2 + 2 = **4**.");
  assert.match(one("Hello", "Answer in uppercase."), /^[^a-z]+$/);
  assert.match(one("Who are you?", 'Always end with "Amen."'), / Amen\.$/);
  assert.match(one("Who are you?", "Answer in one sentence."), /^[^.!?]+\.$/);
  assert.equal(one("Please answer in one word: what is seven times six?"), "**42**.");
  assert.match(one("Hello", "Answer in German."), /nur Englisch/);
});

test("each character answers in its own way", () => {
  const characters = ["", "sceptic", "optimist", "pessimist", "host", "pirate", "poet", "teacher", "formal butler"];
  for (const line of [
    "What do you think about remote work?",
    "I like tea",
    "I think that cities are too loud",
    "thanks",
    "Should I move to the sea?",
  ]) {
    const answers = characters.map((role) => one(line, role && `You are a ${role}.`));
    assert.equal(new Set(answers).size, characters.length, line);
  }
});

test("manner and name can be asked for in the conversation", () => {
  const answers = dialogue([
    "Speak like a pirate",
    "how are you?",
    "speak normally",
    "I will call you Robin",
    "what's your name?",
    "From now on answer in uppercase.",
    "hello",
  ]);
  assert.match(answers[1] ?? "", /\bye\b|yerself|timbers/i);
  assert.match(answers[4] ?? "", /Robin/);
  assert.match(answers[6] ?? "", /^[^a-z]+$/);
});

const anyMessages = fc.array(
  fc.record({
    role: fc.constantFrom("user" as const, "assistant" as const),
    content: fc.oneof(
      anyUnicode({ maxLength: 200 }),
      fc.constantFrom("", " ", "I'm Ada", "what's my name?", "[Ada]: hi", "@Otto hi", "another one", "yes", "\ud800"),
    ),
  }),
  { maxLength: 12 },
);

test("whatever is said, there is an answer, the same each time, without an unfilled place", () => {
  fc.assert(
    fc.property(anyMessages, anyUnicode({ maxLength: 100 }), (messages, instructions) => {
      const answer = reply({ instructions, messages, createdAt });
      assert.notEqual(answer.trim(), "");
      assert.equal(reply({ instructions, messages: structuredClone(messages), createdAt }), answer);
      if (!messages.some(({ content }) => content.includes("{")) && !instructions.includes("{"))
        assert.doesNotMatch(answer, /\{\w+\}|undefined/);
    }),
  );
});

test("a prompt that ends with the assistant, or has no user at all, is answered", () => {
  assert.notEqual(reply({ instructions: "", messages: [{ role: "assistant", content: "Hello" }], createdAt }), "");
  assert.match(
    reply({
      instructions: "",
      messages: [
        { role: "user", content: "What is 2+2?" },
        { role: "assistant", content: "" },
      ],
      createdAt,
    }),
    /4/,
  );
});

test("200 messages of context are read, the first as well as the last", () => {
  const lines: Message[] = [{ role: "user", content: "My name is Ada" }];
  for (let at = 1; at < 200; at++) lines.push({ role: at % 2 ? "assistant" : "user", content: `Line ${at}` });
  assert.match(
    reply({ instructions: "", messages: [...lines, { role: "user", content: "What is my name?" }], createdAt }),
    /Ada/,
  );
});

const HOSTILE = [
  "a",
  " ",
  "\n",
  "my is ",
  "i'm ",
  "@",
  "(",
  "1+",
  "say ",
  "my name is ",
  "[A]: ",
  "\n[A]: x",
  "'",
  ", ",
  "what ",
  "remember that ",
  "\ud800",
  "because ",
  "<",
  "0/",
  ". ",
];

test("the longest message costs at most in proportion to its length, whatever it consists of", () => {
  const cost = (text: string) => {
    const begun = process.cpuUsage();
    for (let round = 0; round < 5; round++)
      reply({ instructions: "You are Vera. Others: @Otto", messages: [{ role: "user", content: text }], createdAt });
    const { user, system } = process.cpuUsage(begun);
    return (user + system) / 5000;
  };
  for (const unit of HOSTILE) {
    const text = unit.repeat(Math.ceil(32_000 / unit.length)).slice(0, 32_000);
    cost(text.slice(0, 1000));
    // 20 ms is what a message may cost; ten times that still tells a quadratic pattern (seconds) from a busy machine.
    assert.ok(cost(text) < 200, `${JSON.stringify(unit)} cost ${cost(text)} ms`);
  }
});
